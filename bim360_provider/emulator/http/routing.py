"""Routes: find the handler for a method and a path."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bim360_provider.emulator.assumptions import UNKNOWN_ROUTE_CODE
from bim360_provider.emulator.http.errors import (
    DataApiError,
    GatewayError,
    HqApiError,
    find_nearest_name,
)
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.state import HQ_QUOTA, HqState, QuotaKey

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
    client_id: str

    @property
    def options(self) -> Options:
        """The emulator's options."""
        return self.hq.options


@dataclass(frozen=True, slots=True)
class TargetAccount:
    """The account of a call."""

    id: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApiFamily:
    """What the endpoints of one of Autodesk's APIs have in common."""

    error_type: type[HqApiError] | type[DataApiError] = HqApiError
    access: Literal["account_administration", "document_management"] = "account_administration"
    """The access that the client needs, by its name in the database."""
    id_prefix: Literal["optional", "required", "forbidden"] = "optional"
    """Whether the ids of hub and project in a path begin with ``b.``."""


ACCOUNT_ADMIN = ApiFamily()


@dataclass(frozen=True)
class Route:
    """One endpoint: a template such as ``/hq/v1/accounts/:account_id/projects``."""

    method: str
    template: str
    scope: str
    handler: Callable[[ApiCall], Reply] = field(repr=False)
    quota: QuotaKey = HQ_QUOTA
    family: ApiFamily = ACCOUNT_ADMIN

    @property
    def name(self) -> str:
        """The name of the route in the journal."""
        return f"{self.method} {self.template}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The template as a regular expression, with one group for each parameter."""
        return re.compile(re.sub(r"(?<=/):(\w+)", r"(?P<\1>[^/]+)", self.template))


@dataclass(slots=True)
class RequestContext:
    """A request, with the results of its processing so far."""

    request: IncomingRequest
    route_match: tuple[Route, dict[str, str]] | None = None
    route_name: str | None = None
    client_id: str | None = None
    fault_number: int | None = None

    @property
    def error_type(self) -> type[HqApiError] | type[DataApiError]:
        """The format of the errors of the route's API."""
        return self.route_match[0].family.error_type if self.route_match else HqApiError


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
