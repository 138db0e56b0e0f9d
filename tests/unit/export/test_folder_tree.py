"""The comparison of two trees of folders, and folders that cannot be declared."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.export.folder_tree import (
    ExistingFolder,
    FolderTree,
    declare_folder_tree,
    find_deviations,
)
from bim360_provider.export.project import declare_project
from bim360_provider.models import Project
from bim360_provider.models.folder import Folder
from tests.support.hq import build_settings
from tests.support.legacy_account import format_project_id
from tests.support.members import ACCOUNT_SCOPE

URN = "urn:adsk.wipprod:fs.folder:co."


def build_tree(platform: str = "bim360", **levels: Mapping[str, Any]) -> FolderTree:
    """Return a tree with these folders, each with the levels of its roles."""
    folders = []
    for number, (path, roles) in enumerate(levels.items()):
        folder = Folder(id=f"{URN}{number}", name=path.rpartition("/")[2], parent_id=f"{URN}0")
        ids = {"roles": {name: format_project_id(number) for name in roles}}
        folders.append(ExistingFolder(path, folder, {"roles": roles}, ids))
    return FolderTree(format_project_id(1), platform, folders)


def test_two_equal_structures_do_not_differ() -> None:
    """Names of folders are compared without case."""
    model, tree = (
        build_tree(**{"A": {}, "A/b": {"IT": "view"}}),
        build_tree(**{"A": {}, "A/B": {"IT": "view"}}),
    )

    assert find_deviations(model, tree) == []


def test_a_folder_stands_for_the_folders_in_it() -> None:
    model = build_tree(**{"A": {}, "A/b": {}, "A/b/c": {}, "Plans": {}})
    tree = build_tree(**{"A": {}, "A/x": {"IT": "view"}, "A/x/y": {}})

    assert find_deviations(model, tree) == ["A/b: missing", "A/x: additional", "Plans: missing"]


def test_each_different_level_is_listed() -> None:
    model, tree = build_tree(A={"IT": "view", "QA": "edit"}), build_tree(A={"IT": "edit"})

    assert find_deviations(model, tree) == [
        "A: role IT has edit instead of view",
        "A: role QA has none instead of edit",
    ]


def declare(tree: FolderTree) -> Any:
    """Return the declaration of a tree."""
    project = Project(id=tree.project_id, name="Tower")
    declared = declare_project(project, "tower", ACCOUNT_SCOPE, build_settings(), {})
    return declare_folder_tree(tree, declared, ACCOUNT_SCOPE, build_settings())


def test_a_project_with_empty_top_folders_has_no_tree() -> None:
    assert declare(build_tree(**{"Project Files": {}, "Plans": {}})) is None


def test_a_level_of_the_other_platform_is_not_declared() -> None:
    """No program could set it."""
    tree = build_tree("acc", **{"Project Files": {"IT": "upload", "QA": "view"}})

    found = declare(tree)

    assert found.arguments["folders"] == {"Project Files": {"roles": {"QA": "view"}}}
    assert tree.notes == [
        "role 'IT' of folder 'Project Files' is left as it is: upload is not a level"
    ]


def test_a_role_with_a_name_that_is_refused_is_reported() -> None:
    tree = build_tree(**{"Project Files": {" IT ": "view"}, "Project Files/01 WIP": {}})

    found = declare(tree)

    assert found.arguments["folders"] == {"Project Files": {"folders": {"01 WIP": {}}}}
    (note,) = tree.notes
    assert note.startswith("permissions of folder 'Project Files': roles is left as it is")
