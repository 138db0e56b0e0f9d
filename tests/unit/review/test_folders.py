"""The review of folders and their permissions: paths, the matrix, and losses of access."""

from typing import Any

import pytest

from bim360_provider.review.analysis import build_review
from bim360_provider.review.matrix import MAX_SUBJECTS, build_matrices
from bim360_provider.review.model import ResourceChange, Review, Verb
from bim360_provider.review.plan import read_plan
from tests.unit.review.plan_factory import (
    Properties,
    build_plan,
    build_step,
    render_comment,
    review_change,
    review_steps,
)

URN = "urn:adsk.wipprod:fs.folder:co."
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
FOLDER: Properties = {"project_id": "id-tower", "parent": "Project Files", "name": "01 WIP"}


def build_permissions(op: str, old: Any, new: Any, **more: Any) -> Properties:
    """Return a step of the permissions of ``Plans`` from old to new arguments."""
    base = {"project_id": "id-tower", "folder": "Plans"}
    sides = [None if side is None else {**base, **side} for side in (old, new)]
    outputs = {"platform": "acc", **(sides[0] or {}), **more.pop("outputs", {})}
    return build_step(op, *sides, kind="FolderPermissions", name="plans", outputs=outputs, **more)


def build_folder(op: str, old: Any, new: Any, name: str = "wip", **more: Any) -> Properties:
    """Return a step of a folder whose id ends with its name in the program."""
    return build_step(
        op, old, new, kind="ProjectFolder", name=name, id=f"id-tower/{URN}{name}", **more
    )


def list_losses(review: Review) -> list[tuple[str, str]]:
    """Return the titles and the subjects of all losses."""
    return [(risk.what, risk.subject) for each in review.changes for risk in each.risks]


@pytest.mark.parametrize(
    ("before", "after", "loss"),
    [
        ("edit", "view", ("Lower level in folders", "role Architect (edit → view) in Plans")),
        ("view", "upload", ("Lower level in folders", "role Architect (view → upload) in Plans")),
        ("view", "edit", None),
        ("view", None, ("Permissions removed from folders", "role Architect in Plans")),
        (None, "view", None),
        ("DOWNLOAD+VIEW", "view_download", None),
    ],
)
def test_a_lower_level_and_removed_permissions_count_as_a_loss_of_access(
    before: str | None, after: str | None, loss: tuple[str, str] | None
) -> None:
    sides = [{"roles": {"Architect": each} if each else {}} for each in (before, after)]

    found = review_steps(build_permissions("update", *sides))

    assert list_losses(found) == ([loss] if loss else [])
    assert found.counts["access-loss"] == (1 if loss else 0)
    assert found.changes[0].verb is Verb.CHANGE


def test_each_subject_loses_its_permissions_with_the_resource() -> None:
    old = {"roles": {"Architect": "edit"}, "users": {"ada@example.com": "view"}}

    found = review_steps(build_permissions("delete", old, None))

    assert [subject for _, subject in list_losses(found)] == [
        "role Architect in Plans",
        "user ada@example.com in Plans",
    ]
    assert (found.counts["access-loss"], found.counts["remove"]) == (2, 2)


def test_retained_permissions_are_no_longer_managed() -> None:
    old = {"roles": {"Architect": "edit"}, "on_destroy": "retain"}

    found = review_change(build_permissions("delete", old, None))

    assert (found.verb, found.note, found.risks) == (Verb.RELEASE, "the permissions stay", ())


def test_a_removed_subject_without_a_declared_rest_loses_its_permissions() -> None:
    """Without ``roles`` the folder declares no role."""
    found = review_steps(build_permissions("update", {"roles": {"Architect": "edit"}}, {}))

    assert list_losses(found) == [("Permissions removed from folders", "role Architect in Plans")]


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        ({"roles": {"A": "edit"}}, {"roles": UNKNOWN}, "Plans"),
        ({"roles": {"A": "edit"}}, {"roles": {"A": UNKNOWN}}, "role A in Plans"),
        ({}, {"others": "remove"}, "subjects that are not declared in Plans"),
        (None, {"others": "remove"}, "subjects that are not declared in Plans"),
    ],
)
def test_hidden_levels_and_undeclared_subjects_are_possible_losses(
    old: Properties | None, new: Properties, subject: str
) -> None:
    found = review_steps(build_permissions("update" if old is not None else "create", old, new))

    assert list_losses(found) == [("Possibly permissions removed from folders", subject)]
    assert found.possible["access-loss"] == 1


def test_a_new_folder_has_no_undeclared_subjects_to_lose() -> None:
    new = {"folder": UNKNOWN, "others": "remove", "roles": {"Architect": "edit"}}

    assert review_change(build_permissions("create", None, new)).risks == ()


def test_the_matrix_has_a_row_for_each_folder_and_a_column_for_each_subject() -> None:
    old = {"roles": {"Architect": "edit"}, "users": {"ada@example.com": "view"}}
    new = {"roles": {"Architect": "view"}, "users": {"ada@example.com": "view"}}
    other = build_step(
        "create",
        None,
        {"project_id": "id-tower", "folder": "Photos", "companies": {"Cable | Sons": "upload"}},
        kind="FolderPermissions",
        name="photos",
    )

    text = render_comment(build_permissions("update", old, new), other)

    assert "| Folder | role Architect | company Cable \\| Sons |\n" in text
    assert "| **Photos** |  | none → upload |\n| **Plans** | edit → view |  |\n" in text
    assert "ada@example.com" not in text


def test_a_matrix_has_a_limited_number_of_subjects() -> None:
    roles = {f"role {number}": "view" for number in range(MAX_SUBJECTS + 1)}

    change = review_change(build_permissions("create", None, {"roles": roles}))

    assert [len(each.head) - 1 for each in build_matrices([change])] == [MAX_SUBJECTS, 1]


