"""Checks of the account: visible to the app, in the region that is configured."""

from typing import Any, Final

from bim360_provider.doctor.case import Case
from bim360_provider.doctor.finding import Finding, failed, fine
from bim360_provider.errors import Bim360Error
from bim360_provider.hq.answer import Answer
from bim360_provider.hq.failure import PROVISION, advice, is_about_account, said
from bim360_provider.models import enums

__all__ = ["account", "projects"]

PAGE: Final = 100
NOT_FOUND: Final = 404
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
