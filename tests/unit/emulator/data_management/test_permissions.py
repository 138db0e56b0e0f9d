"""The permissions of folders: direct, inherited, and those of project admins."""

from collections.abc import Mapping
from typing import Any

import pytest

from bim360_provider.emulator import (
    ADMIN_ID,
    ADMIN_UID,
    BUSINESS_UNIT_ID,
    COMPANY_ID,
    Emulator,
    Reply,
)
from bim360_provider.emulator.hq.members import build_role_id
from tests.support.emulator import READ_FORM, get_bearer
from tests.unit.emulator.data_management.conftest import (
    ACC_PROJECT_ID,
    MEMBER_EMAIL,
    MEMBER_ID,
    PROJECT_ID,
    FolderClient,
)

VIEW = ["VIEW", "COLLABORATE"]
UPLOAD = ["VIEW", "DOWNLOAD", "COLLABORATE", "PUBLISH"]
EVERYTHING = ["VIEW", "DOWNLOAD", "COLLABORATE", "PUBLISH", "EDIT", "CONTROL"]
ROLE_ID = build_role_id(PROJECT_ID, "Architect")


def build_row(subject: str, kind: str = "USER", actions: object = VIEW) -> dict[str, object]:
    return {"subjectId": subject, "subjectType": kind, "actions": actions}


def map_actions(reply: Reply) -> dict[str, tuple[list[str], list[str]]]:
    """Return the direct and the inherited actions by subject."""
    return {
        row["subjectId"]: (row["actions"], row["inheritActions"]) for row in reply.parse_content()
    }


def test_permissions_are_created_updated_and_deleted(folders: FolderClient, files: str) -> None:
    """Of a user, a role and a company in one request each."""
    rows = [
        build_row(MEMBER_ID),
        build_row(ROLE_ID, "ROLE"),
        build_row(COMPANY_ID, "COMPANY", ["PUBLISH"]),
    ]

    created = folders.change_permissions(files, "create", *rows)
    updated = folders.change_permissions(files, "update", build_row(MEMBER_ID, actions=UPLOAD))
    after_update = map_actions(folders.list_permissions(files))
    removed = {"subjectId": MEMBER_ID, "subjectType": "USER", "autodeskId": "X"}
    deleted = folders.change_permissions(files, "delete", removed)

    assert [reply.status for reply in (created, updated, deleted)] == [200, 200, 200]
    assert created.parse_content()["results"] == rows
    assert deleted.body == b""
    assert after_update[MEMBER_ID] == (UPLOAD, [])
    assert map_actions(folders.list_permissions(files)) == {
        ADMIN_ID: ([], EVERYTHING),
        ROLE_ID: (VIEW, []),
        COMPANY_ID: (["PUBLISH"], []),
    }


def test_a_permission_has_every_documented_field(folders: FolderClient, files: str) -> None:
    """Names and states of a user, a role and a company."""
    folders.change_permissions(files, "create", build_row(MEMBER_ID), build_row(ROLE_ID, "ROLE"))

    admin, member, role = folders.list_permissions(files).parse_content()

    assert (admin["autodeskId"], admin["userType"]) == (ADMIN_UID, "PROJECT_ADMIN")
    assert (member["email"], member["userType"]) == (MEMBER_EMAIL, "PROJECT_MEMBER")
    assert member["subjectStatus"] == "PENDING"
    assert (role["name"], role["subjectType"], role["userType"]) == ("Architect", "ROLE", None)


def test_permissions_are_inherited_by_all_folders_below(folders: FolderClient, files: str) -> None:
    """As the union of the folders above; deleting direct ones keeps inherited ones."""
    middle = folders.create_id(files, "A")
    folder = folders.create_id(middle, "B")
    folders.change_permissions(files, "create", build_row(MEMBER_ID, actions=["PUBLISH"]))
    folders.change_permissions(middle, "create", build_row(MEMBER_ID))
    folders.change_permissions(folder, "create", build_row(MEMBER_ID, actions=EVERYTHING))

    before = map_actions(folders.list_permissions(folder))[MEMBER_ID]
    folders.change_permissions(folder, "delete", {"subjectId": MEMBER_ID, "subjectType": "USER"})

    inherited = ["VIEW", "COLLABORATE", "PUBLISH"]
    assert before == (EVERYTHING, inherited)
    assert map_actions(folders.list_permissions(folder))[MEMBER_ID] == ([], inherited)


