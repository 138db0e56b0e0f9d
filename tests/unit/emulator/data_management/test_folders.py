"""Data Management: top folders, folders, their contents and their changes."""

import re
from typing import Any

import pytest

from bim360_provider.emulator import ADMIN_ID, ADMIN_UID, Emulator, Reply
from tests.support.emulator import READ_FORM, get_bearer
from tests.unit.emulator.data_management.conftest import (
    ACC_PROJECT_ID,
    MEMBER_ID,
    PROJECT_ID,
    FolderClient,
    build_body,
)

NOWHERE = "urn:adsk.wipprod:fs.folder:co.AAAAAAAAAAAAAAAAAAAAAA"


def code_of(reply: Reply) -> str:
    (error,) = reply.parse_content()["errors"]
    assert error["status"] == str(reply.status)
    return str(error["code"])


def test_a_project_of_a_hub_has_its_type(folders: FolderClient) -> None:
    """Clients read the platform there."""
    first = folders.send("GET", folders.hub_path).parse_content()["data"]
    folders.project_id = ACC_PROJECT_ID
    second = folders.send("GET", folders.hub_path).parse_content()["data"]

    types = [each["attributes"]["extension"]["data"] for each in (first, second)]
    assert types == [{"projectType": "BIM360"}, {"projectType": "ACC"}]
    assert first["id"] == f"b.{PROJECT_ID}"
    assert first["relationships"]["rootFolder"]["data"]["type"] == "folders"


def test_the_platform_determines_the_top_folders(folders: FolderClient) -> None:
    """ACC has no Plans."""
    of_bim360 = folders.list_top_folders()
    folders.project_id = ACC_PROJECT_ID

    assert {*of_bim360} == {"Plans", "Project Files"}
    assert {*folders.list_top_folders()} == {"Project Files"}


def test_ids_of_folders_are_urns_with_22_characters(folders: FolderClient, files: str) -> None:
    """Those of new folders and of top folders."""
    created = folders.create_id(files, "Drawings")

    for each in (files, created):
        assert re.fullmatch(r"urn:adsk\.wipprod:fs\.folder:co\.[\w-]{22}", each)


@pytest.mark.parametrize(
    ("early", "status"), [("forbidden", 403), ("not_found", 404), ("empty", 200)]
)
def test_top_folders_appear_some_seconds_after_the_project(
    emulator: Emulator, folders: FolderClient, early: str, status: int
) -> None:
    """By the emulator's clock; until then nothing in the project can be used."""
    changes = {"top_folders_after": 30, "top_folders_early": early}
    emulator.call_control_plane("PATCH", "/options", changes)
    path = f"{folders.hub_path}/topFolders"

    before = folders.send("GET", path)
    emulator.clock.advance(30)

    assert before.status == status
    assert before.parse_content().get("data", []) == []
    assert len(folders.list_top_folders()) == 2


def test_the_folders_of_an_inactive_project_are_403(
    emulator: Emulator, folders: FolderClient
) -> None:
    """Unless an option allows it; the project itself can be read."""
    emulator.call_control_plane("PATCH", f"/projects/{PROJECT_ID}", {"status": "pending"})
    path = f"{folders.hub_path}/topFolders"

    refused = folders.send("GET", path)
    emulator.call_control_plane("PATCH", "/options", {"folders_of_inactive_projects": "allow"})

    assert (refused.status, code_of(refused)) == (403, "BIM360DM_ERROR")
    assert folders.send("GET", path).status == 200
    assert folders.send("GET", folders.hub_path).status == 200


def test_replies_are_json_api_documents(folders: FolderClient, files: str) -> None:
    """The media type, the version, links and the attributes of a folder."""
    reply = folders.create(files, "Drawings")
    document = reply.parse_content()
    data = document["data"]

    assert reply.status == 201
    assert reply.headers["content-type"] == "application/vnd.api+json"
    assert document["jsonapi"] == {"version": "1.0"}
    assert document["links"]["self"]["href"].endswith(data["id"].replace(":", "%3A"))
    assert data["attributes"]["name"] == "Drawings"
    assert data["attributes"]["hidden"] is False
    assert data["relationships"]["parent"]["data"] == {"type": "folders", "id": files}


