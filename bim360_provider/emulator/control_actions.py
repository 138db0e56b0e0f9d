"""What the control plane can do, one function for each order."""

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bim360_provider.emulator.clock import moment_of, stamp
from bim360_provider.emulator.fault_rules import parse_rules
from bim360_provider.emulator.order import Order, OrderError
from bim360_provider.emulator.problems import first_problem
from bim360_provider.emulator.seed import parse_seed
from bim360_provider.emulator.seed_types import Moment, Span
from bim360_provider.emulator.state import dump, load
from bim360_provider.emulator.world import World


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