def test_a_moved_folder_inherits_from_its_new_parent(folders: FolderClient, files: str) -> None:
    """Its direct permissions move with it."""
    plans = folders.list_top_folders()["Plans"]
    folder = folders.create_id(files, "A")
    folders.change_permissions(files, "create", build_row(ROLE_ID, "ROLE"))
    folders.change_permissions(folder, "create", build_row(MEMBER_ID))
    folders.patch(folder, plans)

    assert map_actions(folders.list_permissions(folder)) == {
        ADMIN_ID: ([], EVERYTHING),
        MEMBER_ID: (VIEW, []),
    }


def test_project_admins_have_all_actions(folders: FolderClient, files: str) -> None:
    """Direct ones in the root folder, inherited ones below; those of the platform."""
    root = folders.get(files).parse_content()["data"]["relationships"]["parent"]["data"]["id"]

    assert map_actions(folders.list_permissions(root)) == {ADMIN_ID: (EVERYTHING, [])}
    assert map_actions(folders.list_permissions(files)) == {ADMIN_ID: ([], EVERYTHING)}
    folders.project_id = ACC_PROJECT_ID
    acc_files = folders.list_top_folders()["Project Files"]
    assert "PUBLISH_MARKUP" in map_actions(folders.list_permissions(acc_files))[ADMIN_ID][1]


def test_the_permissions_of_the_root_folder_cannot_be_changed(
    folders: FolderClient, files: str
) -> None:
    """Documented; the status is an inference."""
    root = folders.get(files).parse_content()["data"]["relationships"]["parent"]["data"]["id"]

    assert folders.change_permissions(root, "create", build_row(MEMBER_ID)).status == 403


def test_create_and_update_are_for_different_subjects(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """An option lets a create replace."""
    row = build_row(MEMBER_ID)

    early_update = folders.change_permissions(files, "update", row).status
    first = folders.change_permissions(files, "create", row).status
    second = folders.change_permissions(files, "create", row).status
    emulator.call_control_plane("PATCH", "/options", {"create_permission_again": "replace"})
    third = folders.change_permissions(files, "create", build_row(MEMBER_ID, actions=UPLOAD)).status

    assert (early_update, first, second, third) == (422, 200, 422, 200)
    assert map_actions(folders.list_permissions(files))[MEMBER_ID] == (UPLOAD, [])


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"subjectId": MEMBER_ID, "subjectType": "USER"}, 400),
        (build_row(MEMBER_ID, actions=[]), 400),
        (build_row(MEMBER_ID, actions="VIEW"), 400),
        (build_row(MEMBER_ID, actions=["LOOK"]), 400),
        (build_row("x"), 400),
        (build_row(MEMBER_ID, "GROUP"), 400),
        (build_row(MEMBER_ID, "ROLE"), 400),
        (build_row(MEMBER_ID) | {"level": "view"}, 400),
        (build_row(BUSINESS_UNIT_ID), 422),
        (build_row(ADMIN_ID), 422),
        (build_row(MEMBER_ID, actions=["VIEW"]), 422),
        (build_row(MEMBER_ID, actions=["VIEW", "DOWNLOAD", "COLLABORATE", "PUBLISH_MARKUP"]), 422),
    ],
)
def test_an_invalid_row_refuses_the_whole_batch(
    folders: FolderClient, files: str, row: Mapping[str, object], status: int
) -> None:
    """400 for a malformed row, 422 for one that is refused; nothing has changed."""
    before = folders.list_permissions(files).parse_content()

    reply = folders.change_permissions(
        files, "create", build_row(ROLE_ID, "ROLE"), row, build_row(COMPANY_ID, "COMPANY")
    )

    assert reply.status == status
    assert {*reply.parse_content()} == {"code", "message"}
    assert folders.list_permissions(files).parse_content() == before


