"""The control plane: looking at the emulator and changing it, never journalled, never limited."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator import control_actions as actions
from bim360_provider.emulator import control_entities as entities
from bim360_provider.emulator import control_members as members
from bim360_provider.emulator.messages import Reply, Request
from bim360_provider.emulator.nearest import nearest
from bim360_provider.emulator.order import Order, OrderError
from bim360_provider.emulator.parsing import parse_json
from bim360_provider.emulator.seed import SeedError
from bim360_provider.emulator.world import World

PREFIX = "/_emulator"
FIRST_ERROR_STATUS = 400

Action: TypeAlias = Callable[[World, Order], JsonValue]

ACTIONS: dict[str, Action] = {
    "GET /_emulator/health": actions.health,
    "POST /_emulator/reset": actions.reset,
    "POST /_emulator/seed": actions.reseed,
    "GET /_emulator/state": actions.state,
    "PUT /_emulator/state": actions.load_state,
    "GET /_emulator/clock": actions.clock,
    "POST /_emulator/clock": actions.set_clock,
    "GET /_emulator/options": actions.options,
    "PATCH /_emulator/options": actions.set_options,
    "GET /_emulator/requests": actions.requests,
    "GET /_emulator/requests/count": actions.count_requests,
    "DELETE /_emulator/requests": actions.forget_requests,
    "GET /_emulator/faults": actions.faults,
    "POST /_emulator/faults": actions.add_faults,
    "DELETE /_emulator/faults": actions.clear_faults,
    "DELETE /_emulator/faults/*": actions.remove_fault,
    "DELETE /_emulator/tokens": actions.revoke_tokens,
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
