"""Permissions of folders: three batch requests, nothing if nothing differs."""

from typing import Any

import pytest

from bim360_provider.core.entity import State
from bim360_provider.core.folder_permissions import create, delete, diff, read, update
from bim360_provider.emulator.seed.database import ADMIN_EMAIL, COMPANY_ID
from bim360_provider.errors import InputError, RejectedError
from tests.client.folders.conftest import ProjectFolders
from tests.support.hq import DROPS_CONNECTION, Fault, build_reply, build_run

ROLES = {"Architect": "view", "Engineer": "edit"}
COMPANY = "Halvorsen Construction"
MEMBER = {"email": ADMIN_EMAIL, "industry_roles": ["Architect"]}


@pytest.fixture
def folder_id(folders: ProjectFolders) -> str:
    """Return the id of a folder that this run has created."""
    return folders.create_folder()[0]


def set_by_hand(folders: ProjectFolders, folder_id: str, *actions: str, **subject: str) -> None:
    """Set the direct permissions of a subject as a user of the web page does."""
    path = f"/folders/{folder_id.partition('/')[2]}/permissions"
    folders.hq.emulator.call_control_plane("PUT", path, {**subject, "actions": list(actions)})


def list_live(folders: ProjectFolders, folder_id: str) -> dict[str, str]:
    """Return the levels of the direct permissions by name."""
    urn = folder_id.partition("/")[2]
    rows = folders.run.hq.folder_permissions.list_for_folder(folders.project_id, urn)
    folders.list_requests()
    return {str(row.name): row.level for row in rows if row.level}


def test_permissions_of_a_new_folder_are_one_request(
    folders: ProjectFolders, folder_id: str
) -> None:
    """The platform and the roles of a project are read once in a run."""
    inputs = folders.check_permissions(folder_id, roles=ROLES, companies={COMPANY: "view"})
    create(folders.run, inputs)
    first = folders.list_requests()
    other, _ = folders.create_folder("02 Shared")

    _, outs = create(folders.run, {**inputs, "folder": other.partition("/")[2]})

    assert first == ["GET platform", "GET roles", "search companies", "grant"]
    assert folders.list_requests() == ["grant"]
    assert outs["platform"] == "bim360"
    assert list_live(folders, folder_id) == {**ROLES, COMPANY: "view"}


def test_permissions_of_an_existing_folder_are_read_first(
    folders: ProjectFolders, folder_id: str
) -> None:
    """Those that fit already are not sent again."""
    set_by_hand(folders, folder_id, "VIEW", "COLLABORATE", role="Architect")
    set_by_hand(folders, folder_id, "PUBLISH", role="Engineer")
    run = folders.start_run()

    create(run, folders.check_permissions(folder_id, roles=ROLES, companies={COMPANY: "view"}))

    expected = ["GET platform", "GET roles", "search companies", "GET permissions", "grant"]
    assert sorted(folders.list_requests()) == sorted([*expected, "change grants"])
    assert list_live(folders, folder_id) == {**ROLES, COMPANY: "view"}


def create_permissions(
    folders: ProjectFolders, folder_id: str, **changes: Any
) -> tuple[str, State]:
    """Create permissions; the requests are not recorded."""
    created = create(folders.run, folders.check_permissions(folder_id, **changes))
    folders.list_requests()
    return created


def test_one_changed_level_is_one_request(folders: ProjectFolders, folder_id: str) -> None:
    """Subjects and platform are in the state."""
    created = create_permissions(folders, folder_id, roles=ROLES)
    inputs = folders.check_permissions(folder_id, roles={**ROLES, "Architect": "manage"})

    outs = update(folders.start_run(), *created, inputs)

    assert folders.list_requests() == ["change grants"]
    assert diff(outs, inputs).changed_arguments == ()
    assert list_live(folders, folder_id) == {"Architect": "manage", "Engineer": "edit"}


def test_an_update_is_at_most_one_request_of_each_kind(
    folders: ProjectFolders, folder_id: str
) -> None:
    """Removals are the last one."""
    created = create_permissions(folders, folder_id, roles=ROLES)
    changes = {"roles": {"Engineer": "view"}, "companies": {COMPANY_ID: "upload"}}

    update(folders.run, *created, folders.check_permissions(folder_id, **changes))

    assert folders.list_requests() == ["grant", "change grants", "revoke"]
    assert list_live(folders, folder_id) == {"Engineer": "view", COMPANY: "upload"}


