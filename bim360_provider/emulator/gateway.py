"""The way of a request: route, token, scope, quota, account, and then the endpoint."""

from dataclasses import dataclass

from bim360_provider.emulator import accounts, tokens
from bim360_provider.emulator.api import ROUTES, TOKEN_PATH, TOKEN_ROUTE
from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.messages import Reply, Request
from bim360_provider.emulator.routes import Call, find


@dataclass(slots=True)
class Visit:
    """A request on its way, with what has been found out about it so far."""

    request: Request
    route: str | None = None
    client_id: str | None = None


def admit(visit: Visit, backend: Backend) -> Reply:
    """Take a request to its endpoint.

    Raises:
        RefusedError: The gateway or HQ says no.
    """
    if visit.request.path == TOKEN_PATH and visit.request.method == "POST":
        return _token(visit, backend)
    path = accounts.without_region(visit.request.path)
    route, params = find(ROUTES, visit.request.method, path, also=[TOKEN_ROUTE])
    visit.route = route.name
    caller = tokens.bearer(visit.request, backend)
    visit.client_id = caller.client_id
    tokens.require_scope(caller, route.scope)
    backend.hq_quota.admit(caller.client_id, backend.options.rate_limit_per_minute)
    region = accounts.region_of(visit.request)
    account = accounts.visible(params["account_id"], caller.client_id, region, backend)
    return route.answer(Call(visit.request, backend, account, params))


def _token(visit: Visit, backend: Backend) -> Reply:
    visit.route = TOKEN_ROUTE
    visit.client_id = tokens.authenticated(visit.request, backend)
    return tokens.issue(visit.request, visit.client_id, backend)
