"""The control plane: inspect the emulator and change it, without journal and limit."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bim360_provider.emulator.clock import moment_of, stamp
from bim360_provider.emulator.control import browser_routes as entities
from bim360_provider.emulator.control import browser_routes as members
from bim360_provider.emulator.control.request import Order, OrderError
from bim360_provider.emulator.faults import parse_rules
from bim360_provider.emulator.http.errors import nearest
from bim360_provider.emulator.http.messages import Reply, Request, parse_json
from bim360_provider.emulator.instance import World
from bim360_provider.emulator.seed.database import dump, load
from bim360_provider.emulator.seed.models import Moment, SeedError, Span, first_problem, parse_seed


class ClockChange(BaseModel):
    """What may be done to the clock."""

    model_config = ConfigDict(extra="forbid")

    advance: Span | None = None
    """Seconds to move forward, or back when negative."""
    set: Moment | None = None
    """The moment it is to show."""
    freeze: bool | None = None
    """Whether it is to stand still."""


def health(world: World, _order: Order) -> JsonValue:
    """Say that the emulator is up."""
    return {"status": "ok", "now": stamp(world.backend.clock.now())}


def reset(world: World, _order: Order) -> JsonValue:
    """Go back to the seed."""
    world.reset()
    return {}


def reseed(world: World, order: Order) -> JsonValue:
    """Take the body as the seed."""
    world.reseed(parse_seed(order.body))
    return {}


def state(world: World, _order: Order) -> JsonValue:
    """Show the whole state; clients and their secrets are not part of it."""
    return dump(world.backend)


def load_state(world: World, order: Order) -> JsonValue:
    """Replace the state by one that was shown before."""
    load(world.backend, order.body)
    return {}


def clock(world: World, _order: Order) -> JsonValue:
    """Show the clock."""
    now = world.backend.clock.now()
    return {"now": stamp(now), "epoch": now, "frozen": world.backend.clock.frozen}


def set_clock(world: World, order: Order) -> JsonValue:
    """Move, freeze or thaw the clock, and show it."""
    try:
        change = ClockChange.model_validate(order.fields())
    except ValidationError as error:
        raise OrderError(first_problem(error, ClockChange)) from None
    before = world.backend.clock.now()
    if change.freeze is not None:
        (world.backend.clock.freeze if change.freeze else world.backend.clock.thaw)()
    if change.set is not None:
        world.backend.clock.move_to(moment_of(change.set))
    world.backend.clock.advance(change.advance or 0.0)
    if world.backend.clock.now() < before:
        # Requests from the future would fill the quota until the clock gets there again.
        world.backend.forget_requests()
    return clock(world, order)


def options(world: World, _order: Order) -> JsonValue:
    """Show the options in force."""
    return world.backend.options.model_dump()


def set_options(world: World, order: Order) -> JsonValue:
    """Change options until the next reset, and show them."""
    return world.set_options(order.fields()).model_dump()


def requests(world: World, order: Order) -> JsonValue:
    """Show the journal."""
    return world.journal.listed(*_filters(order))


def count_requests(world: World, order: Order) -> JsonValue:
    """Count the journal's entries by route."""
    by_route = world.journal.count(*_filters(order))
    return {"total": sum(by_route.values()), "by_route": {**by_route}}


def forget_requests(world: World, _order: Order) -> JsonValue:
    """Empty the journal."""
    world.journal.clear()
    return {}


def faults(world: World, _order: Order) -> JsonValue:
    """Show the faults in force and how often they struck."""
    return world.faults.listed()


def add_faults(world: World, order: Order) -> JsonValue:
    """Add one fault or a list of them."""
    return {"ids": [*world.faults.add(parse_rules(order.body))]}


def clear_faults(world: World, _order: Order) -> JsonValue:
    """Remove every fault."""
    world.faults.clear()
    return {}


def remove_fault(world: World, order: Order) -> JsonValue:
    """Remove one fault."""
    if not (order.target.isdecimal() and world.faults.remove(int(order.target))):
        msg = f"there is no fault {order.target}"
        raise OrderError(msg)
    return {}


def revoke_tokens(world: World, _order: Order) -> JsonValue:
    """Refuse every token handed out so far."""
    world.backend.revoked_up_to = world.backend.ids.count("token")
    return {}


def _filters(order: Order) -> tuple[int, str, str]:
    since = order.query.get("since", "0")
    if not since.isdecimal():
        msg = f'since "{since}" is not a number'
        raise OrderError(msg)
    return int(since), order.query.get("method", ""), order.query.get("path", "")


PREFIX = "/_emulator"

FIRST_ERROR_STATUS = 400

Action: TypeAlias = Callable[[World, Order], JsonValue]

ACTIONS: dict[str, Action] = {
    "GET /_emulator/health": health,
    "POST /_emulator/reset": reset,
    "POST /_emulator/seed": reseed,
    "GET /_emulator/state": state,
    "PUT /_emulator/state": load_state,
    "GET /_emulator/clock": clock,
    "POST /_emulator/clock": set_clock,
    "GET /_emulator/options": options,
    "PATCH /_emulator/options": set_options,
    "GET /_emulator/requests": requests,
    "GET /_emulator/requests/count": count_requests,
    "DELETE /_emulator/requests": forget_requests,
    "GET /_emulator/faults": faults,
    "POST /_emulator/faults": add_faults,
    "DELETE /_emulator/faults": clear_faults,
    "DELETE /_emulator/faults/*": remove_fault,
    "DELETE /_emulator/tokens": revoke_tokens,
    # Before the projects: a * stands for slashes too.
    "POST /_emulator/projects/*/users": members.add,
    "PATCH /_emulator/projects/*/users/*": members.change,
    "DELETE /_emulator/projects/*/users/*": members.remove,
    "PATCH /_emulator/projects/*": entities.change_project,
    "DELETE /_emulator/projects/*": entities.remove_project,
    "PATCH /_emulator/companies/*": entities.change_company,
    "DELETE /_emulator/companies/*": entities.remove_company,
    "POST /_emulator/users/*/sign-in": entities.sign_in,
    "PATCH /_emulator/users/*": entities.change_user,
    "DELETE /_emulator/users/*": entities.remove_user,
}


class ControlError(Exception):
    """The control plane refused an order."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def answer(request: Request, world: World) -> Reply:
    """Answer a request of the control plane; errors are ``{"error": "one line"}``."""
    try:
        action = _action(f"{request.method} {request.path}")
        return Reply.json(200, action(world, _order(request)))
    except ControlError as error:
        return Reply.json(error.status, {"error": str(error)})
    except (SeedError, OrderError) as error:
        return Reply.json(400, {"error": str(error)})


def _action(asked: str) -> Action:
    for pattern, action in ACTIONS.items():
        if fnmatchcase(asked, pattern):
            return action
    raise ControlError(404, f"there is no {asked}{nearest(asked, ACTIONS)}")


def _order(request: Request) -> Order:
    try:
        body: JsonValue = parse_json(request.body) if request.body else {}
    except ValueError:
        raise ControlError(400, "the body is not JSON") from None
    return Order(
        tuple(request.path.removeprefix(PREFIX).strip("/").split("/")), request.arguments(), body
    )
