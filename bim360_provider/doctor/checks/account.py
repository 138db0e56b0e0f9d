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
    PROVISIONING_ADVICE,
    choose_advice,
    describe_response,
    is_about_account,
)
from bim360_provider.hq.transport.response import Response
from bim360_provider.models import enums, normalize, user_ref

__all__ = ["check_account", "check_acting_user", "check_projects"]

NOT_FOUND: Final = 404

ACTING_USER_REMEDY: Final = "Set BIM360_ACTING_USER to an account admin's e-mail, id or uid."


def check_acting_user(case: CheckContext) -> Finding:
    """Look the acting user up, and whether they are an account admin."""
    named = case.required_settings.acting_user
    if not named:
        return report_ok("none set; only members of projects need one")
    if not (user_ref.is_email(named) or normalize.UUID_PATTERN.fullmatch(named)):
        return report_ok(f"{named} is a uid, which HQ has no look-up for; not checked")
    try:
        answer = _request_user(case, named)
    except Bim360Error as error:
        return report_warning(f"{named} could not be looked up: {error}", "Run it again.")
    if not answer.is_success and answer.status != NOT_FOUND:
        return report_warning(
            f"{named}: {describe_response(answer, case.mask_secrets)}", choose_advice(answer)
        )
    user = _find_user(answer, named)
    if user is None:
        return report_failure(f"{named} is no user of the account", ACTING_USER_REMEDY)
    return _assess_user(named, user)


def _request_user(case: CheckContext, named: str) -> Response:
    if user_ref.is_email(named):
        # Not exact: an exact search may tell upper from lower case.
        return case.required_probe.get(
            "users/search", {"email": named, "partial": "true", "limit": "100"}
        )
    return case.required_probe.get(f"users/{named}", {})


def _find_user(answer: Response, named: str) -> dict[str, Any] | None:
    body = answer.json if answer.is_success and answer.has_json else None
    rows = body if isinstance(body, list) else [body]
    users = [row for row in rows if isinstance(row, dict)]
    if not user_ref.is_email(named):
        return users[0] if users else None
    return next((each for each in users if str(each.get("email")).casefold() == named), None)


def _assess_user(named: str, user: dict[str, Any]) -> Finding:
    if user.get("status") != "active":
        return report_warning(f"{named} is {user.get('status')}, not active", ACTING_USER_REMEDY)
    if user.get("role") != "account_admin":
        return report_warning(
            f"{named} is no account admin",
            "They must be an admin of every project that gets members; or name an account admin.",
        )
    return report_ok(f"{named} is an account admin")


PAGE_SIZE: Final = 100

FORBIDDEN: Final = 403

TOO_MANY_REQUESTS: Final = 429

PROVISION_REMEDY: Final = PROVISIONING_ADVICE[:1].upper() + PROVISIONING_ADVICE[1:] + "."


def check_account(case: CheckContext) -> Finding:
    """Ask for the account's first page of projects; where it is not found, in the other regions."""
    asked = {"limit": str(PAGE_SIZE), "sort": "created_at"}
    place = _describe_place(
        case.required_settings.region, legacy=case.required_settings.legacy_eu_path
    )
    try:
        answer = case.required_probe.get("projects", asked)
    except Bim360Error as error:
        return report_failure(f"no answer: {error}", "Check the network, then run it again.")
    rows = answer.json if answer.is_success and answer.has_json else None
    if isinstance(rows, list):
        case.project_count = len(rows)
        return report_ok(f"{case.required_probe.connection.account_id} is visible in {place}")
    if answer.is_success:
        return report_failure("the answer is no list of projects", "Check bim360:baseUrl.")
    if answer.status == NOT_FOUND and is_about_account(answer):
        return _search_other_regions(case, answer, place)
    return _report_refusal(case, answer)


def _report_refusal(case: CheckContext, answer: Response) -> Finding:
    seen = describe_response(answer, case.mask_secrets)
    if answer.status == TOO_MANY_REQUESTS:
        return report_failure(
            seen, "Wait a minute, then run it again; see who else uses this client id."
        )
    if answer.status == FORBIDDEN and not answer.code.startswith("AUTH-"):
        return report_failure(seen, PROVISION_REMEDY)
    return report_failure(seen, choose_advice(answer))


def _describe_place(region: str, *, legacy: bool) -> str:
    return "the legacy path of the EU" if legacy else f"region {region}"


def _search_other_regions(case: CheckContext, answer: Response, place: str) -> Finding:
    for region in (each for each in enums.REGIONS if _is_other_region(case, each)):
        header = None if region == "US" else region
        if _has_account(case, region=header, legacy_eu_path=False):
            unset = (
                "; take bim360:legacyEuPath out" if case.required_settings.legacy_eu_path else ""
            )
            return report_failure(
                f"the account is not in {place}, but in {region}",
                f"Set BIM360_REGION={region}, or run `pulumi config set bim360:region {region}`"
                f"{unset}.",
            )
    if not case.required_settings.legacy_eu_path and _has_account(
        case, region=None, legacy_eu_path=True
    ):
        return report_failure(
            f"the account is not in {place}, but under the legacy path of the EU",
            "Set BIM360_LEGACY_EU_PATH=true, or run `pulumi config set bim360:legacyEuPath true`.",
        )
    return report_failure(
        f"{describe_response(answer, case.mask_secrets)}; no other region has it either",
        f"Check the account id (the hub's, without its 'b.'); if it is right: {PROVISIONING_ADVICE}.",
    )


def _is_other_region(case: CheckContext, region: str) -> bool:
    return case.required_settings.legacy_eu_path or region != case.required_settings.region


def _has_account(case: CheckContext, **place: Any) -> bool:
    try:
        answer = case.required_probe.get("projects", {"limit": "1"}, **place)
    except Bim360Error:
        return False
    # Who is there but may not be seen answers 403: that is the region all the same.
    return answer.is_success or answer.status == FORBIDDEN


def check_projects(case: CheckContext) -> Finding:
    """Say how many projects are there to be taken over."""
    count = case.project_count or 0
    if not count:
        return report_ok("none yet")
    many = f"{count} or more" if count == PAGE_SIZE else str(count)
    return report_ok(f"{many} there; `bim360 export` writes them down as a stack")
