"""Destroying a whole stack: in any order, after external changes, twice, and after a kill."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator import Reply
from bim360_provider.errors import Bim360Error, NotFoundError
from tests.engine.crashes.crash_harness import RUNS_ALL_CASES
from tests.support.full_stack import (
    DEPENDENCIES,
    DESTRUCTIVE_ARGS,
    FullStack,
    create_full_stack,
    iterate_orders,
    sample_orders,
)
from tests.support.hq import Fault, HqFixture, build_reply
from tests.support.members import ADMIN_EMAIL
from tests.support.seeding import list_requests

ORDERS = sorted(iterate_orders(DEPENDENCIES))
"""All 302 orders that are possible if the resources use each other's outputs."""

SAMPLED_ORDERS = ORDERS[::30] if RUNS_ALL_CASES else ORDERS[::120]
DEPENDENCY_ORDERS = ORDERS if RUNS_ALL_CASES else ORDERS[::10]
RANDOM_ORDERS = sample_orders(60 if RUNS_ALL_CASES else 12, seed=1)
"""A sample of the 362,880 orders that are possible if the program contains literal ids."""

LOSS_ORDERS = (*SAMPLED_ORDERS[::3], *RANDOM_ORDERS[: 4 if RUNS_ALL_CASES else 2])

CHUNKS = range(4)
"""Chunks that run on different workers."""

NOT_DESTROYED = DEPENDENCIES.keys() - DESTRUCTIVE_ARGS.keys() - {"project"}
"""These send no request: HQ deletes neither companies nor images."""

UNSPECIFIC_NOT_FOUND = build_reply(404, {"code": 1004, "message": "not found"})
MANY_TIMES = 1_000

DELETE_ROUTES = (
    *("PATCH project", "GET project", "GET projects", "PATCH user", "GET user", "search users"),
    *("GET members", "GET member", "DELETE member", "GET business units", "PUT business units"),
)


@pytest.fixture
def full_stack(hq: HqFixture, tmp_path: Path) -> FullStack:
    """Return a stack that removes everything that can be removed when it is destroyed."""
    return create_full_stack(hq, tmp_path / "tower.png", destructive=True)


def get_destroyed_state(stack: FullStack) -> dict[str, object]:
    """Return the values at HQ that a destroy can change."""
    account, project = stack.get_account(), stack.get_project()
    return {
        "project": project["status"],
        "members": len(project["users"]),
        "users": {user["email"]: user["status"] for user in account["users"]},
        "units": sorted(unit["name"] for unit in account["business_units"]),
        "companies": sorted(company["name"] for company in account["companies"]),
    }


OTHER_USERS = {ADMIN_EMAIL: "active", "cy@volt.no": "pending", "dee@volt.no": "pending"}
COMPANIES = ["Halvorsen Construction", "Volt"]
DESTROYED_STATE = {
    "project": "archived",
    "members": 0,
    "users": {**OTHER_USERS, "ada@volt.no": "inactive", "bob@volt.no": "inactive"},
    "units": ["North America"],
    "companies": COMPANIES,
}
"""A destroy removes all of this, and nothing that belongs to others."""


def test_a_program_with_dependencies_has_302_orders() -> None:
    """`make crashes` tests all of them, the usual suite every tenth."""
    assert len(ORDERS) == 302


@pytest.mark.parametrize("chunk", CHUNKS)
def test_each_order_of_the_dependencies_has_the_same_result(
    full_stack: FullStack, chunk: int
) -> None:
    """The engine may choose any of them."""
    client = full_stack.create_client()
    for order in DEPENDENCY_ORDERS[chunk :: len(CHUNKS)]:
        full_stack.restore()
        full_stack.destroy(order, client)

        assert get_destroyed_state(full_stack) == DESTROYED_STATE, order


def test_orders_without_dependencies_have_the_same_result(full_stack: FullStack) -> None:
    """For example, the project is archived before its members are removed."""
    results = []
    for order in RANDOM_ORDERS:
        full_stack.restore()
        full_stack.destroy(order)
        results.append(get_destroyed_state(full_stack))

    assert [
        order
        for order, result in zip(RANDOM_ORDERS, results, strict=True)
        if result != DESTROYED_STATE
    ] == []


def test_by_default_members_and_units_stay(hq: HqFixture, tmp_path: Path) -> None:
    """Only the project is archived, and users added by the stack are deactivated."""
    stack = create_full_stack(hq, tmp_path / "tower.png", destructive=False)

    for order in SAMPLED_ORDERS:
        stack.restore()
        stack.destroy(order)

        units = ["North", "North America", "West"]
        assert get_destroyed_state(stack) == {**DESTROYED_STATE, "members": 4, "units": units}
        assert sorted(list_requests(hq.emulator)) == ["PATCH project", "PATCH user", "PATCH user"]


CauseLoss = Callable[[FullStack], object]


def _build_control_request(method: str, path: str, body: object = None) -> CauseLoss:
    def cause(stack: FullStack) -> object:
        ids = {name: entity_id for name, (entity_id, _) in stack.resources.items()}
        return stack.hq.emulator.call_control_plane(method, path.format(**ids), body)

    return cause


def _remove_units(stack: FullStack) -> None:
    state = stack.hq.emulator.call_control_plane("GET", "/state")
    units = state["accounts"][0]["business_units"]
    state["accounts"][0]["business_units"] = [u for u in units if u["name"] == "North America"]
    stack.hq.emulator.call_control_plane("PUT", "/state", state)


