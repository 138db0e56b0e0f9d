"""The folders of a project as rows: create, find, move; the rules that need the whole tree."""

import base64
from collections.abc import Iterator
from uuid import UUID, uuid5

from bim360_provider.emulator.assumptions import ROOT_FOLDER_SUFFIX
from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.data_management.values import SYSTEM_AUTHOR, TOP_FOLDERS
from bim360_provider.emulator.state import HqState
from bim360_provider.emulator.storage.database import ID_NAMESPACE, Row, SqlValue
from bim360_provider.emulator.storage.rows import update_columns

FOLDER_ID_PREFIX = "urn:adsk.wipprod:fs.folder:co."
"""Documented: datamanagement.yaml of
https://github.com/autodesk-platform-services/aps-sdk-openapi"""

COUNTED_SQL = (
    "SELECT folders.*, (SELECT count(*) FROM folders child "
    "WHERE child.parent_id = folders.id AND NOT child.hidden) AS object_count FROM folders "
)

LINEAGE_SQL = (
    "WITH RECURSIVE up(id, above, level) AS ("
    "SELECT id, parent_id, 0 FROM folders WHERE id = ? "
    "UNION ALL SELECT folders.id, folders.parent_id, level + 1 "
    "FROM folders JOIN up ON folders.id = up.above) "
    "SELECT folders.* FROM up JOIN folders ON folders.id = up.id ORDER BY level"
)

HEIGHT_SQL = (
    "WITH RECURSIVE down(id, level) AS (SELECT ?, 0 "
    "UNION ALL SELECT folders.id, level + 1 FROM folders JOIN down ON folders.parent_id = down.id) "
    "SELECT max(level) AS height FROM down"
)

TOP_LEVEL = 1
"""The level of a top folder; that of the root is 0."""


def get_time(hq: HqState) -> str:
    """Return the emulator's time as a timestamp."""
    return format_timestamp(hq.clock.now())


def build_folder_id(unique: UUID) -> str:
    """Return a folder's id, which ends with 22 characters."""
    return FOLDER_ID_PREFIX + base64.urlsafe_b64encode(unique.bytes).rstrip(b"=").decode()


def build_top_folder_id(project_id: SqlValue, name: str) -> str:
    """Return the id of a top folder, or of the root folder with an empty name."""
    return build_folder_id(uuid5(ID_NAMESPACE, f"{project_id}/folders/{name}"))


def ensure_top_folders(hq: HqState, project: Row) -> None:
    """Create the root folder and the top folders of a project that has none yet."""
    root_id = build_top_folder_id(project["id"], "")
    if find_folder(hq, project["id"], root_id) is not None:
        return
    author: Row = {"created_by": SYSTEM_AUTHOR, "updated_by": SYSTEM_AUTHOR}
    times: Row = dict.fromkeys(("created_at", "updated_at", "rolled_up_at"), project["created_at"])
    names = {root_id: f"{project['id']}{ROOT_FOLDER_SUFFIX}"}
    names |= {
        build_top_folder_id(project["id"], name): name
        for name in TOP_FOLDERS[str(project["platform"])]
    }
    for folder_id, name in names.items():
        parent_id = None if folder_id == root_id else root_id
        row: Row = {"id": folder_id, "project_id": project["id"], "name": name}
        hq.store.insert("folders", {**row, **author, **times, "parent_id": parent_id})


def get_root(hq: HqState, project: Row) -> Row:
    """Return the root folder of a project, which has its folders."""
    sql = f"{COUNTED_SQL} WHERE folders.project_id = ? AND folders.parent_id IS NULL"
    (root,) = hq.store.fetch_all(sql, [project["id"]])
    return root


def find_folder(hq: HqState, project_id: SqlValue, folder_id: SqlValue) -> Row | None:
    """Return a folder of a project with its number of objects, None if there is none."""
    sql = f"{COUNTED_SQL} WHERE folders.project_id = ? AND folders.id = ?"
    return hq.store.fetch_one(sql, [project_id, folder_id])


