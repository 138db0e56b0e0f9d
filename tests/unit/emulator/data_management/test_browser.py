"""Folders in the control plane: changes by hand, seed, state and database."""

from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    COMPANY_ID,
    Emulator,
    SeedError,
    parse_seed,
)
from bim360_provider.emulator.control.routes import ControlError
from bim360_provider.emulator.seed.database import CLIENT_ID, CLIENT_SECRET
from tests.support.emulator import get_bearer
from tests.unit.emulator.data_management.conftest import (
    DATA_FORM,
    MEMBER_ID,
    PROJECT_ID,
    FolderClient,
)

VIEW = ["VIEW", "COLLABORATE"]

WIP: dict[str, Any] = {
    "name": "Project Files",
    "folders": [
        {
            "name": "01 WIP",
            "permissions": [
                {"role": "Architect", "actions": VIEW},
                {"company_id": COMPANY_ID, "actions": ["PUBLISH"]},
            ],
            "folders": [{"name": "Old", "hidden": True}],
        }
    ],
}


def test_a_user_creates_renames_moves_hides_and_restores_a_folder(
    emulator: Emulator, folders: FolderClient
) -> None:
    """Without Data Management's rules and without the journal; parents are paths or ids."""
    before = emulator.journal.count_requests()
    path = f"/projects/{PROJECT_ID}/folders"
    first = emulator.call_control_plane("POST", path, {"name": "A", "parent": "Project Files"})
    fields = {"name": "B", "parent": "Project Files/A"}
    second = emulator.call_control_plane("POST", path, fields)

    changes: dict[str, object] = {"name": "<C>", "parent": "Plans", "hidden": True}
    emulator.call_control_plane("PATCH", f"/folders/{second['id']}", changes)

    assert emulator.journal.count_requests() == before
    attributes = folders.get(second["id"]).parse_content()["data"]["attributes"]
    assert (attributes["name"], attributes["hidden"]) == ("<C>", True)
    assert folders.list_contents(first["id"]) == {}
    emulator.call_control_plane("PATCH", f"/folders/{second['id']}", {"hidden": False})
    assert [*folders.list_contents(folders.list_top_folders()["Plans"])] == ["<C>"]


def test_a_user_sets_and_removes_permissions(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """One subject at a time; an empty list removes them."""
    path = f"/folders/{files}/permissions"
    emulator.call_control_plane("PUT", path, {"user_id": MEMBER_ID, "actions": VIEW})
    given = [row["subjectId"] for row in folders.list_permissions(files).parse_content()]
    emulator.call_control_plane("PUT", path, {"user_id": MEMBER_ID, "actions": []})

    assert MEMBER_ID in given
    assert len(folders.list_permissions(files).parse_content()) == 1


def test_the_folders_of_a_project_are_listed_as_a_seed(
    emulator: Emulator, folders: FolderClient
) -> None:
    """With those that every project has, even before the first request."""
    listed = emulator.call_control_plane("GET", f"/projects/{PROJECT_ID}/folders")

    assert [row["name"] for row in listed] == ["Plans", "Project Files"]
    assert [*folders.list_top_folders().values()] == [row["id"] for row in listed]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/projects/x/folders", None),
        ("POST", f"/projects/{PROJECT_ID}/folders", {"name": "A"}),
        ("POST", f"/projects/{PROJECT_ID}/folders", {"name": "A", "parent": "Plans/X"}),
        ("PATCH", "/folders/x", {"name": "A"}),
        ("PATCH", "/folders/x", {"nme": "A"}),
    ],
)
def test_an_invalid_change_of_a_folder_is_refused(
    emulator: Emulator, folders: FolderClient, method: str, path: str, body: object
) -> None:
    """With one line that names the problem."""
    assert folders.list_top_folders()

    with pytest.raises(ControlError) as caught:
        emulator.call_control_plane(method, path, body)

    assert caught.value.status == 400