def test_a_folder_counts_its_objects_and_rolls_up_changes(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """A change below a folder changes only its rolled up time; hidden objects do not count."""
    emulator.clock.advance(60)
    folders.create(files, "Drawings")
    hidden = folders.create_id(files, "Old")
    folders.patch(hidden, hidden=True)

    attributes = folders.get(files).parse_content()["data"]["attributes"]

    assert attributes["objectCount"] == 1
    assert attributes["lastModifiedTimeRollup"] > attributes["lastModifiedTime"]


def test_the_author_of_a_folder_is_the_acting_user_or_the_client(
    folders: FolderClient, files: str
) -> None:
    """Users are named by their Autodesk ID."""
    by_app = folders.create(files, "A").parse_content()["data"]["attributes"]
    by_user = folders.create(files, "B", x_user_id=ADMIN_ID).parse_content()["data"]["attributes"]

    assert by_app["createUserId"] == "emulator-client"
    assert by_user["createUserId"] == ADMIN_UID


def test_contents_are_listed_in_pages(folders: FolderClient, files: str) -> None:
    """Pages count from 0, and have links to each other."""
    for name in ("A", "B", "C"):
        folders.create(files, name)
    path = f"{folders.path}/{files}/contents"

    first = folders.send("GET", path, query="page[limit]=2").parse_content()
    second = folders.send("GET", path, query="page[limit]=2&page[number]=1").parse_content()
    whole = folders.send("GET", path).parse_content()

    assert [len(each["data"]) for each in (first, second, whole)] == [2, 1, 3]
    assert {*first["links"]} == {"self", "first", "next"}
    assert {*second["links"]} == {"self", "first", "prev"}
    assert {*whole["links"]} == {"self"}


def test_hidden_folders_are_listed_only_on_demand(folders: FolderClient, files: str) -> None:
    """A hidden folder keeps its id, and everything in it is hidden with it."""
    shown = folders.create_id(files, "Shown")
    hidden = folders.create_id(files, "Hidden")
    child = folders.create_id(hidden, "Child")
    folders.patch(hidden, hidden=True)

    below = folders.get(child).parse_content()["data"]["attributes"]

    assert folders.list_contents(files) == {"Shown": shown}
    assert folders.list_contents(files, "filter[hidden]=true") == {"Hidden": hidden}
    assert {*folders.list_contents(files, "includeHidden=true")} == {"Shown", "Hidden"}
    assert below["hidden"] is True


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[type]=folders", 1),
        ("filter[type]=items", 0),
        ("filter[extension.type]=folders:autodesk.bim360:Folder", 1),
        ("filter[extension.type]=items:autodesk.bim360:File", 0),
        (f"filter[id]={NOWHERE}", 0),
    ],
)
def test_contents_are_filtered(folders: FolderClient, files: str, query: str, found: int) -> None:
    """There are folders and no files."""
    folders.create(files, "A")

    assert len(folders.list_contents(files, query)) == found


@pytest.mark.parametrize(
    "query",
    ["page[limit]=201", "page[limit]=0", "page[number]=-1", "filter[hidden]=x", "filter[nme]=x"],
)
def test_an_invalid_parameter_of_contents_is_400(
    folders: FolderClient, files: str, query: str
) -> None:
    """In the error format of Data Management."""
    reply = folders.send("GET", f"{folders.path}/{files}/contents", query=query)

    assert (reply.status, code_of(reply)) == (400, "BAD_INPUT")


def test_a_folder_is_renamed_moved_hidden_and_restored(folders: FolderClient, files: str) -> None:
    """One PATCH may do several of these."""
    plans = folders.list_top_folders()["Plans"]
    folder = folders.create_id(files, "Drawings")

    replies = [
        folders.patch(folder, name="Plans A"),
        folders.patch(folder, plans),
        folders.patch(folder, hidden=True),
        folders.patch(folder, files, name="Back", hidden=False),
    ]

    assert [reply.status for reply in replies] == [200, 200, 200, 200]
    assert folders.list_contents(plans) == {}
    assert folders.list_contents(files) == {"Back": folder}
    parent = folders.send("GET", f"{folders.path}/{folder}/parent").parse_content()["data"]
    assert parent["id"] == files


def test_a_name_in_use_is_409(folders: FolderClient, files: str) -> None:
    """Ignoring case; also for a rename, a move and a restore, but not for the own name."""
    first = folders.create_id(files, "Drawings")
    second = folders.create_id(files, "Models")
    inner = folders.create_id(second, "DRAWINGS")

    replies = [
        folders.create(files, "drawings"),
        folders.patch(second, name="Drawings"),
        folders.patch(inner, files),
    ]

    assert [(reply.status, code_of(reply)) for reply in replies] == [(409, "CONFLICT")] * 3
    assert folders.patch(first, name="DRAWINGS").status == 200