def test_a_batch_has_one_row_for_each_subject(folders: FolderClient, files: str) -> None:
    """An empty batch, and a repeated subject, are 400."""
    replies = [
        folders.change_permissions(files, "create"),
        folders.change_permissions(files, "create", build_row(MEMBER_ID), build_row(MEMBER_ID)),
    ]

    assert [reply.status for reply in replies] == [400, 400]


def test_the_platform_determines_the_levels(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """PUBLISH_MARKUP is part of ACC's levels only; an option allows any actions."""
    markup = ["VIEW", "DOWNLOAD", "COLLABORATE", "PUBLISH_MARKUP"]
    emulator.call_control_plane("PATCH", "/options", {"permission_actions": "any"})
    anything = folders.change_permissions(files, "create", build_row(MEMBER_ID, actions=markup))
    emulator.call_control_plane("PATCH", "/options", {"permission_actions": "levels"})
    folders.project_id = ACC_PROJECT_ID
    acc_files = folders.list_top_folders()["Project Files"]

    acc = folders.change_permissions(acc_files, "create", build_row(MEMBER_ID, actions=markup))
    upload = folders.change_permissions(acc_files, "update", build_row(MEMBER_ID, actions=UPLOAD))

    assert [reply.status for reply in (anything, acc, upload)] == [200, 200, 422]


def test_the_permissions_of_project_admins_cannot_be_deleted(
    folders: FolderClient, files: str
) -> None:
    """Documented; the status is an inference. Subjects without permissions are ignored."""
    admin = {"subjectId": ADMIN_ID, "subjectType": "USER"}
    member = {"subjectId": MEMBER_ID, "subjectType": "USER"}

    assert folders.change_permissions(files, "delete", admin).status == 400
    assert folders.change_permissions(files, "delete", member).status == 200


def test_a_new_folder_can_be_locked_for_a_while(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """Observed just after a create; an update is not affected."""
    emulator.call_control_plane("PATCH", "/options", {"folder_busy_after_create": 5})
    folder = folders.create_id(files, "A")

    locked = folders.change_permissions(folder, "create", build_row(MEMBER_ID))
    emulator.clock.advance(5)

    assert locked.status == 423
    assert folders.change_permissions(folder, "create", build_row(MEMBER_ID)).status == 200


def test_an_acting_user_needs_view_to_read_and_control_to_write(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """By themselves, their role or their company."""
    statuses = []
    for subject, actions in (("role", VIEW), ("company_id", EVERYTHING)):
        value = "Architect" if subject == "role" else COMPANY_ID
        fields: dict[str, Any] = {subject: value, "actions": actions}
        emulator.call_control_plane("PUT", f"/folders/{files}/permissions", fields)
        row = build_row(MEMBER_ID)
        statuses += [
            folders.list_permissions(files, x_user_id=MEMBER_ID).status,
            folders.change_permissions(files, "create", row, x_user_id=MEMBER_ID).status,
        ]

    assert statuses == [200, 403, 200, 200]


def test_permissions_of_former_members_are_not_listed(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """Inference."""
    folders.change_permissions(files, "create", build_row(MEMBER_ID))

    emulator.call_control_plane("DELETE", f"/projects/{PROJECT_ID}/users/{MEMBER_ID}")

    assert {*map_actions(folders.list_permissions(files))} == {ADMIN_ID}


def test_each_endpoint_of_permissions_has_its_own_quota(folders: FolderClient, files: str) -> None:
    """50 requests a minute (inference)."""
    statuses = [folders.list_permissions(files).status for _ in range(51)]

    assert statuses == [200] * 50 + [429]
    assert folders.change_permissions(files, "create", build_row(MEMBER_ID)).status == 200


def test_a_change_of_permissions_needs_the_scope_to_write(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """Reading needs data:read."""
    folders.bearer = get_bearer(emulator, READ_FORM.replace("account", "data"))

    assert folders.list_permissions(files).status == 200
    assert folders.change_permissions(files, "create", build_row(MEMBER_ID)).status == 403
