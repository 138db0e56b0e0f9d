"""Declare the folders of a project with their permissions as a tree, and compare trees."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.core import folder_permissions, project_folder
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.folder_permissions.lifecycle import ID_SUFFIX, index_rows
from bim360_provider.core.folder_permissions.rules import build_outputs, list_levels
from bim360_provider.core.folder_tree import PATH_SEPARATOR
from bim360_provider.core.settings import Settings
from bim360_provider.errors import InputError
from bim360_provider.export.declaration import (
    Component,
    Declaration,
    Reference,
    select_accepted_inputs,
)
from bim360_provider.hq import HqClient
from bim360_provider.models.folder import Folder, build_folder_id, parse_folder_name
from bim360_provider.models.folder_permissions import LEVELS, SUBJECT_TYPES
from bim360_provider.models.project import Project
from bim360_provider.resources import Bim360ProjectFolderTree
from bim360_provider.resources.folder_permissions import Bim360FolderPermissions
from bim360_provider.resources.folder_tree import TREE_TYPE
from bim360_provider.resources.project_folder import Bim360ProjectFolder

__all__ = [
    "ExistingFolder",
    "FolderTree",
    "declare_folder_tree",
    "find_deviations",
    "find_model",
    "read_folder_tree",
]

Values = Mapping[str, Any]

TREE_COMPONENT: Final = Component(Bim360ProjectFolderTree.__name__, TREE_TYPE)

ID_OF_TREE: Final = "/folders"
"""The end of the id of a tree, which only distinguishes it from its project in an export."""

SUBJECT_LABELS: Final[Mapping[str, str]] = {
    "roles": "role",
    "companies": "company",
    "users": "user",
}


@dataclass(frozen=True)
class ExistingFolder:
    """A folder in a tree.

    Attributes:
        path: The names from the top folder down, joined by slashes.
        folder: The folder.
        levels: The levels of subjects with direct permissions, by argument and name.
        subject_ids: The ids of the subjects in the same form.
    """

    path: str
    folder: Folder
    levels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    subject_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_top(self) -> bool:
        """Whether it is a top folder, which every project has and no program declares."""
        return PATH_SEPARATOR not in self.path


@dataclass
class FolderTree:
    """The visible folders of a project, each after the one above it.

    Attributes:
        project_id: The project's id.
        platform: ``bim360`` or ``acc``.
        folders: The folders.
        notes: One line for each folder or subject that cannot be declared.
    """

    project_id: str
    platform: str
    folders: list[ExistingFolder] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_folder_tree(client: HqClient, project_id: str) -> FolderTree:
    """Return the folders of an active project with their direct permissions.

    Two requests for each folder, one for the platform and one for the top folders.

    Raises:
        HqError: Autodesk refused a request.
        UnansweredError: It sent no response.
    """
    tree = FolderTree(project_id, client.folders.get_platform(project_id))
    for top in client.folders.list_top_folders(project_id):
        if not top.hidden:
            _read_folder(client, tree, top, top.name)
    return tree


def _read_folder(client: HqClient, tree: FolderTree, folder: Folder, path: str) -> None:
    try:
        parse_folder_name(folder.name)
    except ValueError as error:
        tree.notes.append(f"folder '{path}' is left as it is with the folders in it: name {error}")
        return
    rows = client.folder_permissions.list_for_folder(tree.project_id, folder.id)
    levels, ids = index_rows(rows, {}, is_complete=True)
    tree.folders.append(ExistingFolder(path, folder, levels, ids))
    inner = client.folders.list_folders(tree.project_id, folder.id)
    for each in sorted(inner, key=lambda each: each.name):
        _read_folder(client, tree, each, f"{path}{PATH_SEPARATOR}{each.name}")


def declare_folder_tree(
    tree: FolderTree, project: Declaration, account_scope: Values, settings: Settings
) -> Declaration | None:
    """Return a declaration that changes no folder and no permissions; None if there are none.

    Args:
        tree: The folders of the project.
        project: The declaration of the project; the tree has the same name.
        account_scope: The account and the region.
        settings: The settings for the check.
    """
    scope = {**account_scope, "project_id": tree.project_id}
    parts: list[Declaration] = []
    declared: dict[str, dict[str, Any]] = {}
    for each in tree.folders:
        node = declared[each.path] = {}
        if not each.is_top:
            parts.append(_declare_folder(each, project.name, scope, settings))
            declared[each.path.rpartition(PATH_SEPARATOR)[0]].setdefault("folders", {})[
                each.folder.name
            ] = node
        permissions = _declare_permissions(each, tree, project.name, scope, settings)
        if permissions:
            node.update({kind: permissions.inputs[kind] for kind in _list_kinds(permissions)})
            parts.append(permissions)
    if not parts:
        return None
    tops = {each.path: declared[each.path] for each in tree.folders if each.is_top}
    return Declaration(
        resource=Bim360ProjectFolder,
        name=project.name,
        id=f"{tree.project_id}{ID_OF_TREE}",
        arguments={
            "project_id": Reference(project.kind, project.id),
            "folders": {path: _sort_node(node) for path, node in tops.items() if node},
        },
        inputs={},
        outputs={},
        component=TREE_COMPONENT,
        parts=tuple(parts),
    )


def _list_kinds(permissions: Declaration) -> list[str]:
    return [kind for kind in SUBJECT_TYPES if kind in permissions.inputs]


def _sort_node(node: Values) -> dict[str, Any]:
    """Return a folder with its permissions before the folders in it."""
    inner = {name: _sort_node(each) for name, each in node.get("folders", {}).items()}
    own = {key: value for key, value in node.items() if key != "folders"}
    return {**own, **({"folders": inner} if inner else {})}


def _declare_folder(
    each: ExistingFolder, name: str, scope: Values, settings: Settings
) -> Declaration:
    parent_id = str(each.folder.parent_id)
    parent_path = each.path.rpartition(PATH_SEPARATOR)[0]
    is_in_top_folder = PATH_SEPARATOR not in parent_path
    parent = parent_path if is_in_top_folder else parent_id
    candidate = {**scope, "parent": parent, "name": each.folder.name}
    known = {**scope, "parent": parent, "parent_id": parent_id, "adopted": True}

    def build_state(inputs: Inputs) -> State:
        return project_folder.build_outputs(scope["project_id"], each.folder, known, inputs)

    accepted = select_accepted_inputs(project_folder, candidate, build_state, settings)
    return Declaration(
        resource=Bim360ProjectFolder,
        name=f"{name}{PATH_SEPARATOR}{each.path}",
        id=build_folder_id(scope["project_id"], each.folder.id),
        arguments={},
        inputs=accepted.inputs,
        outputs=accepted.outputs,
    )


def _declare_permissions(
    each: ExistingFolder, tree: FolderTree, name: str, scope: Values, settings: Settings
) -> Declaration | None:
    """Return the declaration of a folder's permissions; None if none can be declared."""
    levels: dict[str, dict[str, str]] = {}
    for (kind, subject), level in list_levels(each.levels).items():
        if tree.platform in LEVELS.get(level, {}):
            levels.setdefault(kind, {})[subject] = level
            continue
        label = f"{SUBJECT_LABELS[kind]} '{subject}' of folder '{each.path}'"
        tree.notes.append(f"{label} is left as it is: {level} is not a level")
    reference = each.path if each.is_top else each.folder.id
    known = {**scope, "folder_id": each.folder.id, "platform": tree.platform}

    def build_state(inputs: Inputs) -> State:
        kept = {kind: levels[kind] for kind in levels if kind in inputs}
        ids = {
            kind: {subject: each.subject_ids[kind][subject] for subject in kept[kind]}
            for kind in kept
        }
        return build_outputs(known, inputs, kept, ids)

    candidate = {**scope, "folder": reference, **levels}
    accepted = select_accepted_inputs(folder_permissions, candidate, build_state, settings)
    tree.notes += [f"permissions of folder '{each.path}': {note}" for note in accepted.notes]
    if levels.keys().isdisjoint(accepted.inputs):
        return None
    return Declaration(
        resource=Bim360FolderPermissions,
        name=f"{name}{PATH_SEPARATOR}{each.path}",
        id=build_folder_id(tree.project_id, each.folder.id) + ID_SUFFIX,
        arguments={},
        inputs=accepted.inputs,
        outputs=accepted.outputs,
    )


