"""Load the folders of a seeded project, and write them as a seed."""

from collections.abc import Iterable

from pydantic import JsonValue

from bim360_provider.emulator.data_management import tree
from bim360_provider.emulator.data_management.values import sort_actions
from bim360_provider.emulator.hq.members import map_role_names
from bim360_provider.emulator.seed.models import SeedError, SeedFolder, SeedPermission
from bim360_provider.emulator.state import HqState
from bim360_provider.emulator.storage.database import Row, SqlValue, Store

FOLDER_FIELDS = ("id", "name", "created_at", "updated_at", "created_by", "updated_by")

SUBJECT_KEYS = {"USER": "user_id", "COMPANY": "company_id"}
"""The keys of a seeded permission by type of subject; a role is named."""


def load_folders(hq: HqState, project: Row, folders: Iterable[SeedFolder]) -> None:
    """Insert the folders of a project and their permissions.

    Raises:
        SeedError: A subject of a permission is not in the account or the project.
    """
    top_folders = [*folders]
    if not top_folders:
        return  # those that every project has are created with the first request
    tree.ensure_top_folders(hq, project)
    root = tree.get_root(hq, project)
    for folder in top_folders:
        _load_folder(hq, project, root, folder)


def _load_folder(hq: HqState, project: Row, parent: Row, folder: SeedFolder) -> None:
    row = _find_top_folder(hq, parent, folder)
    values = _build_values(hq, folder)
    if row is None:
        row = tree.insert_folder(hq, parent, values)
    else:
        row = tree.replace_folder(hq, row, values)
    for permission in folder.permissions:
        set_permission(hq, project, row, permission)
    for child in folder.folders:
        _load_folder(hq, project, row, child)
    tree.replace_folder(hq, row, {"rolled_up_at": values["rolled_up_at"]})


def _find_top_folder(hq: HqState, parent: Row, folder: SeedFolder) -> Row | None:
    """Return the folder that every project has and that the seed describes, if it is one."""
    if parent["parent_id"] is not None:
        return None
    children = tree.list_children(hq, parent)
    by_id = (row for row in children if row["id"] == folder.id)
    by_name = (row for row in children if folder.id is None and row["name"] == folder.name)
    return next(by_id, None) or next(by_name, None)


def _build_values(hq: HqState, folder: SeedFolder) -> Row:
    created = folder.created_at or folder.updated_at or tree.get_time(hq)
    updated = folder.updated_at or created
    values: Row = {
        "name": folder.name,
        "hidden": int(folder.hidden),
        "created_by": folder.created_by,
        "updated_by": folder.updated_by,
        "created_at": created,
        "updated_at": updated,
        "rolled_up_at": folder.rolled_up_at or updated,
    }
    return values if folder.id is None else {**values, "id": folder.id}


def set_permission(hq: HqState, project: Row, folder: Row, permission: SeedPermission) -> None:
    """Set the direct permissions of a subject; an empty list removes them.

    Raises:
        SeedError: The account has no such user or company, or the project no such role.
    """
    subject_type, subject_id = _find_subject(hq, project, permission)
    if not permission.actions:
        tree.delete_permission(hq, folder, subject_id)
        return
    row: Row = {
        "subject_id": subject_id,
        "subject_type": subject_type,
        "actions": ",".join(sort_actions({*permission.actions})),
    }
    tree.store_permission(hq, folder, row)


def _find_subject(hq: HqState, project: Row, permission: SeedPermission) -> tuple[str, SqlValue]:
    if permission.role is not None:
        known = {name: role for role, name in map_role_names(str(project["id"])).items()}
        role = known.get(permission.role, permission.role)
        if role not in known.values():
            raise SeedError(_describe_unknown("role", permission.role))
        return "ROLE", role
    if permission.company_id is not None:
        sql = "SELECT id FROM companies WHERE account_id = ? AND id = ?"
        found = hq.store.fetch_one(sql, [project["account_id"], permission.company_id])
        return "COMPANY", _require_id(found, "company", permission.company_id)
    sql = "SELECT id FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    wanted = [project["account_id"], permission.user_id, permission.email]
    name = permission.email or permission.user_id or ""
    return "USER", _require_id(hq.store.fetch_one(sql, wanted), "user", name)


def _require_id(row: Row | None, kind: str, name: str) -> SqlValue:
    if row is None:
        raise SeedError(_describe_unknown(kind, name))
    return row["id"]


def _describe_unknown(kind: str, name: str) -> str:
    return f"a folder has permissions of the {kind} {name!r}, which does not exist"


def dump_folders(store: Store, project: Row) -> list[JsonValue]:
    """Return the top folders of a project with everything in them, in the form of a seed."""
    sql = "SELECT * FROM folders WHERE project_id = ? ORDER BY seq"
    children: dict[SqlValue, list[Row]] = {}
    for row in store.fetch_all(sql, [project["id"]]):
        children.setdefault(row["parent_id"], []).append(row)
    permissions = _dump_permissions(store, project)
    roots = children.get(None, [])
    return [
        _dump_folder(row, children, permissions)
        for root in roots
        for row in children.get(root["id"], [])
    ]


def _dump_folder(
    folder: Row,
    children: dict[SqlValue, list[Row]],
    permissions: dict[SqlValue, list[JsonValue]],
) -> JsonValue:
    return {
        **{name: folder[name] for name in FOLDER_FIELDS},
        "hidden": bool(folder["hidden"]),
        "rolled_up_at": folder["rolled_up_at"],
        "permissions": permissions.get(folder["id"], []),
        "folders": [
            _dump_folder(row, children, permissions) for row in children.get(folder["id"], [])
        ],
    }


def _dump_permissions(store: Store, project: Row) -> dict[SqlValue, list[JsonValue]]:
    """Return the permissions of a project's folders by the id of the folder."""
    sql = "SELECT * FROM folder_permissions WHERE project_id = ? ORDER BY seq"
    roles = map_role_names(str(project["id"]))
    found: dict[SqlValue, list[JsonValue]] = {}
    for row in store.fetch_all(sql, [project["id"]]):
        key = SUBJECT_KEYS.get(str(row["subject_type"]), "role")
        subject = roles[str(row["subject_id"])] if key == "role" else row["subject_id"]
        actions: list[JsonValue] = [*str(row["actions"]).split(",")]
        found.setdefault(row["folder_id"], []).append({key: subject, "actions": actions})
    return found