def list_children(hq: HqState, folder: Row) -> list[Row]:
    """Return the folders in a folder, hidden ones included, in the order of their creation."""
    sql = f"{COUNTED_SQL} WHERE folders.parent_id = ? ORDER BY folders.seq"
    return hq.store.fetch_all(sql, [folder["id"]])


def list_lineage(hq: HqState, folder: Row) -> list[Row]:
    """Return a folder, its parent and so on up to the root."""
    return hq.store.fetch_all(LINEAGE_SQL, [folder["id"]])


def is_hidden(hq: HqState, folder: Row) -> bool:
    """Return whether a folder or one above it is hidden."""
    return any(each["hidden"] for each in list_lineage(hq, folder))


def get_level(hq: HqState, folder: Row) -> int:
    """Return the number of folders above a folder."""
    return len(list_lineage(hq, folder)) - 1


def get_height(hq: HqState, folder: Row) -> int:
    """Return the number of levels below a folder."""
    found = hq.store.fetch_one(HEIGHT_SQL, [folder["id"]]) or {}
    return int(found.get("height") or 0)


def find_namesakes(hq: HqState, parent: Row, name: SqlValue) -> Iterator[Row]:
    """Yield the folders in a folder that have a name, ignoring case (inference)."""
    for row in list_children(hq, parent):
        if str(row["name"]).casefold() == str(name).casefold():
            yield row


def insert_folder(hq: HqState, parent: Row, values: Row) -> Row:
    """Create a folder and return its row, with its number of objects."""
    now = get_time(hq)
    row: Row = {
        "id": build_folder_id(hq.ids.create_id("folder")),
        "created_at": now,
        "updated_at": now,
        "rolled_up_at": now,
        **values,
        "project_id": parent["project_id"],
        "parent_id": parent["id"],
    }
    hq.store.insert("folders", row)
    _roll_up(hq, parent, now)
    return find_folder(hq, row["project_id"], row["id"]) or row


def replace_folder(hq: HqState, folder: Row, values: Row) -> Row:
    """Set columns of a folder, and nothing else, and return its row."""
    update_columns(hq.store, "folders", folder["seq"], values)
    return {**folder, **values}


def update_folder(hq: HqState, folder: Row, values: Row) -> Row:
    """Change columns of a folder and return its row, with its number of objects."""
    now = get_time(hq)
    update_columns(hq.store, "folders", folder["seq"], {**values, "updated_at": now})
    changed = find_folder(hq, folder["project_id"], folder["id"]) or folder
    _roll_up(hq, changed, now)
    return {**changed, "rolled_up_at": now}


def store_permission(hq: HqState, folder: Row, row: Row) -> None:
    """Set the direct permissions of a subject in a folder."""
    sql = "SELECT seq FROM folder_permissions WHERE folder_id = ? AND subject_id = ?"
    known = hq.store.fetch_one(sql, [folder["id"], row["subject_id"]])
    if known is not None:
        update_columns(hq.store, "folder_permissions", known["seq"], row)
        return
    place: Row = {"project_id": folder["project_id"], "folder_id": folder["id"]}
    hq.store.insert("folder_permissions", {**row, **place})


def delete_permission(hq: HqState, folder: Row, subject_id: SqlValue) -> None:
    """Delete the direct permissions of a subject in a folder."""
    sql = "DELETE FROM folder_permissions WHERE folder_id = ? AND subject_id = ?"
    hq.store.execute(sql, [folder["id"], subject_id])


def _roll_up(hq: HqState, folder: Row, now: str) -> None:
    """Set the time of the last change of a folder and of all above it.

    Documented: ``lastModifiedTimeRollup`` is the time of the last change of the folder or any of
    its children.
    """
    for each in list_lineage(hq, folder):
        update_columns(hq.store, "folders", each["seq"], {"rolled_up_at": now})