def find_deviations(model: FolderTree, tree: FolderTree) -> list[str]:
    """Return how a tree differs from the model, one line each, in the order of paths.

    A folder that only one of them has stands for the folders in it. Names are compared without
    case, as Autodesk does.
    """
    expected, found = _index_folders(model), _index_folders(tree)
    lines = []
    shared = expected.keys() & found.keys()
    for key, folder in sorted({**expected, **found}.items()):
        parent = key.rpartition(PATH_SEPARATOR)[0]
        if key in shared:
            changes = _compare_levels(expected[key], folder)
            lines += [f"{folder.path}: {each}" for each in changes]
        elif not parent or parent in shared:
            lines.append(f"{folder.path}: {'missing' if key in expected else 'additional'}")
    return lines


def _index_folders(tree: FolderTree) -> dict[str, ExistingFolder]:
    return {each.path.casefold(): each for each in tree.folders}


def _compare_levels(wanted: ExistingFolder, actual: ExistingFolder) -> Iterable[str]:
    expected, found = list_levels(wanted.levels), list_levels(actual.levels)
    for kind, subject in sorted({*expected, *found}):
        level, other = expected.get((kind, subject)), found.get((kind, subject))
        if level != other:
            label = f"{SUBJECT_LABELS[kind]} {subject}"
            yield f"{label} has {other or 'none'} instead of {level or 'none'}"


def find_model(projects: Iterable[Project], ids: Container[str], name: str) -> str:
    """Return the id of the project with a name.

    Raises:
        InputError: It is not exactly one of the projects with these ids.
    """
    found = [each.id for each in projects if each.id in ids and each.name == name]
    if len(found) == 1:
        return found[0]
    count = f"{len(found)} active projects" if found else "no active project"
    msg = (
        f"BIM 360: could not compare with '{name}': the export has {count} of this name; "
        "write the name of one that your filters select."
    )
    raise InputError(msg)
