"""Checks of the account and of its acting user."""

from typing import Any, Final

from bim360_provider.doctor.context import (
    CheckContext,
    Finding,
    report_failure,
    report_ok,
    report_warning,
)
from bim360_provider.errors import Bim360Error
from bim360_provider.hq.transport.errors import (
    DATA_ADVICE,
    PROVISIONING_ADVICE,
    choose_advice,
    describe_response,
    is_about_account,
)
from bim360_provider.hq.transport.message import Response
from bim360_provider.hq.transport.token import DATA_SCOPES
from bim360_provider.models import enums, normalize, user_ref
from bim360_provider.models.platform import PlatformPage

__all__ = ["check_account", "check_acting_user", "check_documents", "check_projects"]

NOT_FOUND: Final = 404
NOT_NEEDED: Final = "Stacks without folders do not need this."
ACTING_USER_REMEDY: Final = "Set BIM360_ACTING_USER to an account admin's e-mail, id or uid."
PAGE_SIZE: Final = 100
FORBIDDEN: Final = 403
TOO_MANY_REQUESTS: Final = 429
PROVISION_REMEDY: Final = PROVISIONING_ADVICE[:1].upper() + PROVISIONING_ADVICE[1:] + "."


def check_acting_user(context: CheckContext) -> Finding:
    """Check that the acting user exists and is an account admin."""
    reference = context.required_settings.acting_user
    if not reference:
        return report_ok("not set; only required for project members")
    if not (user_ref.is_email(reference) or normalize.UUID_PATTERN.fullmatch(reference)):
        return report_ok(f"{reference} is a uid, which HQ cannot look up; not checked")
    try:
        response = _request_user(context, reference)
    except Bim360Error as error:
        return report_warning(f"{reference} could not be read: {error}", "Run it again.")
    if not response.is_success and response.status != NOT_FOUND:
        return report_warning(
            f"{reference}: {describe_response(response, context.mask_secrets)}",
            choose_advice(response),
        )
    user = _find_user(response, reference)
    if user is None:
        return report_failure(f"{reference} is not a user of the account", ACTING_USER_REMEDY)
    return _assess_user(reference, user)


def check_account(context: CheckContext) -> Finding:
    """Read the first page of projects; if the account is not found, search the other regions."""
    query = {"limit": str(PAGE_SIZE), "sort": "created_at"}
    location = _describe_location(
        context.required_settings.region, legacy=context.required_settings.legacy_eu_path
    )
    try:
        response = context.required_probe.get("projects", query)
    except Bim360Error as error:
        return report_failure(f"no response: {error}", "Check the network, then run it again.")
    rows = response.json if response.is_success and response.has_json else None
    if isinstance(rows, list):
        context.project_count = len(rows)
        active = (row for row in rows if isinstance(row, dict) and row.get("status") == "active")
        context.active_project_id = str(next(active, {}).get("id", ""))
        return report_ok(f"{context.required_probe.connection.account_id} is visible in {location}")
    if response.is_success:
        return report_failure("the response is not a list of projects", "Check bim360:baseUrl.")
    if response.status == NOT_FOUND and is_about_account(response):
        return _search_other_regions(context, response, location)
    return _report_refusal(context, response)


def check_projects(context: CheckContext) -> Finding:
    """Report the number of projects of each platform."""
    count = context.project_count or 0
    try:
        acc_text = _count_acc_projects(context)
    except Bim360Error as error:
        acc_text = f"ACC projects could not be counted ({error})"
    text = f"{count} or more" if count == PAGE_SIZE else str(count)
    exported = "`bim360 export` writes those of BIM 360 as a stack"
    return report_ok(f"{text} of BIM 360, {acc_text}" + (f"; {exported}" if count else ""))


def _count_acc_projects(context: CheckContext) -> str:
    """Return the number of ACC projects, as text; folders can be checked in one of them.

    Raises:
    <<<<<<< HEAD
            Bim360Error: HQ sent no response.
    =======
            Bim360Error: No response arrived.
    >>>>>>> acc
    """
    path = f"/construction/admin/v1/accounts/{context.required_settings.account_id}/projects"
    response = context.required_probe.get_path(path, {"filter[platform]": "acc"})
    try:
        page = PlatformPage.model_validate(response.json if response.is_success else None)
    except ValueError:
        message = describe_response(response, context.mask_secrets)
        return f"ACC projects could not be counted ({message})"
    active = (project.id for project in page.results if project.status == "active")
    context.active_project_id = context.active_project_id or next(active, "")
    total = page.pagination.total
    return f"{len(page.results) if total is None else total} of ACC"