def test_the_name_of_a_hidden_folder_is_free_until_it_is_restored(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """Documented; with an option it stays in use."""
    hidden = folders.create_id(files, "Drawings")
    folders.patch(hidden, hidden=True)
    emulator.call_control_plane("PATCH", "/options", {"names_of_hidden_folders": "taken"})
    strict = folders.create(files, "Drawings").status
    emulator.call_control_plane("PATCH", "/options", {"names_of_hidden_folders": "free"})

    lenient = folders.create(files, "Drawings").status
    restored = folders.patch(hidden, hidden=False).status
    renamed = folders.patch(hidden, hidden=False, name="Drawings 2").status

    assert (strict, lenient, restored, renamed) == (409, 201, 409, 200)


def test_a_folder_in_a_hidden_one_cannot_be_restored_or_created(
    folders: FolderClient, files: str
) -> None:
    """Inference: the parent is restored first."""
    parent = folders.create_id(files, "A")
    child = folders.create_id(parent, "B")
    folders.patch(child, hidden=True)
    folders.patch(parent, hidden=True)

    assert folders.patch(child, hidden=False).status == 409
    assert folders.create(parent, "C").status == 404


def test_folders_are_nested_25_levels_deep(folders: FolderClient, files: str) -> None:
    """Below a top folder; a moved folder counts with those in it."""
    deepest = files
    for level in range(25):
        parent, deepest = deepest, folders.create_id(deepest, f"Level {level + 1}")
    pair = folders.create_id(files, "Pair")
    folders.create(pair, "Inner")

    too_deep = [folders.create(deepest, "Level 26"), folders.patch(pair, parent)]

    assert [reply.status for reply in too_deep] == [400, 400]


@pytest.mark.parametrize(
    "name", ["", " ", None, 1, "x" * 256, *(f"a{each}b" for each in "<>:\"/\\|?*'\n\t¢™$®")]
)
def test_an_invalid_name_is_400(folders: FolderClient, files: str, name: object) -> None:
    """1 to 255 characters, none of them reserved."""
    reply = folders.create(files, name)

    assert reply.status == 400
    assert "data.attributes.name" in reply.parse_content()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("jsonapi.version", "1.1"),
        ("data.type", "items"),
        ("data.attributes.extension.type", "folders:autodesk.core:Folder"),
        ("data.attributes.extension.version", "2.0"),
        ("data.relationships.parent.data.type", "items"),
        ("data.relationships.parent.data.id", 5),
        ("data.attributes.description", "x"),
        ("data.id", "x"),
    ],
)
def test_a_malformed_document_is_400(
    folders: FolderClient, files: str, path: str, value: object
) -> None:
    """Each member of the documented body is checked, unknown ones too."""
    body = build_body(files, "Drawings")
    *steps, last = path.split(".")
    target: Any = body
    for step in steps:
        target = target[step]
    target[last] = value

    assert folders.send("POST", folders.path, body).status == 400


def test_a_body_with_another_media_type_is_400(folders: FolderClient, files: str) -> None:
    """JSON:API has its own one."""
    body = build_body(files, "Drawings")

    reply = folders.send("POST", folders.path, body, content_type="application/json")

    assert reply.status == 400


def test_an_invalid_patch_is_400(folders: FolderClient, files: str) -> None:
    """An id that is not the path's, no change, text for a flag, a move into itself."""
    folder = folders.create_id(files, "A")
    child = folders.create_id(folder, "B")
    other = {"jsonapi": {"version": "1.0"}, "data": {"type": "folders", "id": files}}

    replies = [
        folders.send("PATCH", f"{folders.path}/{folder}", other),
        folders.patch(folder),
        folders.patch(folder, hidden="true"),
        folders.patch(folder, child),
        folders.patch(folder, size=5),
    ]

    assert {reply.status for reply in replies} == {400}


def test_the_root_and_the_top_folders_cannot_be_changed(folders: FolderClient, files: str) -> None:
    """No folder is created in the root folder either."""
    root = folders.get(files).parse_content()["data"]["relationships"]["parent"]["data"]["id"]

    replies = [
        folders.create(root, "A"),
        folders.patch(root, name="A"),
        folders.patch(files, hidden=True),
    ]

    assert {reply.status for reply in replies} == {403}
    assert folders.get(root).status == 200
    assert folders.send("GET", f"{folders.path}/{root}/parent").status == 404


