"""What a PUT of the business units holds: everything that HQ has, with ours changed in it."""

from typing import Any

import pytest

from bim360_provider.core.business_units.tree import build_paths, find_cycle, plan_structure
from bim360_provider.models.business_units import BusinessUnit

LIVE = [
    BusinessUnit(id="n", name="North", description="old"),
    BusinessUnit(id="w", name="West", parent_id="n"),
    BusinessUnit(id="s", name="South"),
]
SENT = [unit.build_body() for unit in LIVE]


def fields(id_: str, name: str, parent_id: str = "", **rest: Any) -> dict[str, Any]:
    """Return a declared unit in HQ's fields."""
    return {"id": id_, "name": name, "parent_id": parent_id, **rest}


def planned(*wanted: dict[str, Any], former: tuple[str, ...] = (), complete: bool = False) -> Any:
    """Return the plan for units whose keys are their names."""
    return plan_structure(LIVE, {each["name"]: each for each in wanted}, former, complete=complete)


def test_undeclared_units_are_sent_back_unchanged() -> None:
    """HQ may drop what a PUT leaves out; it is not ours to drop."""
    found = planned(fields("e", "East", "n"))

    assert list(found.units) == [*SENT, fields("e", "East", "n")]
    assert (found.dropped_units, found.flaws, found.has_changes) == ((), (), True)


def test_a_unit_as_it_is_changes_nothing() -> None:
    """Nothing is sent then."""
    assert not planned(fields("n", "North"), fields("w", "West", "n")).has_changes


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (fields("n", "Nord"), {"id": "n", "name": "Nord", "description": "old"}),
        (fields("n", "North", description="new"), {**SENT[0], "description": "new"}),
        (fields("n", "North", description=""), {**SENT[0], "description": ""}),
        (fields("n", "North", "s"), {**SENT[0], "parent_id": "s"}),
    ],
)
def test_a_change_keeps_what_is_not_declared(wanted: dict[str, Any], sent: dict[str, Any]) -> None:
    """A PUT replaces the whole unit, so the description goes along."""
    assert planned(wanted).units[0] == sent


def test_a_unit_that_becomes_a_root_has_no_parent_in_the_body() -> None:
    """A missing parent has no id."""
    assert planned(fields("w", "West")).units[1] == {"id": "w", "name": "West"}


def test_only_what_was_ours_is_left_out() -> None:
    """What the stack declared before and no longer declares."""
    found = planned(fields("n", "North"), former=("n", "w"))

    assert [unit.id for unit in found.dropped_units] == ["w"]
    assert [unit["id"] for unit in found.units] == ["n", "s"]


def test_a_complete_structure_leaves_all_others_out() -> None:
    """As declared with ``complete``."""
    found = planned(fields("n", "North"), complete=True)

    assert [unit.id for unit in found.dropped_units] == ["w", "s"]


def test_a_unit_with_the_name_of_a_sibling_is_not_created() -> None:
    """HQ would accept it; both would look the same. The suggested line can be pasted."""
    found = planned(fields("x", "South"))

    assert found.flaws == (
        "'South' exists already; to adopt it, declare its id: 'South': {'id': 's'}",
    )


def test_what_others_hang_below_is_not_left_out() -> None:
    """HQ would be left with units below nothing."""
    found = planned(former=("n",))

    message = "which is no longer declared; declare it, or move what is below"
    assert found.flaws == (f"'North/West' is below 'North', {message}",)


def test_a_parent_that_hq_does_not_have_is_reported() -> None:
    """Only HQ's response shows it."""
    found = planned(fields("e", "East", "zz"))

    assert found.flaws == ("'East' is below zz, and the account has no such unit",)


def test_a_circle_through_units_of_others_is_found() -> None:
    """A check sees only what is declared."""
    found = planned(fields("n", "North", "w"))

    assert found.flaws == ("North > West > North is a circle",)


def test_paths_are_names_from_the_top_down() -> None:
    """Also where HQ itself holds a circle."""
    odd = [BusinessUnit(id="a", name="A", parent_id="b"), BusinessUnit(id="b", parent_id="a")]

    assert build_paths(LIVE) == {"n": "North", "w": "North/West", "s": "South"}
    assert set(build_paths(odd)) == {"a", "b"}


def test_a_long_chain_is_no_circle() -> None:
    """Each is looked at once."""
    chain = {str(n): str(n + 1) for n in range(2000)}

    assert find_cycle(chain) == []
    assert len(find_cycle({**chain, "2000": "0"})) == 2001
