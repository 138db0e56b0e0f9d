"""Diff: what would change, decided without a request."""

from typing import Any

import pytest

from bim360_provider.core.entity import Diff
from bim360_provider.core.project import diff
from bim360_provider.core.project.rules import FIELD_SPEC
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.models import ProjectArguments
from bim360_provider.models.base import FieldRole, list_fields
from tests.support.hq import PROJECT_INPUTS

OTHER: dict[str, Any] = {
    "value": 1.0,
    "service_types": ["cost"],
    "status": "inactive",
    "start_date": "2027-01-03",
    "end_date": "2028-07-01",
    "include_locations": True,
    "include_companies": True,
    "copy_timeout": 5.0,
}
"""Another value for each argument that is not a plain text."""


def changed(state: dict[str, Any], inputs: dict[str, Any]) -> tuple[str, ...]:
    """Return what would change of a tower with such a state."""
    return diff({**PROJECT_INPUTS, **state}, {**PROJECT_INPUTS, **inputs}).changed_arguments


def test_an_unchanged_project_has_no_difference() -> None:
    """Other fields of HQ are ignored."""
    state = {**PROJECT_INPUTS, "status": "pending", "city": "Oslo", "url": "https://example.com"}

    assert diff(state, PROJECT_INPUTS) == Diff()


@pytest.mark.parametrize("name", FIELD_SPEC.patch_fields)
def test_another_value_of_any_field_is_a_change_in_place(name: str) -> None:
    """That field alone, and nothing is replaced."""
    difference = diff(
        {**PROJECT_INPUTS, "status": "active"}, {**PROJECT_INPUTS, name: OTHER.get(name, "Other")}
    )

    assert difference == Diff(changed_arguments=(name,))


@pytest.mark.parametrize("name", ProjectArguments.model_fields)
def test_only_another_place_means_another_project(name: str) -> None:
    """Account and region; every other argument is changed in place or not at all."""
    replaces = diff(PROJECT_INPUTS, {**PROJECT_INPUTS, name: OTHER.get(name, "Other")}).replaces

    assert replaces == ((name,) if name in ("account_id", "region") else ())


@pytest.mark.parametrize(
    ("name", "live", "declared"),
    [
        ("service_types", ["pm", "cost"], ["cost", "pm"]),
        ("service_types", ["admin", "cost", "insight"], ["cost"]),
        ("service_types", ["cost"], ["admin", "cost"]),
        ("city", None, ""),
        ("city", "", ""),
        ("business_unit_id", None, ""),
        ("business_unit_id", "B0000000-0000-4000-8000-000000000001", None),
        ("status", "pending", "active"),
        ("value", 3000, 3000.0),
    ],
)
def test_equal_values_in_two_forms_are_not_a_change(name: str, live: Any, declared: Any) -> None:
    """Order, implicit services, null and "", a project that waits for its first admin."""
    want = str(live).lower() if declared is None else declared

    assert changed({name: live}, {name: want}) == ()


@pytest.mark.parametrize("name", list_fields(ProjectArguments, FieldRole.CLEARABLE))
def test_an_empty_text_clears_what_is_there(name: str) -> None:
    """And a text fills what is empty."""
    assert changed({name: "x"}, {name: ""}) == (name,)
    assert changed({name: None}, {name: "x"}) == (name,)


@pytest.mark.parametrize(
    "name", [name for name in FIELD_SPEC.patch_fields if name not in PROJECT_INPUTS]
)
def test_what_is_not_declared_is_not_compared(name: str) -> None:
    """An absent argument is not managed, regardless of changes in the browser."""
    assert changed({name: "by hand", "status": "active"}, {}) == ()


@pytest.mark.parametrize("name", FIELD_SPEC.create_only_fields)
def test_what_acts_once_is_never_a_change(name: str) -> None:
    """Check has refused a new value; a value taken out has done its work."""
    assert changed({name: "x"}, {}) == ()
    assert changed({}, {name: "x"}) == ()


def test_an_archived_project_is_brought_back_though_no_status_is_declared() -> None:
    """A declared project should be active; ``status="archived"`` is declared explicitly."""
    assert changed({"status": "archived"}, {}) == ("status",)
    assert changed({"status": "archived"}, {"status": "archived"}) == ()
    assert changed({"status": "inactive"}, {}) == ()
    assert changed({"status": "inactive"}, {"status": "active"}) == ("status",)


def test_service_types_that_hq_has_not_returned_yet_differ_from_the_declared_ones() -> None:
    """The response to a create leaves them out, and a project without any has all services."""
    assert changed({"service_types": None}, {"service_types": ["admin"]}) == ("service_types",)


@pytest.mark.parametrize("name", ["name", "city", "value", "service_types", "business_unit_id"])
def test_an_unknown_value_counts_as_a_change(name: str) -> None:
    """A preview promises no less than the up may do."""
    assert changed({name: PROJECT_INPUTS.get(name)}, {name: UNKNOWN}) == (name,)
    assert changed({"service_types": ["pm"]}, {"service_types": ["pm", UNKNOWN]}) == (
        "service_types",
    )


def test_on_destroy_is_kept_in_the_state_so_its_change_is_one() -> None:
    """A destroy reads only the state; declaring the default is not a change."""
    assert changed({}, {"on_destroy": "retain"}) == ("on_destroy",)
    assert changed({"on_destroy": "retain"}, {}) == ("on_destroy",)
    assert changed({}, {"on_destroy": "archive"}) == ()


@pytest.mark.parametrize("name", ["adopt", "copy_timeout"])
def test_what_matters_on_create_alone_is_no_change(name: str) -> None:
    """It concerns only a create, and this project exists."""
    assert changed({}, {name: OTHER.get(name, "any")}) == ()


@pytest.mark.parametrize(
    ("state", "unfinished"),
    [
        ({}, False),
        ({"unfinished": []}, False),
        ({"unfinished": ["status"]}, True),
        ({"copy_status": "running"}, True),
        ({"copy_status": "done"}, False),
        ({"copy_status": "failed"}, False),
    ],
)
def test_what_an_earlier_run_left_is_still_to_be_done(
    state: dict[str, Any], unfinished: bool
) -> None:
    """A failed copy is reported once; HQ cannot repeat it."""
    assert diff({**PROJECT_INPUTS, **state}, PROJECT_INPUTS).is_unfinished is unfinished