def test_a_refresh_is_one_request_and_changes_nothing(
    folders: ProjectFolders, folder_id: str
) -> None:
    """The arguments are as declared."""
    folders.set_project(users=[MEMBER])
    id_, outs = create_permissions(folders, folder_id, roles=ROLES, users={ADMIN_EMAIL: "edit"})
    inputs = folders.check_permissions(folder_id, roles=ROLES, users={ADMIN_EMAIL: "edit"})

    live = read(folders.start_run(), id_, outs)

    assert live is not None
    assert folders.list_requests() == ["GET permissions"]
    assert (live.inputs, live.outputs) == (inputs, outs)


@pytest.mark.parametrize("others", ["keep", "remove"])
def test_other_subjects_are_drift_only_if_they_are_removed(
    folders: ProjectFolders, folder_id: str, others: str
) -> None:
    """An update removes them with one request."""
    id_, outs = create_permissions(folders, folder_id, roles=ROLES, others=others)
    inputs = folders.check_permissions(folder_id, roles=ROLES, others=others)
    set_by_hand(folders, folder_id, "VIEW", "COLLABORATE", role="IT")

    live = read(folders.run, id_, outs)
    assert live is not None
    folders.list_requests()
    update(folders.run, id_, live.outputs, inputs)

    assert diff(live.outputs, inputs).changed_arguments == (() if others == "keep" else ("roles",))
    assert folders.list_requests() == ([] if others == "keep" else ["revoke"])
    assert ("IT" in list_live(folders, folder_id)) == (others == "keep")


def test_an_exclusive_declaration_removes_what_was_there_before(
    folders: ProjectFolders, folder_id: str
) -> None:
    """Both when it is created and when `others` changes."""
    created = create_permissions(folders, folder_id, roles=ROLES)
    set_by_hand(folders, folder_id, "VIEW", "COLLABORATE", role="IT")
    inputs = folders.check_permissions(folder_id, roles=ROLES, others="remove")

    update(folders.start_run(), *created, inputs)

    assert folders.list_requests() == ["GET permissions", "revoke"]
    assert list_live(folders, folder_id) == ROLES


@pytest.mark.parametrize(
    ("actions", "level"),
    [((), None), (("VIEW", "COLLABORATE", "DOWNLOAD"), "view_download")],
)
def test_a_level_changed_by_hand_is_drift(
    folders: ProjectFolders, folder_id: str, actions: tuple[str, ...], level: str | None
) -> None:
    """An update sets it again with one request."""
    id_, outs = create_permissions(folders, folder_id, roles=ROLES)
    set_by_hand(folders, folder_id, *actions, role="Architect")

    live = read(folders.run, id_, outs)
    assert live is not None
    folders.list_requests()
    update(folders.run, id_, live.outputs, folders.check_permissions(folder_id, roles=ROLES))

    assert live.inputs["roles"].get("Architect") == level
    assert folders.list_requests() == ["grant" if level is None else "change grants"]
    assert list_live(folders, folder_id) == ROLES


def test_inherited_permissions_are_no_drift(folders: ProjectFolders, folder_id: str) -> None:
    """Only direct ones are compared."""
    create_permissions(folders, "Project Files", roles={"IT": "manage"})
    id_, outs = create_permissions(folders, folder_id, roles=ROLES, others="remove")

    live = read(folders.run, id_, outs)

    assert live is not None
    assert live.outputs == outs


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504, b"")])
@pytest.mark.parametrize("route", ["grant", "change grants", "revoke"])
def test_a_lost_response_does_no_harm(
    folders: ProjectFolders, folder_id: str, route: str, reply: Any
) -> None:
    """What is missing is sent again."""
    created = create_permissions(folders, folder_id, roles=ROLES)
    folders.hq.emulator.faults.append(Fault(route, reply, acts_on_request=True))
    wanted = {"Engineer": "view", "IT": "edit"}

    outs = update(folders.run, *created, folders.check_permissions(folder_id, roles=wanted))

    assert outs["roles"] == list_live(folders, folder_id) == wanted


def test_an_outdated_state_is_corrected(folders: ProjectFolders, folder_id: str) -> None:
    """A refusal leads to one read, and then to the declared levels."""
    created = create_permissions(folders, folder_id, roles=ROLES)
    set_by_hand(folders, folder_id, role="Architect")
    inputs = folders.check_permissions(folder_id, roles={**ROLES, "Architect": "edit"})

    update(folders.start_run(), *created, inputs)

    assert folders.list_requests() == ["change grants", "GET permissions", "grant"]
    assert list_live(folders, folder_id) == {"Architect": "edit", "Engineer": "edit"}


