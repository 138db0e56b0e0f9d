"""A whole stack is destroyed in any order, whatever is gone already, twice, and in two goes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator import Reply
from bim360_provider.errors import Bim360Error, NotFoundError
from tests.engine.crashes.crash_harness import EVERYTHING
from tests.support.full_stack import NEEDS, TAKES_AWAY, Whole, any_orders, orders, whole
from tests.support.hq import Fault, Stage, says
from tests.support.members import ADMIN_EMAIL

ORDERS = sorted(orders(NEEDS))
"""All 302 that a program allows whose resources take each other's outputs."""

FEW = ORDERS[::30]
WIRED = ORDERS if EVERYTHING else ORDERS[::10]
ANY = any_orders(60 if EVERYTHING else 12, seed=1)
"""Of the 362,880 that are possible where ids are written out and Pulumi knows no dependency."""

CHUNKS = range(4)
"""Parts that the workers of a run share."""

SILENT = NEEDS.keys() - TAKES_AWAY.keys() - {"project"}
"""Nothing is sent for these: HQ deletes neither companies nor pictures."""

WITHOUT_WORDS = says(404, {"code": 1004, "message": "not found"})
FOR_EVER = 1_000

ASKS = (
    *("PATCH project", "GET project", "GET projects", "PATCH user", "GET user", "search users"),
    *("GET members", "GET member", "DELETE member", "GET business units", "PUT business units"),
)


@pytest.fixture
def full(stage: Stage, tmp_path: Path) -> Whole:
    """Return a stack that takes away what it can when it is destroyed."""
    return whole(stage, tmp_path / "tower.png", takes_away=True)


def left(stack: Whole) -> dict[str, object]:
    """Return what a destroy has to do with, as HQ holds it."""
    account, project = stack.account(), stack.project()
    return {
        "project": project["status"],
        "members": len(project["users"]),
        "users": {user["email"]: user["status"] for user in account["users"]},
        "units": sorted(unit["name"] for unit in account["business_units"]),
        "companies": sorted(company["name"] for company in account["companies"]),
    }


STRANGERS = {ADMIN_EMAIL: "active", "cy@volt.no": "pending", "dee@volt.no": "pending"}
COMPANIES = ["Halvorsen Construction", "Volt"]
TAKEN_AWAY = {
    "project": "archived",
    "members": 0,
    "users": {**STRANGERS, "ada@volt.no": "inactive", "bob@volt.no": "inactive"},
    "units": ["North America"],
    "companies": COMPANIES,
}
"""All that a destroy can take away, and nothing of anybody else's."""


def test_a_wired_program_has_302_orders() -> None:
    """`make crashes` goes through all, the usual suite through each tenth."""
    assert len(ORDERS) == 302


@pytest.mark.parametrize("chunk", CHUNKS)
def test_every_order_of_a_wired_program_leaves_the_same(full: Whole, chunk: int) -> None:
    """Whichever the engine chooses."""
    client = full.client()
    for order in WIRED[chunk :: len(CHUNKS)]:
        full.put_back()
        full.destroy(order, client)

        assert left(full) == TAKEN_AWAY, order


def test_orders_that_no_dependency_forbids_leave_the_same(full: Whole) -> None:
    """Parents before children: the project is archived before its members are removed."""
    ends = []
    for order in ANY:
        full.put_back()
        full.destroy(order)
        ends.append(left(full))

    assert [order for order, end in zip(ANY, ends, strict=True) if end != TAKEN_AWAY] == []


def test_by_default_people_and_units_stay_where_they_are(stage: Stage, tmp_path: Path) -> None:
    """Only the project is archived, and whom the stack added is made inactive."""
    stack = whole(stage, tmp_path / "tower.png", takes_away=False)

    for order in FEW:
        stack.put_back()
        stack.destroy(order)

        units = ["North", "North America", "West"]
        assert left(stack) == {**TAKEN_AWAY, "members": 4, "units": units}
        assert sorted(asked(stage)) == ["PATCH project", "PATCH user", "PATCH user"]


def asked(stage: Stage) -> list[str]:
    """Return what HQ was asked, tokens apart."""
    return [each for each in stage.hq.asked if each != "token"]


Loss = Callable[[Whole], object]


def _control(method: str, path: str, body: object = None) -> Loss:
    def happen(stack: Whole) -> object:
        ids = {name: entity_id for name, (entity_id, _) in stack.made.items()}
        return stack.stage.hq.ask(method, path.format(**ids), body)

    return happen


def _without_units(stack: Whole) -> None:
    state = stack.stage.hq.ask("GET", "/state")
    units = state["accounts"][0]["business_units"]
    state["accounts"][0]["business_units"] = [u for u in units if u["name"] == "North America"]
    stack.stage.hq.ask("PUT", "/state", state)


