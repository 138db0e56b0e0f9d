"""The control plane: inspect the emulator and change it, without journal and limit."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bim360_provider.emulator.clock import format_timestamp, parse_timestamp
from bim360_provider.emulator.control import browser_routes as entities
from bim360_provider.emulator.control import browser_routes as members
from bim360_provider.emulator.control.request import ControlRequest, ControlRequestError
from bim360_provider.emulator.faults import parse_rules
from bim360_provider.emulator.http.errors import format_suggestion
from bim360_provider.emulator.http.messages import Reply, Request, parse_json
from bim360_provider.emulator.instance import EmulatorInstance
from bim360_provider.emulator.seed.database import dump_state, load_state
from bim360_provider.emulator.seed.models import (
    ClockShift,
    Moment,
    SeedError,
    format_first_problem,
    parse_seed,
)


class ClockChange(BaseModel):
    """What may be done to the clock."""

    model_config = ConfigDict(extra="forbid")

    advance: ClockShift | None = None
    """Seconds to move forward, or back when negative."""
    set: Moment | None = None
    """The moment it is to show."""
    freeze: bool | None = None
    """Whether it is to stand still."""


def get_health(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Say that the emulator is up."""
    return {"status": "ok", "now": format_timestamp(world.backend.clock.now())}


def reset_instance(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Go back to the seed."""
    world.reset()
    return {}


def replace_seed(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Take the body as the seed."""
    world.replace_seed(parse_seed(order.body))
    return {}


def get_state(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Show the whole state; clients and their secrets are not part of it."""
    return dump_state(world.backend)


def replace_state(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Replace the state by one that was shown before."""
    load_state(world.backend, order.body)
    return {}


def get_clock(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Show the clock."""
    now = world.backend.clock.now()
    return {"now": format_timestamp(now), "epoch": now, "frozen": world.backend.clock.is_frozen}


def set_clock(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Move, freeze or thaw the clock, and show it."""
    try:
        change = ClockChange.model_validate(order.parse_fields())
    except ValidationError as error:
        raise ControlRequestError(format_first_problem(error, ClockChange)) from None
    before = world.backend.clock.now()
    if change.freeze is not None:
        (world.backend.clock.freeze if change.freeze else world.backend.clock.thaw)()
    if change.set is not None:
        world.backend.clock.set_time(parse_timestamp(change.set))
    world.backend.clock.advance(change.advance or 0.0)
    if world.backend.clock.now() < before:
        # Requests from the future would fill the quota until the clock gets there again.
        world.backend.reset_quotas()
    return get_clock(world, order)


def get_options(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Show the options in force."""
    return world.backend.options.model_dump()


def set_options(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Change options until the next reset, and show them."""
    return world.set_options(order.parse_fields()).model_dump()


def list_requests(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Show the journal."""
    return world.journal.dump_entries(*_parse_filters(order))


def count_requests(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Count the journal's entries by route."""
    by_route = world.journal.count_requests(*_parse_filters(order))
    return {"total": sum(by_route.values()), "by_route": {**by_route}}


def clear_requests(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Empty the journal."""
    world.journal.clear()
    return {}


def list_faults(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Show the faults in force and how often they struck."""
    return world.faults.dump_rules()


def add_faults(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Add one fault or a list of them."""
    return {"ids": [*world.faults.add(parse_rules(order.body))]}


def clear_faults(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Remove every fault."""
    world.faults.clear()
    return {}


def remove_fault(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Remove one fault."""
    if not (order.target_id.isdecimal() and world.faults.remove(int(order.target_id))):
        msg = f"there is no fault {order.target_id}"
        raise ControlRequestError(msg)
    return {}


def revoke_tokens(world: EmulatorInstance, _order: ControlRequest) -> JsonValue:
    """Refuse every token handed out so far."""
    world.backend.last_revoked_serial = world.backend.ids.increment_counter("token")
    return {}


def _parse_filters(order: ControlRequest) -> tuple[int, str, str]:
    since = order.query.get("since", "0")
    if not since.isdecimal():
        msg = f'since "{since}" is not a number'
        raise ControlRequestError(msg)
    return int(since), order.query.get("method", ""), order.query.get("path", "")


CONTROL_PREFIX = "/_emulator"

FIRST_ERROR_STATUS = 400

ControlAction: TypeAlias = Callable[[EmulatorInstance, ControlRequest], JsonValue]

ACTIONS: dict[str, ControlAction] = {
    "GET /_emulator/health": get_health,
    "POST /_emulator/reset": reset_instance,
    "POST /_emulator/seed": replace_seed,
    "GET /_emulator/state": get_state,
    "PUT /_emulator/state": replace_state,
    "GET /_emulator/clock": get_clock,
    "POST /_emulator/clock": set_clock,
    "GET /_emulator/options": get_options,
    "PATCH /_emulator/options": set_options,
    "GET /_emulator/requests": list_requests,
    "GET /_emulator/requests/count": count_requests,
    "DELETE /_emulator/requests": clear_requests,
    "GET /_emulator/faults": list_faults,
    "POST /_emulator/faults": add_faults,
    "DELETE /_emulator/faults": clear_faults,
    "DELETE /_emulator/faults/*": remove_fault,
    "DELETE /_emulator/tokens": revoke_tokens,
    # Before the projects: a * stands for slashes too.
    "POST /_emulator/projects/*/users": members.add_member,
    "PATCH /_emulator/projects/*/users/*": members.update_member,
    "DELETE /_emulator/projects/*/users/*": members.remove_member,
    "PATCH /_emulator/projects/*": entities.update_project,
    "DELETE /_emulator/projects/*": entities.delete_project,
    "PATCH /_emulator/companies/*": entities.update_company,
    "DELETE /_emulator/companies/*": entities.delete_company,
    "POST /_emulator/users/*/sign-in": entities.sign_in_user,
    "PATCH /_emulator/users/*": entities.update_user,
    "DELETE /_emulator/users/*": entities.delete_user,
}


class ControlError(Exception):
    """The control plane refused an order."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def handle_request(request: Request, world: EmulatorInstance) -> Reply:
    """Answer a request of the control plane; errors are ``{"error": "one line"}``."""
    try:
        action = _find_action(f"{request.method} {request.path}")
        return Reply.from_content(200, action(world, _parse_request(request)))
    except ControlError as error:
        return Reply.from_content(error.status, {"error": str(error)})
    except (SeedError, ControlRequestError) as error:
        return Reply.from_content(400, {"error": str(error)})


def _find_action(asked: str) -> ControlAction:
    for pattern, action in ACTIONS.items():
        if fnmatchcase(asked, pattern):
            return action
    raise ControlError(404, f"there is no {asked}{format_suggestion(asked, ACTIONS)}")


def _parse_request(request: Request) -> ControlRequest:
    try:
        body: JsonValue = parse_json(request.body) if request.body else {}
    except ValueError:
        raise ControlError(400, "the body is not JSON") from None
    return ControlRequest(
        tuple(request.path.removeprefix(CONTROL_PREFIX).strip("/").split("/")),
        request.parse_query(),
        body,
    )
