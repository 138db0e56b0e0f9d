"""Diff of business units compares state and arguments without a request."""

from typing import Any

import pytest

from bim360_provider.core.business_units import check, diff
from bim360_provider.core.business_units.rules import build_outputs, list_declared_fields
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.models.business_units import BusinessUnit
from tests.support.hq import build_settings

UNITS = {"North": {"description": "cold"}, "North/West": {}}


def inputs(units: Any, **rest: Any) -> Any:
    """Return checked arguments."""
    found, problems = check({}, {"units": units, **rest}, build_settings())
    assert problems == []
    return found


GIVEN = inputs(UNITS)
NORTH, WEST = GIVEN["ids"]["North"], GIVEN["ids"]["North/West"]
LIVE = [
    BusinessUnit(id=NORTH, name="North", description="cold"),
    BusinessUnit(id=WEST, name="West", parent_id=NORTH, description="by hand"),
    BusinessUnit(id="s", name="South"),
]
STATE = {**build_outputs(LIVE, GIVEN, GIVEN["ids"], ()), "declared": list_declared_fields(UNITS)}


def test_nothing_to_do_is_no_change() -> None:
    """What is not declared is not compared: a description, a unit of others."""
    assert diff(STATE, GIVEN).changed_arguments == ()


@pytest.mark.parametrize(
    "units",
    [
        {**UNITS, "East": {}},
        {"North": {"description": "cold"}},
        {**UNITS, "North": {"description": "colder"}},
        {**UNITS, "North": {"description": ""}},
        {**UNITS, "North/West": {"parent": ""}},
        {**UNITS, "North/West": {"name": "Far West"}},
        {**UNITS, "North/West": {"description": UNKNOWN}},
        {**UNITS, "North/West": UNKNOWN},
        UNKNOWN,
    ],
)
def test_another_tree_is_a_change_of_the_units(units: Any) -> None:
    """Pulumi itself then says which property."""
    assert diff(STATE, inputs(units)).changed_arguments == ("units",)
    assert diff(STATE, inputs(units)).replaces == ()


def test_a_parent_by_key_or_by_id_is_the_same() -> None:
    """An equal value in another form is not a change."""
    said = {**UNITS, "North/West": {"parent": NORTH, "name": "West", "id": WEST}}

    assert diff(STATE, inputs(said)).changed_arguments == ()


def test_a_deleted_unit_is_a_change() -> None:
    """As a refresh finds it."""
    state = {**STATE, **build_outputs(LIVE[:1], GIVEN, GIVEN["ids"], ())}

    assert diff(state, GIVEN).changed_arguments == ("units",)


def test_a_complete_tree_has_no_others() -> None:
    """Unless HQ kept them: that was reported, and is not repeated."""
    whole = inputs(UNITS, complete=True)
    done = {**STATE, "complete": True}

    assert diff(STATE, whole).changed_arguments == ("complete", "units")
    assert diff(done, whole).changed_arguments == ("units",)
    assert diff({**done, "undropped": ["s"]}, whole).changed_arguments == ()


def test_what_a_destroy_does_has_to_get_into_the_state() -> None:
    """A destroy reads the state; declaring the default is not a change."""
    assert diff(STATE, inputs(UNITS, on_destroy="remove")).changed_arguments == ("on_destroy",)
    assert diff(STATE, inputs(UNITS, on_destroy="retain")).changed_arguments == ()


def test_another_place_replaces() -> None:
    """And nothing else does."""
    moved = {**GIVEN, "account_id": "other"}

    assert diff(STATE, moved).replaces == ("account_id",)