def _denied(*kinds: str, reply: Reply) -> Loss:
    def happen(stack: Whole) -> None:
        stack.stage.hq.faults += [Fault(kind, reply, times=FOR_EVER) for kind in kinds]

    return happen


NO_SUCH_PROJECT = says(404, {"code": 1004, "message": "this project doesn't exist."})
SOUNDS_GONE = says(404, {"code": 1004, "message": "this user doesn't exist."})

LOSSES: dict[str, Loss] = {
    "the project is archived": _control("PATCH", "/projects/{project}", {"status": "archived"}),
    "the project is gone": _control("DELETE", "/projects/{project}"),
    "the project does not show": _denied(
        "PATCH project", "GET project", "DELETE member", "GET member", reply=NO_SUCH_PROJECT
    ),
    "all who are in the project are gone": _denied(
        "DELETE member", "GET member", reply=SOUNDS_GONE
    ),
    "HQ does not say what is missing": _denied(
        *("PATCH project", "GET project", "DELETE member", "GET member", "PATCH user", "GET user"),
        reply=WITHOUT_WORDS,
    ),
    "the company is gone": _control("DELETE", "/companies/{company}"),
    "a user is inactive": _control("PATCH", "/users/{ada}", {"status": "inactive"}),
    "a user is gone": _control("DELETE", "/users/{ada}"),
    "a user has left the project": lambda stack: stack.stage.hq.ask(
        "DELETE", f"/projects/{stack.made['project'][0]}/users/{stack.made['bob'][0]}"
    ),
    "the units are gone": _without_units,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("refreshed", [False, True], ids=["stale state", "refreshed"])
def test_a_destroy_ends_whatever_is_gone_before_it(full: Whole, loss: str, refreshed: bool) -> None:
    """No error, in any order; what is still there and ours is taken away all the same."""
    for order in (*FEW[::3], *ANY[:4]):
        full.put_back()
        full.stage.hq.faults.clear()
        LOSSES[loss](full)
        there = [name for name in order if not refreshed or full.read(name, full.client())]

        full.destroy(there)

        users = {user["email"]: user["status"] for user in full.account()["users"]}
        units = [unit["name"] for unit in full.account()["business_units"]]
        assert users.get("ada@volt.no", "inactive") == "inactive" or "PATCH user" in _denials(full)
        assert units == ["North America"]


def _denials(stack: Whole) -> set[str]:
    return {fault.what for fault in stack.stage.hq.faults}


@pytest.mark.parametrize("name", sorted(NEEDS.keys() - SILENT))
@pytest.mark.parametrize("how", ["taken out", "without words"])
def test_an_account_out_of_sight_is_an_error_and_never_gone(
    full: Whole, name: str, how: str
) -> None:
    """Neither in a destroy nor in a refresh: what is not seen may be there."""
    client = full.client()
    if how == "taken out":
        full.hide_account()
    else:
        _denied(*ASKS, reply=WITHOUT_WORDS)(full)

    with pytest.raises(NotFoundError):
        full.destroy([name], client)
    with pytest.raises(NotFoundError):
        full.read(name, client)
    assert full.stage.hq.ask("GET", "/state")["accounts"] == full.state["accounts"]


@pytest.mark.parametrize("order", FEW)
def test_a_second_destroy_does_no_harm(full: Whole, order: tuple[str, ...]) -> None:
    """As after one whose state was lost."""
    full.destroy(order)
    once = full.account()

    full.destroy(order)

    assert full.account() == once
    assert left(full) == TAKEN_AWAY


@pytest.mark.parametrize("order", FEW if EVERYTHING else FEW[::4])
def test_a_destroy_that_was_killed_is_run_again(full: Whole, order: tuple[str, ...]) -> None:
    """After each resource: the state still has the last one, or the last few."""
    for done in range(1, len(order) + 1):
        for known in (done - 1, max(done - 4, 0)):
            full.put_back()
            full.destroy(order[:done])

            full.destroy(order[known:])

            assert left(full) == TAKEN_AWAY


@pytest.mark.parametrize(
    "kind", ["PATCH project", "PATCH user", "DELETE member", "PUT business units"]
)
@pytest.mark.parametrize("acts", [True, False], ids=["acted", "did not act"])
def test_a_destroy_whose_answers_are_lost_fails_and_is_run_again(
    full: Whole, kind: str, acts: bool
) -> None:
    """Whether HQ acted or not."""
    fault = Fault(kind, says(504), acts=acts, times=FOR_EVER)
    full.stage.hq.faults.append(fault)

    with pytest.raises(Bim360Error):
        full.destroy(ORDERS[0])
    fault.times = 0
    full.destroy(ORDERS[0])

    assert left(full) == TAKEN_AWAY
