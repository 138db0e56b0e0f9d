"""Folders and permissions, as far as no request is needed: check, diff and plan."""

from typing import Any

import pytest

from bim360_provider.core import folder_permissions, project_folder
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.folder_permissions.rules import Grant, plan_permissions
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.emulator import ACCOUNT_ID
from bim360_provider.errors import InputError
from tests.support.hq import build_settings

PROJECT = "c17e6837-96cd-4839-868e-051a2ad65d28"
OTHER = "d27e6837-96cd-4839-868e-051a2ad65d28"
URN = "urn:adsk.wipprod:fs.folder:co.NWZDRIc9VDycCS6Sl8vZqQ"
SCOPE = {"account_id": ACCOUNT_ID, "region": "US"}
FOLDER = {"project_id": PROJECT, "parent": "Project Files", "name": "01 WIP", **SCOPE}
FOLDER_STATE = State({**FOLDER, "parent_id": URN, "hidden": False})
PERMISSIONS: dict[str, Any] = {
    "project_id": PROJECT,
    "folder": URN,
    "roles": {"Architect": "view", "Engineer": "edit"},
    **SCOPE,
}
PERMISSION_STATE = State({**PERMISSIONS, "folder_id": URN, "companies": {}, "users": {}})


def check_folder(**changes: Any) -> tuple[Inputs, list[str]]:
    """Return the arguments of a folder and the arguments with a problem."""
    inputs, problems = project_folder.check({}, {**FOLDER, **changes}, build_settings())
    return inputs, [each.argument for each in problems]


def test_a_folder_is_complete_after_check() -> None:
    """The id of the folder above is without its project."""
    assert check_folder() == (FOLDER, [])
    assert check_folder(parent=f"{PROJECT}/{URN}") == ({**FOLDER, "parent": URN}, [])


def test_a_folder_above_must_be_in_the_same_project() -> None:
    """Folders cannot leave their project."""
    assert check_folder(parent=f"{OTHER}/{URN}")[1] == ["parent"]
    assert check_folder(parent=f"{OTHER}/{URN}", project_id=UNKNOWN)[1] == []


def test_all_problems_of_a_folder_are_reported_at_once() -> None:
    """The preview shows them."""
    wrong = check_folder(name="a:b", parent="", project_id="tower", on_destroy="delete")

    assert wrong[1] == ["project_id", "parent", "name", "on_destroy"]


@pytest.mark.parametrize(
    ("changes", "changed", "replaces"),
    [
        ({}, (), ()),
        ({"parent": URN}, (), ()),
        ({"name": "02 WIP"}, ("name",), ()),
        ({"parent": "Plans"}, ("parent",), ()),
        ({"parent": UNKNOWN}, ("parent",), ()),
        ({"on_destroy": "retain"}, ("on_destroy",), ()),
        ({"project_id": OTHER}, ("project_id",), ("project_id",)),
    ],
)
def test_a_folder_is_renamed_and_moved_in_place(
    changes: dict[str, Any], changed: tuple[str, ...], replaces: tuple[str, ...]
) -> None:
    """Only another project replaces it; the id of the known parent changes nothing."""
    found = project_folder.diff(FOLDER_STATE, Inputs({**FOLDER, **changes}))

    assert (found.changed_arguments, found.replaces) == (changed, replaces)


def test_a_hidden_folder_is_a_difference() -> None:
    """The next up restores it."""
    found = project_folder.diff(State({**FOLDER_STATE, "hidden": True}), Inputs(FOLDER))

    assert found.changed_arguments == ("hidden",)


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"roles": {"Architect": "own"}}, "roles"),
        ({"roles": ["Architect"]}, "roles"),
        ({"users": {"ada": "view"}}, "users"),
        ({"users": {"ada@example.com": "view", "ADA@example.com": "edit"}}, "users"),
        ({"companies": {" ": "view"}}, "companies"),
        ({"others": "drop"}, "others"),
        ({"folder": "Project Files/WIP"}, "folder"),
    ],
)
def test_a_wrong_argument_of_permissions_is_reported(given: dict[str, Any], argument: str) -> None:
    """The preview shows it."""
    _, found = folder_permissions.check({}, {**PERMISSIONS, **given}, build_settings())

    assert [each.argument for each in found] == [argument]


def test_subjects_are_sorted_and_e_mails_are_in_lower_case() -> None:
    """So their order and case do not matter."""
    given = {**PERMISSIONS, "users": {"Bob@Example.com": "view", "ada@example.com": "edit"}}

    inputs, _ = folder_permissions.check({}, given, build_settings())

    assert list(inputs["users"].items()) == [
        ("ada@example.com", "edit"),
        ("bob@example.com", "view"),
    ]


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({}, ()),
        ({"companies": {}}, ()),
        ({"others": "keep", "on_destroy": "remove"}, ()),
        ({"roles": {"Architect": "view"}}, ("roles",)),
        ({"roles": {"Architect": UNKNOWN, "Engineer": "edit"}}, ("roles",)),
        ({"companies": {"Volt": "view"}}, ("companies",)),
        ({"others": "remove"}, ("others",)),
        ({"folder": "Plans"}, ("folder",)),
    ],
)
def test_levels_are_compared_by_subject(changes: dict[str, Any], changed: tuple[str, ...]) -> None:
    """A declared default changes nothing; another folder replaces."""
    found = folder_permissions.diff(PERMISSION_STATE, Inputs({**PERMISSIONS, **changes}))

    assert found.changed_arguments == changed
    assert found.replaces == tuple(each for each in changed if each == "folder")


def test_a_plan_has_the_rows_of_each_request() -> None:
    """Subjects without a change are in none of them."""
    live = {"a": Grant("roles", "view"), "b": Grant("users", "edit"), "c": Grant("users", "view")}
    wanted = {"a": Grant("roles", "edit"), "b": live["b"], "d": Grant("companies", "view")}

    planned = plan_permissions(live, wanted, {"c"}, "bim360")

    assert [row["subjectId"] for row in planned.creations] == ["d"]
    assert planned.updates == [
        {
            "subjectId": "a",
            "subjectType": "ROLE",
            "actions": ["COLLABORATE", "DOWNLOAD", "EDIT", "PUBLISH", "VIEW"],
        }
    ]
    assert planned.removals == [{"subjectId": "c", "subjectType": "USER"}]


def test_other_subjects_are_not_in_a_plan() -> None:
    """They belong to another resource, or to a user of the web page."""
    planned = plan_permissions({"c": Grant("users", "view")}, {}, (), "acc")

    assert planned.removals == []


def test_a_level_of_the_other_platform_is_an_error() -> None:
    """Nothing is sent."""
    with pytest.raises(InputError, match="the level 'upload' does not exist in an ACC project"):
        plan_permissions({}, {"a": Grant("roles", "upload")}, (), "acc")
