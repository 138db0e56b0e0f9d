"""Checks of the account and of its acting user."""

from typing import Any, Final

from bim360_provider.doctor.context import Case, Finding, failed, fine, warned
from bim360_provider.errors import Bim360Error
from bim360_provider.hq.transport.errors import PROVISION, advice, is_about_account, said
from bim360_provider.hq.transport.response import Answer
from bim360_provider.models import enums, normalize, user_ref

__all__ = ["account", "acting_user", "projects"]

NOT_FOUND: Final = 404

ANOTHER: Final = "Set BIM360_ACTING_USER to an account admin's e-mail, id or uid."


def acting_user(case: Case) -> Finding:
    """Look the acting user up, and whether they are an account admin."""
    named = case.known.acting_user
    if not named:
        return fine("none set; only members of projects need one")
    if not (user_ref.is_email(named) or normalize.UUID.fullmatch(named)):
        return fine(f"{named} is a uid, which HQ has no look-up for; not checked")
    try:
        answer = _asked(case, named)
    except Bim360Error as error:
        return warned(f"{named} could not be looked up: {error}", "Run it again.")
    if not answer.is_success and answer.status != NOT_FOUND:
        return warned(f"{named}: {said(answer, case.masked)}", advice(answer))
    user = _found(answer, named)
    if user is None:
        return failed(f"{named} is no user of the account", ANOTHER)
    return _judged(named, user)


def _asked(case: Case, named: str) -> Answer:
    if user_ref.is_email(named):
        # Not exact: an exact search may tell upper from lower case.
        return case.hq.get("users/search", {"email": named, "partial": "true", "limit": "100"})
    return case.hq.get(f"users/{named}", {})


def _found(answer: Answer, named: str) -> dict[str, Any] | None:
    body = answer.json if answer.is_success and answer.has_json else None
    rows = body if isinstance(body, list) else [body]
    users = [row for row in rows if isinstance(row, dict)]
    if not user_ref.is_email(named):
        return users[0] if users else None
    return next((each for each in users if str(each.get("email")).casefold() == named), None)


def _judged(named: str, user: dict[str, Any]) -> Finding:
    if user.get("status") != "active":
        return warned(f"{named} is {user.get('status')}, not active", ANOTHER)
    if user.get("role") != "account_admin":
        return warned(
            f"{named} is no account admin",
            "They must be an admin of every project that gets members; or name an account admin.",
        )
    return fine(f"{named} is an account admin")


PAGE: Final = 100

FORBIDDEN: Final = 403

TOO_MANY: Final = 429

LET_IN: Final = PROVISION[:1].upper() + PROVISION[1:] + "."


def account(case: Case) -> Finding:
    """Ask for the account's first page of projects; where it is not found, in the other regions."""
    asked = {"limit": str(PAGE), "sort": "created_at"}
    place = _place(case.known.region, legacy=case.known.legacy_eu_path)
    try:
        answer = case.hq.get("projects", asked)
    except Bim360Error as error:
        return failed(f"no answer: {error}", "Check the network, then run it again.")
    rows = answer.json if answer.is_success and answer.has_json else None
    if isinstance(rows, list):
        case.projects = len(rows)
        return fine(f"{case.hq.connection.account_id} is visible in {place}")
    if answer.is_success:
        return failed("the answer is no list of projects", "Check bim360:baseUrl.")
    if answer.status == NOT_FOUND and is_about_account(answer):
        return _elsewhere(case, answer, place)
    return _refused(case, answer)


def _refused(case: Case, answer: Answer) -> Finding:
    seen = said(answer, case.masked)
    if answer.status == TOO_MANY:
        return failed(seen, "Wait a minute, then run it again; see who else uses this client id.")
    if answer.status == FORBIDDEN and not answer.code.startswith("AUTH-"):
        return failed(seen, LET_IN)
    return failed(seen, advice(answer))


def _place(region: str, *, legacy: bool) -> str:
    return "the legacy path of the EU" if legacy else f"region {region}"


def _elsewhere(case: Case, answer: Answer, place: str) -> Finding:
    for region in (each for each in enums.REGIONS if _is_other(case, each)):
        header = None if region == "US" else region
        if _answers(case, region=header, legacy_eu_path=False):
            unset = "; take bim360:legacyEuPath out" if case.known.legacy_eu_path else ""
            return failed(
                f"the account is not in {place}, but in {region}",
                f"Set BIM360_REGION={region}, or run `pulumi config set bim360:region {region}`"
                f"{unset}.",
            )
    if not case.known.legacy_eu_path and _answers(case, region=None, legacy_eu_path=True):
        return failed(
            f"the account is not in {place}, but under the legacy path of the EU",
            "Set BIM360_LEGACY_EU_PATH=true, or run `pulumi config set bim360:legacyEuPath true`.",
        )
    return failed(
        f"{said(answer, case.masked)}; no other region has it either",
        f"Check the account id (the hub's, without its 'b.'); if it is right: {PROVISION}.",
    )


def _is_other(case: Case, region: str) -> bool:
    return case.known.legacy_eu_path or region != case.known.region


def _answers(case: Case, **place: Any) -> bool:
    try:
        answer = case.hq.get("projects", {"limit": "1"}, **place)
    except Bim360Error:
        return False
    # Who is there but may not be seen answers 403: that is the region all the same.
    return answer.is_success or answer.status == FORBIDDEN


def projects(case: Case) -> Finding:
    """Say how many projects are there to be taken over."""
    count = case.projects or 0
    if not count:
        return fine("none yet")
    many = f"{count} or more" if count == PAGE else str(count)
    return fine(f"{many} there; `bim360 export` writes them down as a stack")