def check_documents(context: CheckContext) -> Finding:
    """Check the scopes and the access that folders need, with a token and a list of folders."""
    account_id, project_id = context.required_settings.account_id, context.active_project_id
    project = f"/project/v1/hubs/b.{account_id}/projects/b.{project_id}/topFolders"
    try:
        path = project if project_id else ""
        response = context.required_probe.get_with_scopes(path, DATA_SCOPES)
    except Bim360Error as error:
        return report_warning(f"not checked: {error}", "Run it again.")
    if response.is_success:
        extent = "can be read" if project_id else "are not listed yet: no project is active"
        return report_ok(f"folders {extent}")
    message = describe_response(response, context.mask_secrets)
    return report_warning(f"folders cannot be read: {message}", f"{DATA_ADVICE} {NOT_NEEDED}")


def _request_user(context: CheckContext, reference: str) -> Response:
    if user_ref.is_email(reference):
        # Partial, because an exact search may be case-sensitive.
        return context.required_probe.get(
            "users/search", {"email": reference, "partial": "true", "limit": "100"}
        )
    return context.required_probe.get(f"users/{reference}", {})


def _find_user(response: Response, reference: str) -> dict[str, Any] | None:
    body = response.json if response.is_success and response.has_json else None
    rows = body if isinstance(body, list) else [body]
    users = [row for row in rows if isinstance(row, dict)]
    if not user_ref.is_email(reference):
        return users[0] if users else None
    return next((each for each in users if str(each.get("email")).casefold() == reference), None)


def _assess_user(reference: str, user: dict[str, Any]) -> Finding:
    if user.get("status") != "active":
        return report_warning(
            f"{reference} has status {user.get('status')}, not active", ACTING_USER_REMEDY
        )
    if user.get("role") != "account_admin":
        return report_warning(
            f"{reference} is not an account admin",
            "Set an account admin, or add this user as admin to all projects with members.",
        )
    return report_ok(f"{reference} is an account admin")


def _report_refusal(context: CheckContext, response: Response) -> Finding:
    message = describe_response(response, context.mask_secrets)
    if response.status == TOO_MANY_REQUESTS:
        return report_failure(
            message, "Wait a minute, then run it again; check what else uses this client id."
        )
    if response.status == FORBIDDEN and not response.code.startswith("AUTH-"):
        return report_failure(message, PROVISION_REMEDY)
    return report_failure(message, choose_advice(response))


def _describe_location(region: str, *, legacy: bool) -> str:
    return "the legacy EU path" if legacy else f"region {region}"


def _search_other_regions(context: CheckContext, response: Response, location: str) -> Finding:
    for region in (each for each in enums.REGIONS if _is_other_region(context, each)):
        header = None if region == "US" else region
        if _has_account(context, region=header, legacy_eu_path=False):
            hint = "; unset bim360:legacyEuPath" if context.required_settings.legacy_eu_path else ""
            return report_failure(
                f"the account is not in {location}, but in {region}",
                f"Set BIM360_REGION={region}, or run `pulumi config set bim360:region {region}`"
                f"{hint}.",
            )
    if not context.required_settings.legacy_eu_path and _has_account(
        context, region=None, legacy_eu_path=True
    ):
        return report_failure(
            f"the account is not in {location}, but under the legacy EU path",
            "Set BIM360_LEGACY_EU_PATH=true, or run `pulumi config set bim360:legacyEuPath true`.",
        )
    return report_failure(
        f"{describe_response(response, context.mask_secrets)}; not in any other region either",
        "Check the account id (that of the hub, without its 'b.'); if it is correct: "
        f"{PROVISIONING_ADVICE}.",
    )


def _is_other_region(context: CheckContext, region: str) -> bool:
    return context.required_settings.legacy_eu_path or region != context.required_settings.region


def _has_account(context: CheckContext, **scope: Any) -> bool:
    try:
        response = context.required_probe.get("projects", {"limit": "1"}, **scope)
    except Bim360Error:
        return False
    # A 403 shows that the account exists in this region.
    return response.is_success or response.status == FORBIDDEN
