"""The routes of the control plane, which are not journalled and not limited."""

from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from bim360_provider.emulator.clock import format_timestamp, parse_timestamp
from bim360_provider.emulator.control import browser, folders
from bim360_provider.emulator.control.call import ControlAction, ControlCall, ControlRequestError
from bim360_provider.emulator.faults import parse_rules
from bim360_provider.emulator.http import auth
from bim360_provider.emulator.http.cross_site import CrossSiteError, check_origin
from bim360_provider.emulator.http.errors import format_suggestion
from bim360_provider.emulator.http.messages import IncomingRequest, Reply, parse_json
from bim360_provider.emulator.seed.database import dump_state, load_state
from bim360_provider.emulator.seed.models import (
    ClockShift,
    Moment,
    SeedError,
    StrictModel,
    parse_seed,
    validate_document,
)

if TYPE_CHECKING:
    from bim360_provider.emulator.emulator import Emulator

CONTROL_PREFIX = "/_emulator"

FIRST_ERROR_STATUS = 400


class ClockChange(StrictModel):
    """The body of a clock change."""

    advance: ClockShift | None = None
    """Seconds to move forward, or back if negative."""
    set: Moment | None = None
    """The time to set."""
    freeze: bool | None = None
    """Whether to stop the clock."""


def get_health(call: ControlCall) -> JsonValue:
    """Return that the emulator is up."""
    return {"status": "ok", "now": format_timestamp(call.emulator.clock.now())}


def reset_instance(call: ControlCall) -> JsonValue:
    """Reset to the seed."""
    call.emulator.reset()
    return {}


def replace_seed(call: ControlCall) -> JsonValue:
    """Use the body as the seed."""
    call.emulator.replace_seed(parse_seed(call.body))
    return {}


def get_state(call: ControlCall) -> JsonValue:
    """Return the whole state, without clients and their secrets."""
    return dump_state(call.emulator.hq)


def replace_state(call: ControlCall) -> JsonValue:
    """Replace the state by a dumped one."""
    load_state(call.emulator.hq, call.body)
    return {}


def get_clock(call: ControlCall) -> JsonValue:
    """Return the clock."""
    now = call.emulator.clock.now()
    return {"now": format_timestamp(now), "epoch": now, "frozen": call.emulator.clock.is_frozen}


def set_clock(call: ControlCall) -> JsonValue:
    """Move, freeze or thaw the clock, and return it."""
    change = validate_document(ClockChange, call.parse_fields())
    before = call.emulator.clock.now()
    if change.freeze is not None:
        (call.emulator.clock.freeze if change.freeze else call.emulator.clock.thaw)()
    if change.set is not None:
        call.emulator.clock.set_time(parse_timestamp(change.set))
    call.emulator.clock.advance(change.advance or 0.0)
    if call.emulator.clock.now() < before:
        # Requests with a future time would fill the quota until the clock reaches it.
        call.emulator.hq.reset_quotas()
    return get_clock(call)


def get_options(call: ControlCall) -> JsonValue:
    """Return the options in force."""
    return call.emulator.options.model_dump()


def set_options(call: ControlCall) -> JsonValue:
    """Change options until the next reset, and return them."""
    return call.emulator.set_options(call.parse_fields()).model_dump()


def list_requests(call: ControlCall) -> JsonValue:
    """Return the journal."""
    return call.emulator.journal.dump_entries(*_parse_filters(call))


def count_requests(call: ControlCall) -> JsonValue:
    """Count the journal's entries by route."""
    by_route = call.emulator.journal.count_requests(*_parse_filters(call))
    return {"total": sum(by_route.values()), "by_route": {**by_route}}


def clear_requests(call: ControlCall) -> JsonValue:
    """Clear the journal."""
    call.emulator.journal.clear()
    return {}


def list_faults(call: ControlCall) -> JsonValue:
    """Return the fault rules in force and their counters."""
    return call.emulator.fault_injector.dump_rules()


def add_faults(call: ControlCall) -> JsonValue:
    """Add one fault or a list of them."""
    return {"ids": [*call.emulator.fault_injector.add(parse_rules(call.body))]}


def clear_faults(call: ControlCall) -> JsonValue:
    """Remove every fault."""
    call.emulator.fault_injector.clear()
    return {}


def remove_fault(call: ControlCall) -> JsonValue:
    """Remove one fault."""
    if not (
        call.target_id.isdecimal() and call.emulator.fault_injector.remove(int(call.target_id))
    ):
        msg = f"there is no fault {call.target_id}"
        raise ControlRequestError(msg)
    return {}


def revoke_tokens(call: ControlCall) -> JsonValue:
    """Revoke every token issued so far."""
    auth.revoke_tokens(call.emulator.hq)
    return {}


def _parse_filters(call: ControlCall) -> tuple[int, str, str]:
    since = call.query.get("since", "0")
    if not since.isdecimal():
        msg = f'since "{since}" is not a number'
        raise ControlRequestError(msg)
    return int(since), call.query.get("method", ""), call.query.get("path", "")


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
    "GET /_emulator/projects/*/folders": folders.list_folders,
    "POST /_emulator/projects/*/folders": folders.create_folder,
    "PATCH /_emulator/folders/*": folders.update_folder,
    "PUT /_emulator/folders/*/permissions": folders.set_permissions,
    "POST /_emulator/projects/*/users": browser.add_member,
    "PATCH /_emulator/projects/*/users/*": browser.update_member,
    "DELETE /_emulator/projects/*/users/*": browser.remove_member,
    "PATCH /_emulator/projects/*": partial(browser.update_entity, browser.PROJECT_KIND),
    "DELETE /_emulator/projects/*": partial(browser.delete_entity, browser.PROJECT_KIND),
    "PATCH /_emulator/companies/*": partial(browser.update_entity, browser.COMPANY_KIND),
    "DELETE /_emulator/companies/*": partial(browser.delete_entity, browser.COMPANY_KIND),
    "POST /_emulator/users/*/sign-in": browser.sign_in_user,
    "PATCH /_emulator/users/*": partial(browser.update_entity, browser.USER_KIND),
    "DELETE /_emulator/users/*": partial(browser.delete_entity, browser.USER_KIND),
}


class ControlError(Exception):
    """The control plane refused a request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def handle_request(request: IncomingRequest, emulator: "Emulator") -> Reply:
    """Handle a request to the control plane; errors are ``{"error": "one line"}``."""
    try:
        if request.method != "GET":
            check_origin(request)
        action = _find_action(f"{request.method} {request.path}")
        return Reply.from_content(200, action(_parse_call(request, emulator)))
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


def _parse_call(request: IncomingRequest, emulator: "Emulator") -> ControlCall:
    try:
        body: JsonValue = parse_json(request.body) if request.body else {}
    except ValueError:
        raise ControlError(400, "the body is not JSON") from None
    return ControlCall(
        emulator,
        tuple(request.path.removeprefix(CONTROL_PREFIX).strip("/").split("/")),
        request.parse_query(),
        body,
    )
