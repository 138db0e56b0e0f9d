"""Check of the acting user: on whose behalf members are added."""

from typing import Any, Final

from bim360_provider.doctor.case import Case
from bim360_provider.doctor.finding import Finding, failed, fine, warned
from bim360_provider.errors import Bim360Error
from bim360_provider.hq.answer import Answer
from bim360_provider.hq.failure import advice, said
from bim360_provider.models import normal, person

__all__ = ["acting_user"]

NOT_FOUND: Final = 404
ANOTHER: Final = "Set BIM360_ACTING_USER to an account admin's e-mail, id or uid."


def acting_user(case: Case) -> Finding:
    """Look the acting user up, and whether they are an account admin."""
    named = case.known.acting_user
    if not named:
        return fine("none set; only members of projects need one")
    if not (person.is_email(named) or normal.UUID.fullmatch(named)):
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
    if person.is_email(named):
        # Not exact: an exact search may tell upper from lower case.
        return case.hq.get("users/search", {"email": named, "partial": "true", "limit": "100"})
    return case.hq.get(f"users/{named}", {})


def _found(answer: Answer, named: str) -> dict[str, Any] | None:
    body = answer.json if answer.is_success and answer.has_json else None
    rows = body if isinstance(body, list) else [body]
    users = [row for row in rows if isinstance(row, dict)]
    if not person.is_email(named):
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
