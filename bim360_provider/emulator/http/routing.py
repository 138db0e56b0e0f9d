"""Routes: find the handler for a method and a path."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bim360_provider.emulator.assumptions import UNKNOWN_ROUTE_CODE
from bim360_provider.emulator.http.errors import GatewayError, find_nearest_name
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.state import HQ_QUOTA, HqState

BIM360_ADMIN_PREFIX = "/bim360/admin/"

ID_SEGMENT_PATTERN = re.compile(r"/(:\w+|(b\.)?[0-9a-f]{8}-?[0-9a-f-]*)(?=/|$)")
"""A path segment that is a parameter of a template, or looks like the id that fills one."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A request that the gateway accepted, with all inputs of its handler."""

    request: IncomingRequest
    hq: HqState
    account: "TargetAccount"
    params: dict[str, str]

    @property
    def options(self) -> Options:
        """The emulator's options."""
        return self.hq.options


@dataclass(frozen=True, slots=True)
class TargetAccount:
    """The account of a call."""

    id: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """One endpoint: a template such as ``/hq/v1/accounts/:account_id/projects``."""

    method: str
    template: str
    scope: str
    handler: Callable[[ApiCall], Reply] = field(repr=False)
    quota: str = HQ_QUOTA

    @property
    def name(self) -> str:
        """The name of the route in the journal."""
        return f"{self.method} {self.template}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The template as a regular expression, with one group for each parameter."""
        return re.compile(re.sub(r":(\w+)", r"(?P<\1>[^/]+)", self.template))


@dataclass(slots=True)
class RequestContext:
    """A request, with the results of its processing so far."""

    request: IncomingRequest
    route_match: tuple[Route, dict[str, str]] | None = None
    route_name: str | None = None
    client_id: str | None = None
    fault_number: int | None = None


def find_route(
    routes: Sequence[Route], method: str, path: str
) -> tuple[Route, dict[str, str]] | None:
    """Return the route of a request and the parameters in its path; None if there is none."""
    for route in routes:
        match = route.pattern.fullmatch(path) if route.method == method else None
        if match:
            return route, match.groupdict()
    return None


def build_unknown_route_error(method: str, path: str, names: Sequence[str]) -> GatewayError:
    """Return the 404 for an unknown route, with the closest one, regardless of ids in the path."""
    shapes = {_replace_ids(name): name for name in names}
    alike = find_nearest_name(_replace_ids(f"{method} {path}"), shapes)
    hint = "" if alike is None else f"; the nearest known one is {shapes[alike]}"
    message = f"Unknown route {method} {path}{hint}."
    return GatewayError(404, UNKNOWN_ROUTE_CODE, message)


def _replace_ids(name: str) -> str:
    return ID_SEGMENT_PATTERN.sub("/:id", name)
