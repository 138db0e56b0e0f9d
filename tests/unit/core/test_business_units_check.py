"""Check of business units reports every problem of the tree and sends nothing."""

from typing import Any

import pytest

from bim360_provider.core.business_units import check
from bim360_provider.core.business_units.tree import compute_unit_id
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.emulator import ACCOUNT_ID
from tests.support.hq import build_settings

ID = "b0000000-0000-4000-8000-000000000009"
NORTH = compute_unit_id(ACCOUNT_ID, "North")


def problems(units: Any, **rest: Any) -> list[str]:
    """Return what is wrong with a tree."""
    _, found = check({}, {"units": units, **rest}, build_settings())
    return [str(each) for each in found]


def ids(units: Any, old: Any = None) -> Any:
    """Return the ids that a check writes into the arguments."""
    inputs, found = check(old or {}, {"units": units}, build_settings())
    assert found == []
    return inputs["ids"]


def test_a_tree_is_complete_after_check() -> None:
    """Account, region and every id are there, so that a preview shows them."""
    inputs, found = check({}, {"units": {"North": {}, "North/West": None}}, build_settings())

    assert found == []
    assert inputs == {
        "units": {"North": {}, "North/West": {}},
        "ids": {"North": NORTH, "North/West": compute_unit_id(ACCOUNT_ID, "North/West")},
        "account_id": ACCOUNT_ID,
        "region": "US",
    }


def test_the_id_of_a_unit_is_always_the_same() -> None:
    """Pinned: other ids would recreate all units of all stacks."""
    assert compute_unit_id(ACCOUNT_ID, "North/West") == "70805793-aced-5ee7-9fcf-e5d94343885e"
    assert compute_unit_id("a1d5e9b2-0000-4000-8000-000000000002", "North/West") != compute_unit_id(
        ACCOUNT_ID, "North/West"
    )


def test_an_id_that_was_chosen_once_stays() -> None:
    """Also when the line that named it is taken out again; in another account it means nothing."""
    old = {"ids": {"North": ID}, "account_id": ACCOUNT_ID}

    assert ids({"North": {}}, old) == {"North": ID}
    assert ids({"North": {}}, {**old, "account_id": "other"}) == {"North": NORTH}
    assert ids({"North": {"id": f"b.{ID.upper()}"}}) == {"North": ID}


NAMED = {
    "is not named": (
        ["North"],
        "units must be a mapping such as {'North': {}, 'North/West': {}}, not ['North']",
    ),
    "is not a mapping": (
        {"North": "West"},
        (
            "units 'North': must be a mapping such as {'description': '…'}, or {} if only "
            "the key matters"
        ),
    ),
    "has no such field": (
        {"North": {"descripton": "x"}},
        "units 'North': descripton is not an argument; did you mean description?",
    ),
    "has a number for a name": (
        {"North": {"name": 5.0}},
        "units 'North': name must be text, not 5.0; put it in quotes: '5'",
    ),
    "has a name with spaces": (
        {"North": {"name": " x"}},
        "units 'North': name must be a name without surrounding spaces, not ' x'",
    ),
    "has no name": (
        {"North/": {}},
        "units 'North/': name is missing: the key does not end with one",
    ),
    "has a parent that is nearly there": (
        {"Nort/West": {}, "North": {}},
        (
            "units 'Nort/West': parent is 'Nort', and no unit has that key; did you mean 'North'?; "
            "if the slash is part of the name, give parent=''"
        ),
    ),
    "has a parent that is not there": (
        {"West": {"parent": "Somewhere"}},
        (
            "units 'West': parent is 'Somewhere', and no unit has that key; declare it, or write "
            "the id of a unit"
        ),
    ),
    "is in a circle": (
        {"a": {"parent": "b"}, "b": {"parent": "c"}, "c": {"parent": "a"}},
        (
            "units 'a': parent forms a circle: 'a' > 'b' > 'c' > 'a'; give one of them "
            "another parent"
        ),
    ),
    "has a key that cannot be seen": (
        {"No\nrth": {}},
        "units 'No rth': the key contains the invisible character U+000A; remove it",
    ),
    "has a name in its key that is too long": (
        {"North": {}, f"North/{'x' * 256}": {}},
        f"units 'North/{'x' * 52}…: name has 256 characters; HQ accepts 255 at most",
    ),
    "is below itself": (
        {"a": {"parent": "a"}},
        "units 'a': parent forms a circle: 'a' > 'a'; give one of them another parent",
    ),
    "has two keys": (
        {"a": {"id": ID}, "b": {"id": ID}},
        "units 'b': id is the id of 'a' too; a unit has one key",
    ),
    "has a namesake": (
        {"a": {"name": "North"}, "North": {}},
        "units 'North': name 'North' is also that of 'a' with the same parent; use another name",
    ),
}


@pytest.mark.parametrize(("units", "message"), NAMED.values(), ids=NAMED)
def test_each_problem_is_one_sentence(units: Any, message: str) -> None:
    """It names the unit by its key."""
    assert problems(units) == [message]


def test_all_problems_are_reported_at_once() -> None:
    """Of the units and of the rest."""
    found = problems({"a": {"id": "x"}, "b": {"nam": "y"}}, on_destroy="delete", complete="perhaps")

    assert [each.split()[0] for each in found] == [
        "complete",
        "on_destroy",
        "units",
        "units",
    ]


def test_a_name_with_a_slash_needs_a_parent_of_its_own() -> None:
    """Or a key without one."""
    assert problems({"R/D": {"name": "R/D", "parent": ""}, "ops": {"name": "I/O"}}) == []


def test_namesakes_below_different_units_are_fine() -> None:
    """As HQ has it."""
    assert problems({"A": {}, "B": {}, "A/West": {}, "B/West": {}}) == []


def test_a_unit_may_hang_below_one_that_the_stack_does_not_declare() -> None:
    """By its id."""
    assert problems({"West": {"parent": ID}}) == []


@pytest.mark.parametrize(
    "units",
    [
        UNKNOWN,
        {"North": UNKNOWN},
        {"North": {"id": UNKNOWN}, "North/West": {"parent": UNKNOWN}},
        {"North": {"name": UNKNOWN}, "South": {"name": UNKNOWN}},
    ],
)
def test_what_is_unknown_passes(units: Any) -> None:
    """The known part is decision all the same."""
    inputs, found = check({}, {"units": units}, build_settings())

    assert found == []
    assert inputs["units"] == units


def test_problems_next_to_unknown_values_are_found() -> None:
    """Most problems are found in the preview of a new stack."""
    units = {"a": {"name": UNKNOWN, "parent": "b"}, "b": {"parent": "a"}, "c": {"nam": "x"}}

    assert [each.split()[1] for each in problems(units)] == ["'c':"]
    assert len(problems({"a": {"name": UNKNOWN, "parent": "b"}, "b": {"parent": "a"}})) == 1


def test_without_an_account_nothing_can_have_an_id() -> None:
    """One problem, which says how to set it."""
    bare = build_settings(accountId="")
    _, found = check({}, {"units": {"North": {}}}, bare)

    assert [each.argument for each in found] == ["account_id"]
