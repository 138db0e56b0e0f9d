"""Every invariant of the soak can be broken, and reports its own violation."""

import base64
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import CLIENT_ID
from tests.soak import invariants
from tests.soak.fault_schedule import FAULTS, compute_probabilities
from tests.soak.stack import ResourceState

TOWER = {"name": "Tower", "value": 5, "city": "Oslo", "service_types": ["cost", "pm"]}
HELD = {"tower": ResourceState("p1", TOWER)}
SECRET = "not-a-real-secret"


def row(**changes: Any) -> dict[str, Any]:
    """Return the tower as HQ has it."""
    row_at_hq = {"id": "p1", "status": "pending", "service_types": "admin,cost,insight,pm"}
    return {**TOWER, "value": 5.0, **row_at_hq, **changes}


def test_an_account_that_is_as_declared_breaks_nothing() -> None:
    """The services that HQ adds by itself are not a difference."""
    assert list(invariants.find_drifted({"tower": TOWER}, [row()], HELD)) == []
    assert list(invariants.find_orphans([row()], HELD, set())) == []
    assert list(invariants.find_duplicates([row()])) == []
    assert list(invariants.find_lost_ids(HELD, HELD, destroyed=False)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"city": "Bergen"},
        {"value": 6.0},
        {"status": "archived"},
        {"service_types": "cost"},
        {"service_types": "cost,field,pm"},
        {"id": "p2"},
    ],
)
def test_another_value_is_found(changes: dict[str, Any]) -> None:
    """In any field, and also if it is another project."""
    (found,) = invariants.find_drifted({"tower": TOWER}, [row(**changes)], HELD)

    assert found.startswith("unequal: tower")


def test_a_resource_that_is_no_longer_declared_is_found() -> None:
    """A removal that was never carried out."""
    (found,) = invariants.find_drifted({}, [row()], HELD)

    assert found == "unequal: tower is in the state, and not declared"


def test_a_project_in_no_state_is_an_orphan_unless_it_was_released() -> None:
    """Archived ones do not count."""
    other = row(id="p2", name="Other")

    assert list(invariants.find_orphans([row(), other], HELD, {"p2"})) == []
    assert (
        list(invariants.find_orphans([row(), {**other, "status": "archived"}], HELD, set())) == []
    )
    (found,) = invariants.find_orphans([row(), other], HELD, set())
    assert found == "orphan: 'Other' (p2) is pending and in no state"


def test_duplicates_are_found_by_name_and_by_owner() -> None:
    """Two live projects of one name, and one project of two resources."""
    doubled = {**HELD, "double": ResourceState("p1", TOWER)}

    (by_name,) = invariants.find_duplicates([row(), row(id="p2")])
    (by_owner,) = invariants.find_owned_twice(doubled)

    assert "2 live projects are named 'Tower'" in by_name
    assert "2 resources have project p1" in by_owner


def test_a_lost_id_is_found_in_every_place() -> None:
    """Dropped from the state, exchanged, or unknown to HQ."""
    (dropped,) = invariants.find_lost_ids(HELD, {}, destroyed=False)
    (exchanged,) = invariants.find_lost_ids(
        HELD, {"tower": ResourceState("p2", TOWER)}, destroyed=True
    )
    (unknown,) = invariants.find_missing([row()], {"p1", "p2"})

    assert "has left the state" in dropped
    assert "was p1 and is now p2" in exchanged
    assert "p2 was in the state" in unknown
    assert list(invariants.find_lost_ids(HELD, {}, destroyed=True)) == []


def test_a_changed_project_of_other_people_is_found() -> None:
    """In any field."""
    (found,) = invariants.find_changed_foreign([row()], [row(city="Bergen")])

    assert found == "touched: 'Tower' belongs to another user, and has changed"


@pytest.mark.parametrize(
    "text",
    [
        f"client_secret={SECRET}",
        base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode(),
        "eyJhbGciOiJ.eyJzdWIi",
        "Authorization: Bearer abcdefghij",
    ],
)
def test_a_secret_is_found_in_any_file(tmp_path: Path, text: str) -> None:
    """In any form in which it is sent."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "001-up.txt").write_text(f"it said {text}, and ended", "utf-8")

    (found,) = invariants.find_secrets(tmp_path, SECRET)

    assert found.startswith("secret: ")
    assert SECRET not in found


def test_a_traceback_is_found() -> None:
    """In the output of any run."""
    printed = "error: Traceback (most recent call last):\n"

    assert list(invariants.find_tracebacks(printed, "up")) == ["traceback: up printed one"]


def test_the_probabilities_of_all_kinds_add_up_to_the_share() -> None:
    """The first fault that applies decides, so each is a share of the remaining requests."""
    left_over = 1.0
    for chance in compute_probabilities(0.2).values():
        left_over *= 1 - chance

    assert list(compute_probabilities(0.2)) == list(FAULTS)
    assert left_over == pytest.approx(0.8)


def test_both_unicode_forms_of_a_name_are_one_name() -> None:
    """The account has form C of a name declared in form D, and two forms are the same name."""
    declared = {**TOWER, "name": "Cafe\u0301"}
    composed, decomposed = row(name="Caf\u00e9"), row(id="p2", name="Cafe\u0301")

    assert list(invariants.find_drifted({"tower": declared}, [composed], HELD)) == []
    assert len(list(invariants.find_duplicates([composed, decomposed]))) == 1
