"""The actions of users in the browser on folders: create, rename, move, hide, restore, permit."""

from pydantic import JsonValue

from bim360_provider.emulator.control.call import ControlCall, ControlRequestError
from bim360_provider.emulator.data_management import tree
from bim360_provider.emulator.data_management.values import SYSTEM_AUTHOR
from bim360_provider.emulator.seed.folders import dump_folders, set_permission
from bim360_provider.emulator.seed.models import (
    NonEmptyText,
    SeedPermission,
    StrictModel,
    validate_document,
)
from bim360_provider.emulator.storage.database import Row

PATH_SEPARATOR = "/"


class FolderChange(StrictModel):
    """The body of a change of a folder, or of a new one."""

    name: NonEmptyText | None = None
    hidden: bool | None = None
    parent: NonEmptyText | None = None
    """The folder above it: its id, or its path such as ``Project Files/Drawings``."""


def list_folders(call: ControlCall) -> JsonValue:
    """Return the folders of a project with their permissions, in the form of a seed."""
    project = _get_project(call, call.path_segments[1])
    tree.ensure_top_folders(call.emulator.hq, project)
    return dump_folders(call.emulator.hq.store, project)


def create_folder(call: ControlCall) -> JsonValue:
    """Create a folder without Data Management's rules, and return its row."""
    project = _get_project(call, call.path_segments[1])
    change = validate_document(FolderChange, call.parse_fields())
    if change.name is None or change.parent is None:
        msg = "a folder needs a name and a parent"
        raise ControlRequestError(msg)
    parent = _get_parent(call, project, change.parent)
    values: Row = {
        "name": change.name,
        "hidden": int(change.hidden or False),
        "created_by": SYSTEM_AUTHOR,
        "updated_by": SYSTEM_AUTHOR,
    }
    return {**tree.insert_folder(call.emulator.hq, parent, values)}


def update_folder(call: ControlCall) -> JsonValue:
    """Rename, move, hide or restore a folder without Data Management's rules."""
    project, folder = _get_folder(call, call.target_id)
    change = validate_document(FolderChange, call.parse_fields())
    values: Row = {} if change.name is None else {"name": change.name}
    if change.hidden is not None:
        values["hidden"] = int(change.hidden)
    if change.parent is not None:
        values["parent_id"] = _get_parent(call, project, change.parent)["id"]
    return {**tree.update_folder(call.emulator.hq, folder, values)}


def set_permissions(call: ControlCall) -> JsonValue:
    """Set the direct permissions of one subject in a folder; an empty list removes them."""
    project, folder = _get_folder(call, call.path_segments[1])
    permission = validate_document(SeedPermission, call.parse_fields())
    set_permission(call.emulator.hq, project, folder, permission)
    return {}


def _get_project(call: ControlCall, project_id: str) -> Row:
    sql = "SELECT * FROM projects WHERE id = ?"
    project = call.emulator.hq.store.fetch_one(sql, [project_id])
    if project is None:
        msg = f"project {project_id} does not exist"
        raise ControlRequestError(msg)
    return project


def _get_folder(call: ControlCall, folder_id: str) -> tuple[Row, Row]:
    """Return a folder with its project."""
    sql = "SELECT * FROM folders WHERE id = ?"
    folder = call.emulator.hq.store.fetch_one(sql, [folder_id])
    if folder is None:
        msg = f"folder {folder_id} does not exist"
        raise ControlRequestError(msg)
    return _get_project(call, str(folder["project_id"])), folder


def _get_parent(call: ControlCall, project: Row, reference: str) -> Row:
    """Return a folder of a project by its id or path."""
    hq = call.emulator.hq
    tree.ensure_top_folders(hq, project)
    folder = tree.find_folder(hq, project["id"], reference)
    if folder is not None:
        return folder
    folder = tree.get_root(hq, project)
    for name in reference.split(PATH_SEPARATOR):
        folder = next(tree.find_namesakes(hq, folder, name), None)
        if folder is None:
            msg = f"project {project['id']} has no folder {reference}"
            raise ControlRequestError(msg)
    return folder