def test_an_unknown_folder_or_project_is_404(folders: FolderClient, files: str) -> None:
    """A folder of another project is unknown, too."""
    statuses = [folders.get(NOWHERE).status, folders.create(NOWHERE, "A").status]
    folders.project_id = ACC_PROJECT_ID
    statuses.append(folders.get(files).status)
    folders.project_id = "f0000000-0000-4000-8000-00000000000f"
    unknown = folders.get(files)

    assert statuses == [404, 404, 404]
    assert (unknown.status, code_of(unknown)) == (404, "NOT_FOUND")


def test_ids_of_projects_need_their_prefix(folders: FolderClient, files: str) -> None:
    """It is required in Data Management, and refused for permissions."""
    replies = [
        folders.send("GET", folders.hub_path.replace("/b.", "/")),
        folders.send("GET", f"{folders.path}/{files}".replace("/b.", "/")),
        folders.send("GET", f"/bim360/docs/v1/projects/b.{PROJECT_ID}/folders/{files}/permissions"),
    ]

    assert {reply.status for reply in replies} == {400}


def test_each_call_needs_its_scope(emulator: Emulator, folders: FolderClient, files: str) -> None:
    """A POST needs data:create, a PATCH data:write."""
    folder = folders.create_id(files, "A")
    folders.bearer = get_bearer(emulator, READ_FORM.replace("account", "data"))

    statuses = [folders.create(files, "B").status, folders.patch(folder, name="C").status]

    assert folders.get(folder).status == 200
    assert statuses == [403, 403]


def test_a_client_needs_access_to_document_management(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """Account Administration alone does not suffice."""
    emulator.hq.store.execute("UPDATE clients SET document_management = 0")

    reply = folders.get(files)

    assert (reply.status, code_of(reply)) == (403, "BIM360DM_ERROR")


def test_each_endpoint_of_folders_has_its_own_quota(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """50 writes and 300 reads a minute by default."""
    created = [folders.create(files, str(number)) for number in range(51)]
    folder = created[0].parse_content()["data"]["id"]

    assert [reply.status for reply in created] == [201] * 50 + [429]
    assert created[-1].headers["retry-after"] == "60"
    assert folders.patch(folder, name="A").status == 200
    assert {folders.get(files).status for _ in range(300)} == {200}
    assert folders.get(files).status == 429
    emulator.clock.advance(60)
    assert folders.get(files).status == 200


def test_a_fault_rule_locks_a_folder(emulator: Emulator, folders: FolderClient, files: str) -> None:
    """The 423 has the error format of the API."""
    rule = {"match": {"method": "POST"}, "times": 1, "then": {"status": 423}}
    emulator.call_control_plane("POST", "/faults", rule)

    locked = folders.create(files, "A")

    assert (locked.status, code_of(locked)) == (423, "LOCKED")
    assert folders.create(files, "A").status == 201


def test_an_acting_user_must_be_in_the_project_and_have_the_right(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """VIEW reads, PUBLISH creates, EDIT changes; admins may do everything."""
    folder = folders.create_id(files, "A")
    statuses = []
    for level in ([], ["VIEW", "COLLABORATE"], ["VIEW", "DOWNLOAD", "COLLABORATE", "PUBLISH"]):
        emulator.call_control_plane(
            "PUT", f"/folders/{files}/permissions", {"user_id": MEMBER_ID, "actions": level}
        )
        statuses.append(
            (
                folders.get(folder, x_user_id=MEMBER_ID).status,
                folders.create(files, f"B{len(level)}", x_user_id=MEMBER_ID).status,
                folders.patch(folder, name="C", acting=MEMBER_ID).status,
            )
        )

    assert statuses == [(403, 403, 403), (200, 403, 403), (200, 201, 403)]
    assert folders.patch(folder, name="C", acting=ADMIN_UID).status == 200
    assert folders.get(folder, x_user_id="UNKNOWN").status == 403


def test_a_member_sees_the_highest_folders_they_have_access_to(
    emulator: Emulator, folders: FolderClient, files: str
) -> None:
    """An app or an admin sees all top folders."""
    drawings = folders.create_id(files, "Drawings")
    folders.create(files, "Contracts")
    emulator.call_control_plane(
        "PUT", f"/folders/{drawings}/permissions", {"role": "Architect", "actions": ["VIEW"]}
    )

    seen = folders.list_top_folders(x_user_id=MEMBER_ID)

    assert seen == {"Drawings": drawings}
    assert len(folders.list_top_folders(x_user_id=ADMIN_ID)) == 2
    path = f"{folders.hub_path}/topFolders"
    query = "projectFilesOnly=true&excludeDeleted=true"
    only = folders.send("GET", path, query=query, x_user_id=ADMIN_ID).parse_content()["data"]
    assert [row["id"] for row in only] == [files]