def _build_denial(*kinds: str, reply: Reply) -> CauseLoss:
    def cause(stack: FullStack) -> None:
        stack.hq.emulator.faults += [Fault(kind, reply, times=MANY_TIMES) for kind in kinds]

    return cause


NO_SUCH_PROJECT = build_reply(404, {"code": 1004, "message": "this project doesn't exist."})
USER_NOT_FOUND = build_reply(404, {"code": 1004, "message": "this user doesn't exist."})

LOSSES: dict[str, CauseLoss] = {
    "the project is archived": _build_control_request(
        "PATCH", "/projects/{project}", {"status": "archived"}
    ),
    "the project is deleted": _build_control_request("DELETE", "/projects/{project}"),
    "the project is invisible": _build_denial(
        "PATCH project", "GET project", "DELETE member", "GET member", reply=NO_SUCH_PROJECT
    ),
    "all members are deleted": _build_denial("DELETE member", "GET member", reply=USER_NOT_FOUND),
    "HQ does not specify what is missing": _build_denial(
        *("PATCH project", "GET project", "DELETE member", "GET member", "PATCH user", "GET user"),
        reply=UNSPECIFIC_NOT_FOUND,
    ),
    "the company is deleted": _build_control_request("DELETE", "/companies/{company}"),
    "a user is inactive": _build_control_request("PATCH", "/users/{ada}", {"status": "inactive"}),
    "a user is deleted": _build_control_request("DELETE", "/users/{ada}"),
    "a user has left the project": lambda stack: stack.hq.emulator.call_control_plane(
        "DELETE", f"/projects/{stack.resources['project'][0]}/users/{stack.resources['bob'][0]}"
    ),
    "the units are deleted": _remove_units,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("refreshed", [False, True], ids=["stale state", "refreshed"])
def test_a_destroy_succeeds_after_any_external_loss(
    full_stack: FullStack, loss: str, refreshed: bool
) -> None:
    """No order raises an error, and the stack's remaining resources are removed."""
    for order in LOSS_ORDERS:
        full_stack.restore()
        full_stack.hq.emulator.faults.clear()
        LOSSES[loss](full_stack)
        client = full_stack.create_client()
        known = [name for name in order if not refreshed or full_stack.read(name, client)]

        full_stack.destroy(known)

        users = {user["email"]: user["status"] for user in full_stack.get_account()["users"]}
        units = [unit["name"] for unit in full_stack.get_account()["business_units"]]
        assert users.get(
            "ada@volt.no", "inactive"
        ) == "inactive" or "PATCH user" in _list_denied_routes(full_stack)
        assert units == ["North America"]


def _list_denied_routes(stack: FullStack) -> set[str]:
    return {fault.route for fault in stack.hq.emulator.faults}


@pytest.mark.parametrize("name", sorted(DEPENDENCIES.keys() - NOT_DESTROYED))
@pytest.mark.parametrize("denial", ["account denied", "unspecific 404"])
def test_a_hidden_account_is_an_error_and_drops_nothing(
    full_stack: FullStack, name: str, denial: str
) -> None:
    """This holds for destroy and refresh, because the resources may still exist."""
    client = full_stack.create_client()
    if denial == "account denied":
        full_stack.hide_account()
    else:
        _build_denial(*DELETE_ROUTES, reply=UNSPECIFIC_NOT_FOUND)(full_stack)

    with pytest.raises(NotFoundError):
        full_stack.destroy([name], client)
    with pytest.raises(NotFoundError):
        full_stack.read(name, client)
    assert (
        full_stack.hq.emulator.call_control_plane("GET", "/state")["accounts"]
        == full_stack.state["accounts"]
    )


@pytest.mark.parametrize("order", SAMPLED_ORDERS)
def test_a_second_destroy_succeeds(full_stack: FullStack, order: tuple[str, ...]) -> None:
    """For example after one whose state was lost."""
    full_stack.destroy(order)
    account_after_first = full_stack.get_account()

    full_stack.destroy(order)

    assert full_stack.get_account() == account_after_first
    assert get_destroyed_state(full_stack) == DESTROYED_STATE


@pytest.mark.parametrize("order", SAMPLED_ORDERS)
def test_a_killed_destroy_can_be_repeated(full_stack: FullStack, order: tuple[str, ...]) -> None:
    """It is killed after each resource; the state still has the last one or the last four."""
    for done in range(1, len(order) + 1, 1 if RUNS_ALL_CASES else 3):
        for known in (done - 1, max(done - 4, 0)):
            full_stack.restore()
            full_stack.destroy(order[:done])

            full_stack.destroy(order[known:])

            assert get_destroyed_state(full_stack) == DESTROYED_STATE


@pytest.mark.parametrize(
    "kind", ["PATCH project", "PATCH user", "DELETE member", "PUT business units"]
)
@pytest.mark.parametrize("acts", [True, False], ids=["acted", "did not act"])
def test_a_destroy_with_lost_responses_fails_and_can_be_repeated(
    full_stack: FullStack, kind: str, acts: bool
) -> None:
    """HQ may have acted or not."""
    fault = Fault(kind, build_reply(504), acts_on_request=acts, times=MANY_TIMES)
    full_stack.hq.emulator.faults.append(fault)

    with pytest.raises(Bim360Error):
        full_stack.destroy(ORDERS[0])
    fault.times = 0
    full_stack.destroy(ORDERS[0])

    assert get_destroyed_state(full_stack) == DESTROYED_STATE