def test_a_lasting_refusal_is_an_error_after_one_read(
    folders: ProjectFolders, folder_id: str
) -> None:
    """The message is Autodesk's."""
    created = create_permissions(folders, folder_id, roles=ROLES)
    refusal = build_reply(422, {"code": 1, "message": "no such level"})
    folders.hq.emulator.faults.append(Fault("change grants", refusal, times=99))
    inputs = folders.check_permissions(folder_id, roles={**ROLES, "Architect": "edit"})

    with pytest.raises(RejectedError, match="no such level"):
        update(folders.start_run(), *created, inputs)

    assert folders.list_requests() == ["change grants", "GET permissions"]


def test_a_busy_new_folder_is_retried(folders: ProjectFolders) -> None:
    """Autodesk refuses permissions of a new folder for some seconds."""
    folders.set_options(folder_busy_after_create=10)
    folder_id, _ = folders.create_folder()

    create_permissions(folders, folder_id, roles=ROLES)

    assert list_live(folders, folder_id) == ROLES


@pytest.mark.parametrize(
    ("subjects", "message"),
    [
        ({"roles": {"Architct": "view"}}, "roles 'Architct' is not a valid value; did you mean"),
        ({"companies": {"Nowhere": "view"}}, "the account has no company 'Nowhere'"),
        ({"users": {"no@example.com": "view"}}, "the account has no user 'no@example.com'"),
        ({"roles": {"Architect": "view_download_markup"}}, "does not exist in a BIM 360 project"),
    ],
)
def test_an_unknown_subject_or_level_is_an_error_and_nothing_is_sent(
    folders: ProjectFolders, folder_id: str, subjects: dict[str, Any], message: str
) -> None:
    """The message has the argument as it is written."""
    with pytest.raises(InputError, match=message):
        create(folders.run, folders.check_permissions(folder_id, **subjects))

    assert "grant" not in folders.list_requests()


def test_a_subject_named_twice_is_an_error(folders: ProjectFolders, folder_id: str) -> None:
    """By name and by id."""
    companies = {COMPANY: "view", COMPANY_ID: "edit"}

    with pytest.raises(InputError, match="is declared twice in companies"):
        create(folders.run, folders.check_permissions(folder_id, companies=companies))


@pytest.mark.parametrize("policy", ["remove", "retain"])
def test_a_destroy_removes_the_declared_permissions_with_one_request(
    folders: ProjectFolders, folder_id: str, policy: str
) -> None:
    """Others stay."""
    created = create_permissions(folders, folder_id, roles=ROLES, on_destroy=policy)
    set_by_hand(folders, folder_id, "VIEW", "COLLABORATE", role="IT")

    delete(folders.run, *created)

    assert folders.list_requests() == (["revoke"] if policy == "remove" else [])
    kept = ROLES if policy == "retain" else {}
    assert list_live(folders, folder_id) == {**kept, "IT": "view"}


def test_an_acc_project_has_its_own_actions(folders: ProjectFolders, folder_id: str) -> None:
    """The level is the same."""
    folders.set_project(platform="acc", users=[MEMBER])
    subjects = {"roles": {"Architect": "view_download_upload"}, "companies": {COMPANY: "edit"}}

    _, outs = create_permissions(folders, folder_id, **subjects)

    assert outs["platform"] == "acc"
    assert list_live(folders, folder_id) == {"Architect": "view_download_upload", COMPANY: "edit"}


def test_a_role_of_an_acc_project_is_found_if_a_member_has_it(
    folders: ProjectFolders, folder_id: str
) -> None:
    """No page documents a list of the roles of an ACC project."""
    folders.set_project(platform="acc", users=[MEMBER])

    with pytest.raises(InputError, match="an ACC project lists only roles that a member has"):
        create(folders.run, folders.check_permissions(folder_id, roles={"Engineer": "view"}))


def test_project_admins_are_never_changed(folders: ProjectFolders, folder_id: str) -> None:
    """They have all rights, which never count as drift."""
    folders.set_project(users=[{**MEMBER, "services": {"project_administration": "admin"}}])
    given = {"roles": ROLES, "users": {ADMIN_EMAIL: "view"}}
    inputs = folders.check_permissions(folder_id, **given)

    id_, outs = create(folders.run, inputs)
    live = read(build_run(folders.run.hq), id_, outs)

    assert live is not None
    assert (live.inputs, live.outputs) == (inputs, outs)
    assert list_live(folders, folder_id) == ROLES
    assert "project admins have all rights" in folders.hq.notifications[-1][0]
