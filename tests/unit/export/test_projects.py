"""Projects as declarations: whatever HQ holds, nothing would change, and nothing runs but names."""

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


def odd(number: int) -> dict[str, Any]:
    """Return one of the odd projects as HQ has it."""
    return {"id": BUSINESS_UNITS[0]["id"], **UNUSUAL_PROJECTS[number]}


@given(LIVE)
@example(odd(9))
@example(odd(10))
@example(odd(12))
def test_whatever_hq_holds_its_declaration_changes_nothing(row: dict[str, Any]) -> None:
    """Check accepts the arguments, keeps them, and diff finds nothing to do."""
    live = Project.model_validate(row)
    declared = declare_project(live, "it", ACCOUNT_SCOPE, build_settings(), {})

    inputs, problems = project.check(declared.inputs, declared.inputs, build_settings())

    assert problems == []
    assert inputs == declared.inputs
    assert not project.diff(declared.outputs, inputs).changed_arguments


@given(LIVE)
@example(odd(9))
@example(odd(10))
def test_whatever_hq_holds_the_program_is_a_call_with_literals(row: dict[str, Any]) -> None:
    """A name is never code, not in a text and not in a comment."""
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
    ("number", "left"),
    [(3, "name"), (4, "name"), (8, "name"), (12, "end_date"), (14, "timezone")],
)
def test_what_our_rules_refuse_is_left_as_it_is_and_told(number: int, left: str) -> None:
    """Nobody manages it, and the reader learns why."""
    declared = declare_project(
        Project.model_validate(odd(number)), "it", ACCOUNT_SCOPE, build_settings(), {}
    )

    assert left not in declared.arguments
    assert [note.split(" is left as it is, ")[0] for note in declared.notes] == [left]


@pytest.mark.parametrize("status", ["active", "pending"])
def test_the_usual_status_is_not_declared(status: str) -> None:
    """A declared project is meant to be there."""
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
    """An archived project would be brought back otherwise."""
    declared = declare_project(
        Project(id=BUSINESS_UNITS[0]["id"], status=status),
        "it",
        ACCOUNT_SCOPE,
        build_settings(),
        {},
    )

    assert declared.arguments == {"status": status}


def test_a_business_unit_that_is_declared_too_is_a_reference() -> None:
    """Its id is written once, where the unit is."""
    unit = BUSINESS_UNITS[0]["id"]
    reference = Reference("Bim360BusinessUnits", ACCOUNT_SCOPE["account_id"], "ids", "North")
    live = Project(id=unit, business_unit_id=unit.upper())

    declared = declare_project(live, "it", ACCOUNT_SCOPE, build_settings(), {unit: reference})

    assert declared.arguments == {"business_unit_id": reference}
    assert declared.inputs["business_unit_id"] == unit