def test_the_ids_of_companies_are_shown_as_names() -> None:
    company = build_step("same", {"name": "Cable & Sons"}, None, kind="Company", name="cable")
    old = {"companies": {"id-cable": "edit"}}

    found = review_steps(company, build_permissions("update", old, {"companies": {}}))

    assert list_losses(found) == [
        ("Permissions removed from folders", "company Cable & Sons in Plans")
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"name": "WIP"}, ("renamed", "01 WIP", "WIP")),
        ({"parent": "Plans"}, ("moved", "Project Files", "Plans")),
        ({"parent": f"{URN}shared"}, ("moved", "Project Files", "Project Files/02 Shared")),
    ],
)
def test_a_folder_is_renamed_or_moved(change: Properties, line: tuple[str, str, str]) -> None:
    shared = build_folder("same", {**FOLDER, "name": "02 Shared"}, None, name="shared")

    (found,) = review_steps(shared, build_folder("update", FOLDER, {**FOLDER, **change})).changes

    assert (found.verb, found.label) == (Verb.CHANGE, "Project Files/01 WIP")
    assert [(each.field, each.before, each.after) for each in found.lines] == [line]
    assert found.risks == ()


def test_a_folder_moved_from_an_omitted_folder_comes_from_another_folder() -> None:
    old, new = {**FOLDER, "parent": f"{URN}omitted"}, {**FOLDER, "parent": "Plans"}

    (line,) = review_change(build_folder("update", old, new)).lines

    assert (line.before, line.after) == ("another folder", "Plans")


def test_a_folder_has_the_path_of_the_folders_above() -> None:
    steps = [
        build_step("same", {"name": "Harbor Tower"}, None),
        build_folder("same", FOLDER, None),
        build_folder(
            "delete", {**FOLDER, "parent": f"{URN}wip", "name": "Models"}, None, name="models"
        ),
    ]

    (found,) = review_steps(*steps).changes

    assert found.label == "Project Files/01 WIP/Models in Harbor Tower"


def test_folders_that_contain_each_other_have_a_label() -> None:
    """A damaged plan."""
    rows = [
        build_folder("delete", {**FOLDER, "parent": f"{URN}{other}"}, None, name=name)
        for name, other in (("a", "b"), ("b", "a"))
    ]

    assert all(each.label.endswith("01 WIP") for each in review_steps(*rows).changes)


def test_a_removed_folder_is_hidden_with_its_contents() -> None:
    row = build_folder("delete", FOLDER, None)

    found, text = review_steps(row), render_comment(row)

    assert found.changes[0].verb is Verb.HIDE
    assert list_losses(found) == [("Hidden with contents", "Project Files/01 WIP")]
    assert (found.counts["access-loss"], found.counts["remove"], found.counts["any"]) == (1, 1, 1)
    assert "**1 to hide.**" in text
    assert "| **Project Files/01 WIP** | removed from the program |  | will be hidden |" in text


@pytest.mark.parametrize(
    ("inputs", "outputs"), [({"on_destroy": "retain"}, {}), ({}, {"adopted": True})]
)
def test_a_retained_or_adopted_folder_stays(inputs: Properties, outputs: Properties) -> None:
    found = review_change(build_folder("delete", {**FOLDER, **inputs}, None, outputs=outputs))

    assert (found.verb, found.note, found.risks) == (Verb.RELEASE, "stays in the project", ())


def review_drift(kind: Any, declared: Properties, found: Properties) -> ResourceChange:
    """Return the change of a resource that drifted and is declared as before."""
    steps = [kind("refresh", declared, declared), kind("update", found, declared)]
    (change,) = build_review(read_plan(build_plan(*steps))).changes
    return change


def test_a_level_changed_by_hand_is_restored() -> None:
    change = review_drift(
        build_permissions,
        {"roles": {"Architect": "view"}, "others": "remove"},
        {"roles": {"Architect": "edit", "Owner": "manage"}, "others": "remove"},
    )

    assert [(each.row, each.declared, each.found, each.outcome) for each in change.drift] == [
        ("Architect", "view", "edit", "restored"),
        ("Owner", "none", "manage", "removed"),
    ]
    assert change.lines == ()
    assert len(change.risks) == 2


def test_a_folder_hidden_by_hand_is_restored() -> None:
    change = review_drift(build_folder, FOLDER, {**FOLDER, "hidden": True})

    assert [(each.field, each.found, each.outcome) for each in change.drift] == [
        ("hidden", "yes", "restored")
    ]
    assert (change.verb, change.risks) == (Verb.CHANGE, ())


def test_a_forced_replacement_keeps_folders_and_permissions() -> None:
    """The new resource adopts what exists, so that only a lower level is lost."""
    sides = [{"roles": {"Architect": level}} for level in ("edit", "view")]

    found = review_steps(
        build_permissions("replace", *sides), build_folder("replace", FOLDER, FOLDER)
    )

    assert {each.label: each.note.partition("; ")[2] for each in found.changes} == {
        "Project Files/01 WIP": "the folder stays in the project (adopted)",
        "Plans": "the permissions stay in the folder (adopted)",
    }
    assert list_losses(found) == [
        ("Lower level in folders", "role Architect (edit → view) in Plans")
    ]


def test_permissions_of_another_folder_are_a_replacement() -> None:
    sides = [{"roles": {"Architect": "view"}, "folder": name} for name in ("Plans", "Photos")]

    found = review_steps(build_permissions("replace", *sides))

    assert found.changes[0].verb is Verb.REPLACE
    assert list_losses(found) == [("Permissions removed from folders", "role Architect in Plans")]
