"""The gateway before HQ: route, token, scope, quota and account of a request."""

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.hq.enums import REGIONS
from bim360_provider.emulator.hq.routes import ROUTE_NAMES, ROUTES, TOKEN_PATH, TOKEN_ROUTE
from bim360_provider.emulator.http import auth
from bim360_provider.emulator.http.errors import (
    HqApiError,
    build_bad_request_error,
    build_not_found_error,
)
from bim360_provider.emulator.http.messages import Reply, Request
from bim360_provider.emulator.http.routing import (
    ApiCall,
    RequestContext,
    TargetAccount,
    build_unknown_route_error,
    find_route,
)

HQ_PREFIX = "/hq/"

DEFAULT_REGION = "US"
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

PREFIXED_PARAMETERS = ("account_id", "project_id")

LEGACY_SEGMENT = "/regions/eu/"

LEGACY_REGION = "EMEA"
"""Documented as legacy: https://aps.autodesk.com/blog/bim-360-eu-data-center (the URI form)"""


def strip_region(path: str) -> str:
    """Return the path with the legacy ``regions/eu`` taken out."""
    return path.replace(LEGACY_SEGMENT, "/", 1) if path.startswith(HQ_PREFIX) else path


def strip_id_prefixes(params: dict[str, str]) -> dict[str, str]:
    """Return the parameters of a path with the ids of hubs as ids of accounts, and so on.

    In Data Management the id of an account or project begins with ``b.``. Documented for
    bim360/admin: "GET Project Users is finally here", https://aps.autodesk.com/blog, March 2020.
    Observed for accounts in hq paths: https://github.com/mazerab/bim360-automation-postman
    That all other paths accept it as well is an inference.
    """
    return {
        name: value.removeprefix("b.") if name in PREFIXED_PARAMETERS else value
        for name, value in params.items()
    }


def parse_region(request: Request) -> str:
    """Return the region a request goes to; the legacy path wins over the header (inference).

    Raises:
        HqError: 400, the header names no region there is (inference).
    """
    if LEGACY_SEGMENT in request.path:
        return LEGACY_REGION
    region = request.get_header("region") or DEFAULT_REGION
    if region not in REGIONS:
        raise build_bad_request_error(
            problem=f'Region "{region}" is not one of {", ".join(REGIONS)}'
        )
    return region


def find_account(
    account_id: str, client_id: str, backend: Backend, region: str | None = None
) -> TargetAccount:
    """Return an account the client was let into.

    Observed: a wrong id, a wrong region and a missing custom integration all look alike, see
    https://github.com/Autodesk-Forge/forge-viewhubs/issues/4

    Args:
        account_id: The account.
        client_id: The client.
        backend: Where both are looked up.
        region: Where it is looked for; construction/admin finds it by itself (documented).

    Raises:
        HqError: 404/1004 when the client cannot see it, 403 without Account Administration.
    """
    found = backend.store.fetch_one(
        "SELECT a.id, a.services, c.account_administration FROM accounts a "
        "JOIN provisioning p ON p.account_id = a.id JOIN clients c ON c.client_id = p.client_id "
        "WHERE a.id = ? AND c.client_id = ? AND coalesce(?, a.region) = a.region",
        [account_id, client_id, region],
    )
    if found is None:
        raise build_not_found_error(entity="account")
    if not found["account_administration"]:
        raise HqApiError(403, ErrorCode.FORBIDDEN, "Unauthorized")
    return TargetAccount(str(found["id"]), tuple(str(found["services"]).split(",")))


def find_project_account(project_id: str, client_id: str, backend: Backend) -> TargetAccount:
    """Return the account a project is in, if the client was let into it.

    Raises:
        HqError: 404/1004 when the client cannot see it, 403 without Account Administration.
    """
    sql = (
        "SELECT p.account_id FROM projects p JOIN provisioning v ON v.account_id = p.account_id "
        "WHERE p.id = ? AND v.client_id = ?"
    )
    found = backend.store.fetch_one(sql, [project_id, client_id])
    if found is None:
        raise build_not_found_error(entity="project")
    return find_account(str(found["account_id"]), client_id, backend)


def route_request(request: Request) -> RequestContext:
    """Find out which route a request is for, if any."""
    if (request.method, request.path) == ("POST", TOKEN_PATH):
        return RequestContext(request, route_name=TOKEN_ROUTE)
    found = find_route(ROUTES, request.method, strip_region(request.path))
    return RequestContext(request, found, route_name=found and found[0].name)


def dispatch_request(visit: RequestContext, backend: Backend) -> Reply:
    """Take a request to its endpoint.

    Raises:
        RefusedError: The gateway or HQ says no.
    """
    if visit.route_name == TOKEN_ROUTE:
        visit.client_id = auth.authenticate_client(visit.request, backend)
        return auth.issue_token(visit.request, visit.client_id, backend)
    if visit.route_match is None:
        raise build_unknown_route_error(visit.request.method, visit.request.path, ROUTE_NAMES)
    route, params = visit.route_match[0], strip_id_prefixes(visit.route_match[1])
    caller = auth.authenticate_bearer(visit.request, backend)
    visit.client_id = caller.client_id
    auth.require_scope(caller, route.scope)
    backend.consume_quota(caller.client_id, route.quota)
    account = _resolve_account(visit, params, caller.client_id, backend)
    return route.handler(ApiCall(visit.request, backend, account, params))


def _resolve_account(
    visit: RequestContext, params: dict[str, str], client_id: str, backend: Backend
) -> TargetAccount:
    if "account_id" not in params:
        return find_project_account(params["project_id"], client_id, backend)
    if visit.request.path.startswith(HQ_PREFIX):
        region = parse_region(visit.request)
        return find_account(params["account_id"], client_id, backend, region)
    return find_account(params["account_id"], client_id, backend)
