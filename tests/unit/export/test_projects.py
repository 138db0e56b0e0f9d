"""A declared project changes nothing at HQ, and its program contains only literals."""

import ast
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bim360_provider.core import project
from bim360_provider.export.declaration import Reference
from bim360_provider.export.project import declare_project
from bim360_provider.export.python_writer import render_program
from bim360_provider.models import Project
from tests.support.hq import build_settings
from tests.support.legacy_account import BUSINESS_UNITS, UNUSUAL_PROJECTS
from tests.support.members import ACCOUNT_SCOPE

TEXTS = st.text(st.characters(), max_size=40)
LIVE = st.fixed_dictionaries(
    {"id": st.uuids().map(str)},
    optional={
        **dict.fromkeys(("name", "city", "job_number", "project_type", "country"), TEXTS),
        **dict.fromkeys(("start_date", "end_date"), st.dates().map(str) | TEXTS),
        "value": st.floats(allow_nan=False, allow_infinity=False),
        "currency": st.sampled_from(("USD", "eur", "", "XTS")),
        "status": st.sampled_from(("active", "pending", "inactive", "archived", "strange")),
        "timezone": st.sampled_from(("Europe/Berlin", "", "Mars")),
        "business_unit_id": st.sampled_from((BUSINESS_UNITS[0]["id"].upper(), "", "none")),
        "service_types": st.sampled_from(("doc_manager,insight", "admin", "", "new_one")),
    },
)


def build_unusual_project(number: int) -> dict[str, Any]:
    """Return an unusual project at HQ."""
    return {"id": BUSINESS_UNITS[0]["id"], **UNUSUAL_PROJECTS[number]}


@given(LIVE)
@example(build_unusual_project(9))
@example(build_unusual_project(10))
@example(build_unusual_project(12))
def test_a_declaration_of_any_project_changes_nothing(row: dict[str, Any]) -> None:
    """Check accepts the arguments unchanged, and diff finds no changes."""
    live = Project.model_validate(row)
    declared = declare_project(live, "it", ACCOUNT_SCOPE, build_settings(), {})

    inputs, problems = project.check(declared.inputs, declared.inputs, build_settings())

    assert problems == []
    assert inputs == declared.inputs
    assert not project.diff(declared.outputs, inputs).changed_arguments


@given(LIVE)
@example(build_unusual_project(9))
@example(build_unusual_project(10))
def test_a_program_for_any_project_is_a_call_with_literals(row: dict[str, Any]) -> None:
    """A name never becomes code, neither in a string nor in a comment."""
    live = Project.model_validate(row)
    declared = declare_project(live, "it", ACCOUNT_SCOPE, build_settings(), {})

    tree = ast.parse(render_program([declared], "Title.", "it.import.json", "# seal"))

    docstring, imported, call = tree.body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(imported, ast.ImportFrom)
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert [ast.literal_eval(each) for each in call.value.args] == ["it"]
    given_arguments = {each.arg: ast.literal_eval(each.value) for each in call.value.keywords}
    assert given_arguments == dict(declared.arguments)


@pytest.mark.parametrize(
    ("number", "field"),
    [(3, "name"), (4, "name"), (8, "name"), (12, "end_date"), (14, "timezone")],
)
def test_an_invalid_field_is_not_declared_and_reported(number: int, field: str) -> None:
    """The field is not managed, and a comment contains the reason."""
    declared = declare_project(
        Project.model_validate(build_unusual_project(number)),
        "it",
        ACCOUNT_SCOPE,
        build_settings(),
        {},
    )

    assert field not in declared.arguments
    assert [note.split(" is left as it is, ")[0] for note in declared.notes] == [field]


@pytest.mark.parametrize("status", ["active", "pending"])
def test_a_default_status_is_not_declared(status: str) -> None:
    """It is the default of a declared project."""
    declared = declare_project(
        Project(id=BUSINESS_UNITS[0]["id"], status=status),
        "it",
        ACCOUNT_SCOPE,
        build_settings(),
        {},
    )

    assert declared.arguments == {}


@pytest.mark.parametrize("status", ["inactive", "archived"])
def test_another_status_is_declared(status: str) -> None:
    """Otherwise an archived project would be reactivated."""
    declared = declare_project(
        Project(id=BUSINESS_UNITS[0]["id"], status=status),
        "it",
        ACCOUNT_SCOPE,
        build_settings(),
        {},
    )

    assert declared.arguments == {"status": status}


def test_a_project_refers_to_a_declared_business_unit() -> None:
    """The program contains its id once, in the declaration of the unit."""
    unit = BUSINESS_UNITS[0]["id"]
    reference = Reference("Bim360BusinessUnits", ACCOUNT_SCOPE["account_id"], "ids", "North")
    live = Project(id=unit, business_unit_id=unit.upper())

    declared = declare_project(live, "it", ACCOUNT_SCOPE, build_settings(), {unit: reference})

    assert declared.arguments == {"business_unit_id": reference}
    assert declared.inputs["business_unit_id"] == unit
