"""The routes of the control plane, which are not journalled and not limited."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from bim360_provider.emulator.clock import format_timestamp, parse_timestamp
from bim360_provider.emulator.control import browser_routes
from bim360_provider.emulator.control.request import ControlRequest, ControlRequestError
from bim360_provider.emulator.faults import parse_rules
from bim360_provider.emulator.http.cross_site import CrossSiteError, check_origin
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

CONTROL_PREFIX = "/_emulator"

FIRST_ERROR_STATUS = 400


class ClockChange(BaseModel):
    """The body of a clock change."""

    model_config = ConfigDict(extra="forbid")

    advance: ClockShift | None = None
    """Seconds to move forward, or back if negative."""
    set: Moment | None = None
    """The time to set."""
    freeze: bool | None = None
    """Whether to stop the clock."""


def get_health(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Return that the emulator is up."""
    return {"status": "ok", "now": format_timestamp(instance.backend.clock.now())}


def reset_instance(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Reset to the seed."""
    instance.reset()
    return {}


def replace_seed(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Use the body as the seed."""
    instance.replace_seed(parse_seed(request.body))
    return {}


def get_state(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Return the whole state, without clients and their secrets."""
    return dump_state(instance.backend)


def replace_state(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Replace the state by a dumped one."""
    load_state(instance.backend, request.body)
    return {}


def get_clock(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Return the clock."""
    now = instance.backend.clock.now()
    return {"now": format_timestamp(now), "epoch": now, "frozen": instance.backend.clock.is_frozen}


def set_clock(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Move, freeze or thaw the clock, and return it."""
    try:
        change = ClockChange.model_validate(request.parse_fields())
    except ValidationError as error:
        raise ControlRequestError(format_first_problem(error, ClockChange)) from None
    before = instance.backend.clock.now()
    if change.freeze is not None:
        (instance.backend.clock.freeze if change.freeze else instance.backend.clock.thaw)()
    if change.set is not None:
        instance.backend.clock.set_time(parse_timestamp(change.set))
    instance.backend.clock.advance(change.advance or 0.0)
    if instance.backend.clock.now() < before:
        # Requests with a future time would fill the quota until the clock reaches it.
        instance.backend.reset_quotas()
    return get_clock(instance, request)


def get_options(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Return the options in force."""
    return instance.backend.options.model_dump()


def set_options(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Change options until the next reset, and return them."""
    return instance.set_options(request.parse_fields()).model_dump()


def list_requests(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Return the journal."""
    return instance.journal.dump_entries(*_parse_filters(request))


def count_requests(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Count the journal's entries by route."""
    by_route = instance.journal.count_requests(*_parse_filters(request))
    return {"total": sum(by_route.values()), "by_route": {**by_route}}


def clear_requests(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Clear the journal."""
    instance.journal.clear()
    return {}


def list_faults(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Return the fault rules in force and their counters."""
    return instance.faults.dump_rules()


def add_faults(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Add one fault or a list of them."""
    return {"ids": [*instance.faults.add(parse_rules(request.body))]}


def clear_faults(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Remove every fault."""
    instance.faults.clear()
    return {}


def remove_fault(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Remove one fault."""
    if not (request.target_id.isdecimal() and instance.faults.remove(int(request.target_id))):
        msg = f"there is no fault {request.target_id}"
        raise ControlRequestError(msg)
    return {}


def revoke_tokens(instance: EmulatorInstance, _request: ControlRequest) -> JsonValue:
    """Revoke every token issued so far."""
    instance.backend.last_revoked_serial = instance.backend.ids.increment_counter("token")
    return {}


def _parse_filters(request: ControlRequest) -> tuple[int, str, str]:
    since = request.query.get("since", "0")
    if not since.isdecimal():
        msg = f'since "{since}" is not a number'
        raise ControlRequestError(msg)
    return int(since), request.query.get("method", ""), request.query.get("path", "")


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
    # Before the projects: a * matches slashes too.
    "POST /_emulator/projects/*/users": browser_routes.add_member,
    "PATCH /_emulator/projects/*/users/*": browser_routes.update_member,
    "DELETE /_emulator/projects/*/users/*": browser_routes.remove_member,
    "PATCH /_emulator/projects/*": browser_routes.update_project,
    "DELETE /_emulator/projects/*": browser_routes.delete_project,
    "PATCH /_emulator/companies/*": browser_routes.update_company,
    "DELETE /_emulator/companies/*": browser_routes.delete_company,
    "POST /_emulator/users/*/sign-in": browser_routes.sign_in_user,
    "PATCH /_emulator/users/*": browser_routes.update_user,
    "DELETE /_emulator/users/*": browser_routes.delete_user,
}


class ControlError(Exception):
    """The control plane refused a request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def handle_request(request: Request, instance: EmulatorInstance) -> Reply:
    """Handle a request to the control plane; errors are ``{"error": "one line"}``."""
    try:
        if request.method != "GET":
            check_origin(request)
        action = _find_action(f"{request.method} {request.path}")
        return Reply.from_content(200, action(instance, _parse_request(request)))
    except ControlError as error:
        return Reply.from_content(error.status, {"error": str(error)})
    except CrossSiteError as error:
        return Reply.from_content(403, {"error": f"the request was refused: {error}"})
    except (SeedError, ControlRequestError) as error:
        return Reply.from_content(400, {"error": str(error)})


def _find_action(route: str) -> ControlAction:
    for pattern, action in ACTIONS.items():
        if fnmatchcase(route, pattern):
            return action
    raise ControlError(404, f"unknown route {route}{format_suggestion(route, ACTIONS)}")


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
