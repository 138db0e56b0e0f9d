"""The way of a request: route, token, scope, quota, account, and then the endpoint."""

from bim360_provider.emulator import accounts, tokens
from bim360_provider.emulator.api import ROUTE_NAMES, ROUTES, TOKEN_PATH, TOKEN_ROUTE
from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.messages import Reply, Request
from bim360_provider.emulator.routes import Account, Call, Visit, find, unknown_route


def arrive(request: Request) -> Visit:
    """Find out which route a request is for, if any."""
    if (request.method, request.path) == ("POST", TOKEN_PATH):
        return Visit(request, route=TOKEN_ROUTE)
    found = find(ROUTES, request.method, accounts.without_region(request.path))
    return Visit(request, found, route=found and found[0].name)


def admit(visit: Visit, backend: Backend) -> Reply:
    """Take a request to its endpoint.

    Raises:
        RefusedError: The gateway or HQ says no.
    """
    if visit.route == TOKEN_ROUTE:
        visit.client_id = tokens.authenticated(visit.request, backend)
        return tokens.issue(visit.request, visit.client_id, backend)
    if visit.found is None:
        raise unknown_route(visit.request.method, visit.request.path, ROUTE_NAMES)
    route, params = visit.found[0], accounts.without_prefixes(visit.found[1])
    caller = tokens.bearer(visit.request, backend)
    visit.client_id = caller.client_id
    tokens.require_scope(caller, route.scope)
    backend.admit(caller.client_id, route.quota)
    account = _account(visit, params, caller.client_id, backend)
    return route.answer(Call(visit.request, backend, account, params))


def _account(visit: Visit, params: dict[str, str], client_id: str, backend: Backend) -> Account:
    if "account_id" not in params:
        return accounts.with_project(params["project_id"], client_id, backend)
    if visit.request.path.startswith(accounts.HQ):
        region = accounts.region_of(visit.request)
        return accounts.visible(params["account_id"], client_id, backend, region)
    return accounts.visible(params["account_id"], client_id, backend)