def build_seed(folder: dict[str, Any]) -> dict[str, Any]:
    """Return a seed with one project that has this top folder."""
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    account = {
        "id": ACCOUNT_ID,
        "name": "Halvorsen",
        "companies": [{"id": COMPANY_ID, "name": "Halvorsen", "trade": "Owner"}],
        "projects": [{"id": PROJECT_ID, "name": "Tower", "folders": [folder]}],
    }
    return {"clients": [client], "accounts": [account]}


def test_a_seed_has_folders_with_permissions() -> None:
    """Top folders that it does not list are there nevertheless."""
    emulator = Emulator(parse_seed(build_seed(WIP)))
    folders = FolderClient(emulator, get_bearer(emulator, DATA_FORM))

    top = folders.list_top_folders()
    (wip,) = folders.list_contents(top["Project Files"]).values()
    rows = folders.list_permissions(wip).parse_content()
    emulator.close()

    assert {*top} == {"Plans", "Project Files"}
    assert {row["name"]: row["actions"] for row in rows} == {
        "Architect": VIEW,
        "Halvorsen": ["PUBLISH"],
    }


@pytest.mark.parametrize(
    ("permission", "message"),
    [
        ({"role": "Baker", "actions": VIEW}, "the role 'Baker'"),
        ({"email": "x@example.com", "actions": VIEW}, "the user 'x@example.com'"),
        ({"company_id": "x", "actions": VIEW}, "the company 'x'"),
        ({"role": "Architect", "actions": ["LOOK"]}, '"LOOK" is not one of'),
        ({"actions": VIEW}, "one of email"),
    ],
)
def test_an_invalid_permission_of_a_seed_is_an_error(
    permission: dict[str, Any], message: str
) -> None:
    """It names the subject or the place."""
    folder = {"name": "Plans", "permissions": [permission]}

    with pytest.raises(SeedError, match=message):
        Emulator(parse_seed(build_seed(folder)))


def test_a_dumped_state_has_the_folders(emulator: Emulator, folders: FolderClient) -> None:
    """With ids, times, hidden folders and permissions; renamed top folders are not doubled."""
    files = folders.list_top_folders()["Project Files"]
    folder = folders.create_id(files, "A")
    folders.patch(folders.create_id(folder, "B"), hidden=True)
    row = {"subjectId": MEMBER_ID, "subjectType": "USER", "actions": VIEW}
    folders.change_permissions(folder, "create", row)
    emulator.clock.advance(60)
    emulator.call_control_plane("PATCH", f"/folders/{files}", {"name": "Files"})
    state = emulator.call_control_plane("GET", "/state")
    before = folders.get(folder).parse_content()

    emulator.call_control_plane("PUT", "/state", state)

    assert emulator.call_control_plane("GET", "/state") == state
    assert folders.get(folder).parse_content() == before
    assert {*folders.list_top_folders()} == {"Plans", "Files"}


def test_folders_are_kept_in_the_database(tmp_path: Path) -> None:
    """A second start on the same file finds them, with the next id."""
    path = str(tmp_path / "hq.db")
    ids: list[str] = []
    for _ in range(2):
        emulator = Emulator(parse_seed(build_seed(WIP)), database=path)
        folders = FolderClient(emulator, get_bearer(emulator, DATA_FORM))
        plans = folders.list_top_folders()["Plans"]
        ids.append(folders.create_id(plans, f"Set {len(ids)}"))
        found = folders.list_contents(plans)
        emulator.close()

    assert [*found.values()] == ids


def test_deleting_a_project_deletes_its_folders(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """And their permissions."""
    row = {"subjectId": MEMBER_ID, "subjectType": "USER", "actions": VIEW}
    folders.change_permissions(files, "create", row)

    emulator.call_control_plane("DELETE", f"/projects/{PROJECT_ID}")

    assert emulator.hq.store.fetch_all("SELECT * FROM folders") == []
    assert emulator.hq.store.fetch_all("SELECT * FROM folder_permissions") == []
