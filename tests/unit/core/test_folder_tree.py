"""A tree of folders, from a nested mapping and from a table."""

from typing import Any

import pytest

from bim360_provider.core.folder_tree import build_tree, parse_tree
from bim360_provider.errors import InputError

TREE: dict[str, Any] = {
    "Project Files": {
        "roles": {"Architect": "view"},
        "folders": {
            "01 WIP": {"users": {"ada@example.com": "edit"}, "folders": {"Models": None}},
            "02 Shared": {},
        },
    }
}


def test_each_folder_follows_the_one_above_it() -> None:
    """So it can refer to it."""
    found = {each.path: (each.parent_path, each.levels) for each in parse_tree(TREE)}

    assert found == {
        "Project Files": ("", {"roles": {"Architect": "view"}}),
        "Project Files/01 WIP": ("Project Files", {"users": {"ada@example.com": "edit"}}),
        "Project Files/01 WIP/Models": ("Project Files/01 WIP", None),
        "Project Files/02 Shared": ("Project Files", None),
    }


def test_an_old_path_is_that_of_all_folders_below() -> None:
    """A renamed folder keeps its content, and so do the resources."""
    renamed = {"was": "Project Files/WIP", "folders": {"Models": {"was": "Project Files/BIM"}}}
    tree = {"Plans": {"folders": {"A": renamed}}}

    found = {each.path: each.old_paths for each in parse_tree(tree)}

    assert found["Plans/A"] == ("Project Files/WIP",)
    assert found["Plans/A/Models"] == ("Project Files/BIM", "Project Files/WIP/Models")


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (["A"], "'folders' must be a mapping"),
        ({"A": "view"}, "'A' must be a mapping"),
        ({"A": {"role": {}}}, "'A' has the unknown key 'role'; did you mean roles?"),
        ({"A": {"folders": {"b/c": {}}}}, "the name of a folder in 'A' must be text without '/'"),
        ({"A": {"was": [1]}}, "was of 'A' must be a path"),
    ],
)
def test_another_form_is_an_error_with_the_path(tree: Any, message: str) -> None:
    """The program stops before anything is declared."""
    with pytest.raises(InputError) as caught:
        parse_tree(tree)

    assert message in str(caught.value)


def test_25_levels_are_accepted_below_a_top_folder() -> None:
    """That is Autodesk's limit."""
    tree: dict[str, Any] = {}
    for number in range(25):
        tree = {"folders": {f"level {number}": tree}}

    assert len(parse_tree({"Plans": tree})) == 26
    with pytest.raises(InputError, match="has 25 levels, so it cannot contain folders"):
        parse_tree({"Plans": {"folders": {"one more": tree}}})


def test_a_table_is_the_same_tree() -> None:
    """One row for each level of a subject; a row without one declares the folder."""
    rows = [
        {"folder": "Project Files", "role": "Architect", "level": "view"},
        {"folder": "Project Files/01 WIP", "user": "ada@example.com", "level": "edit"},
        {"folder": "Project Files/01 WIP/Models", "role": "", "level": None},
        {"Folder": "Project Files/02 Shared"},
    ]

    built = build_tree(rows, "tree.csv")

    assert parse_tree(built) == parse_tree(TREE)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"role": "Architect"}, "has no folder"),
        ({"folder": "Plans", "level": "view"}, "needs a level and one of role, company, user"),
        ({"folder": "Plans", "role": "Architect"}, "needs a level and one of"),
        ({"folder": "Plans", "role": "A", "user": "b", "level": "view"}, "needs a level and one"),
    ],
)
def test_a_wrong_row_is_an_error_with_its_number(row: dict[str, str], why: str) -> None:
    """The first row is the header."""
    with pytest.raises(InputError, match=f"row 2 of tree.csv {why}"):
        build_tree([row], "tree.csv")
