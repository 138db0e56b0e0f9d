"""The gateway: route, token, scope, quota and account of a request."""

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.hq.enums import REGIONS
from bim360_provider.emulator.hq.routes import ROUTE_NAMES, ROUTES, TOKEN_PATH, TOKEN_ROUTE
from bim360_provider.emulator.http import auth
from bim360_provider.emulator.http.errors import (
    HqApiError,
    build_bad_request_error,
    build_not_found_error,
)
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.http.routing import (
    ACCOUNT_ADMIN,
    ApiCall,
    ApiFamily,
    RequestContext,
    TargetAccount,
    build_unknown_route_error,
    find_route,
)
from bim360_provider.emulator.state import HqState

HQ_PREFIX = "/hq/"

DEFAULT_REGION = "US"
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

PREFIXED_PARAMETERS = ("account_id", "hub_id", "project_id")

ID_PREFIX = "b."

REFUSAL_MESSAGES = {
    "account_administration": "Unauthorized",
    "document_management": "You don't have permission to access this API",
}
"""What a client without access to an API reads. The second is observed in datamanagement.yaml of
https://github.com/autodesk-platform-services/aps-sdk-openapi"""

LEGACY_SEGMENT = "/regions/eu/"

LEGACY_REGION = "EMEA"
"""Documented as legacy: https://aps.autodesk.com/blog/bim-360-eu-data-center (the URI form)"""


def strip_region(path: str) -> str:
    """Return the path without the legacy ``regions/eu``."""
    return path.replace(LEGACY_SEGMENT, "/", 1) if path.startswith(HQ_PREFIX) else path


def strip_id_prefixes(params: dict[str, str]) -> dict[str, str]:
    """Return the parameters of a path without the prefix ``b.`` of ids.

    In Data Management the id of an account or project begins with it. Documented for
    bim360/admin: "GET Project Users is finally here", https://aps.autodesk.com/blog, March 2020.
    Observed for accounts in hq paths: https://github.com/mazerab/bim360-automation-postman
    That all other paths accept it as well is an inference.
    """
    return {
        name: value.removeprefix(ID_PREFIX) if name in PREFIXED_PARAMETERS else value
        for name, value in params.items()
    }


def check_id_prefixes(params: dict[str, str], family: ApiFamily) -> None:
    """Check that hub and project of a path have the prefix ``b.``, or have it not.

    Documented: Data Management's ids have it, those of folder permissions do not, see
    https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/

    Raises:
        HqApiError: 400 (inference).
    """
    if family.id_prefix == "optional":
        return
    for name in (each for each in PREFIXED_PARAMETERS if each in params):
        if params[name].startswith(ID_PREFIX) != (family.id_prefix == "required"):
            verb = "begin" if family.id_prefix == "required" else "not begin"
            raise build_bad_request_error(
                problem=f"{name} {params[name]} must {verb} with {ID_PREFIX}"
            )


def parse_region(request: IncomingRequest) -> str:
    """Return the region of a request; the legacy path overrides the header (inference).

    Raises:
        HqApiError: 400, the header names an unknown region (inference).
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
    account_id: str,
    client_id: str,
    hq: HqState,
    region: str | None = None,
    family: ApiFamily = ACCOUNT_ADMIN,
) -> TargetAccount:
    """Return an account to which the client has access.

    Observed: a wrong id, a wrong region and a missing custom integration have one reply, see
    https://github.com/Autodesk-Forge/forge-viewhubs/issues/4

    Args:
        account_id: The account's id.
        client_id: The client's id.
        hq: The state of HQ.
        region: The region; construction/admin needs none (documented).
        family: The API, which determines the access that the client needs.

    Raises:
        HqApiError: 404/1004 when the client cannot see it, 403 without access to the API.
    """
    found = hq.store.fetch_one(
        "SELECT a.id, a.services, c.account_administration, c.document_management FROM accounts a "
        "JOIN provisioning p ON p.account_id = a.id JOIN clients c ON c.client_id = p.client_id "
        "WHERE a.id = ? AND c.client_id = ? AND coalesce(?, a.region) = a.region",
        [account_id, client_id, region],
    )
    if found is None:
        raise build_not_found_error(entity="account")
    if not found[family.access]:
        raise HqApiError(403, ErrorCode.FORBIDDEN, REFUSAL_MESSAGES[family.access])
    return TargetAccount(str(found["id"]), tuple(str(found["services"]).split(",")))


def find_project_account(
    project_id: str, client_id: str, hq: HqState, family: ApiFamily = ACCOUNT_ADMIN
) -> TargetAccount:
    """Return the account of a project, if the client has access to it.

    Raises:
        HqApiError: 404/1004 when the client cannot see it, 403 without access to the API.
    """
    sql = (
        "SELECT p.account_id FROM projects p JOIN provisioning v ON v.account_id = p.account_id "
        "WHERE p.id = ? AND v.client_id = ?"
    )
    found = hq.store.fetch_one(sql, [project_id, client_id])
    if found is None:
        raise build_not_found_error(entity="project")
    return find_account(str(found["account_id"]), client_id, hq, family=family)


def route_request(request: IncomingRequest) -> RequestContext:
    """Find the route of a request, if any."""
    if (request.method, request.path) == ("POST", TOKEN_PATH):
        return RequestContext(request, route_name=TOKEN_ROUTE)
    found = find_route(ROUTES, request.method, strip_region(request.path))
    return RequestContext(request, found, route_name=found and found[0].name)


def dispatch_request(context: RequestContext, hq: HqState) -> Reply:
    """Authorize a request and call its handler.

    Raises:
        ApiError: The gateway or HQ refuses the request.
    """
    if context.route_name == TOKEN_ROUTE:
        context.client_id = auth.authenticate_client(context.request, hq)
        return auth.issue_token(context.request, context.client_id, hq)
    if context.route_match is None:
        raise build_unknown_route_error(context.request.method, context.request.path, ROUTE_NAMES)
    route, params = context.route_match
    caller = auth.authenticate_bearer(context.request, hq)
    context.client_id = caller.client_id
    auth.require_scope(caller, route.scope)
    hq.consume_quota(caller.client_id, route.quota)
    try:
        check_id_prefixes(params, route.family)
        params = strip_id_prefixes(params)
        account = _resolve_account(context, params, caller.client_id, hq)
        return route.handler(ApiCall(context.request, hq, account, params, caller.client_id))
    except HqApiError as error:
        raise context.error_type(error.status, error.code, error.message) from None


def _resolve_account(
    context: RequestContext, params: dict[str, str], client_id: str, hq: HqState
) -> TargetAccount:
    family = context.route_match[0].family if context.route_match else ACCOUNT_ADMIN
    account_id = params.get("account_id") or params.get("hub_id")
    if account_id is None:
        return find_project_account(params["project_id"], client_id, hq, family)
    hq_call = context.request.path.startswith(HQ_PREFIX)
    region = parse_region(context.request) if hq_call else None
    return find_account(account_id, client_id, hq, region, family)
