"""The endpoints of account users.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/ and the pages
beside it.
"""

from uuid import uuid5

from pydantic import JsonValue

from bim360_provider.emulator import body, imports, rows, search
from bim360_provider.emulator.errors import HqError, refused
from bim360_provider.emulator.ids import NAMESPACE
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.listing import page_of
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.schema import USER_FIELDS
from bim360_provider.emulator.store import Row, Value
from bim360_provider.emulator.user_fields import CHANGED_USER, NEW_USER

CRITERIA = ("name", "email", "company_name")

NEVER_SIGNED_IN = ("pending", "not_invited")
"""Documented: such a user's status cannot be changed, see
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""


def create(call: Call) -> Reply:
    """Answer POST users: 201 with a user who is not invited yet (documented)."""
    return Reply.json(201, public(make(call, body.json_object(call.request))))


def imported(call: Call) -> Reply:
    """Answer POST users/import."""
    return imports.imported(call, lambda row: public(make(call, row)))


def listed(call: Call) -> Reply:
    """Answer GET users: a bare array (documented)."""
    page = page_of(call.request.arguments(), USER_FIELDS, call.options)
    found = rows.page(call, "listed_users", page)
    return Reply.json(200, [page.cut(public(user)) for user in found])


def searched(call: Call) -> Reply:
    """Answer GET users/search: fuzzy unless told otherwise (documented)."""
    query = call.request.arguments()
    page = page_of(query, USER_FIELDS, call.options, (*CRITERIA, *search.HOW))
    found = rows.page(call, "listed_users", page, *search.condition(query, CRITERIA))
    return Reply.json(200, [page.cut(public(user)) for user in found])


def shown(call: Call) -> Reply:
    """Answer GET one user, by ``id``."""
    return Reply.json(200, public(named(call)))


def changed(call: Call) -> Reply:
    """Answer PATCH user: status, default company and default role, nothing else (documented)."""
    user = named(call)
    sent = body.sent(body.json_object(call.request), CHANGED_USER, call.options)
    if "status" in sent and user["status"] in NEVER_SIGNED_IN:
        # Documented; that it is a 422 is an inference.
        message = f"a user who is {user['status']} cannot become {sent['status']}"
        raise HqError(422, Code.TRANSITION, message)
    check_company(call, sent.get("company_id"))
    if "default_role" in sent:
        sent["default_role_id"] = _role_id(call, sent["default_role"])
    rows.update(call, "users", user, sent)
    return Reply.json(200, public(named(call)))


def named(call: Call) -> Row:
    """Return the user in the call's path.

    Raises:
        HqError: 404/1004; the words are an inference.
    """
    return rows.one(call, "listed_users", call.params["user_id"], "user")


def make(call: Call, given: dict[str, JsonValue]) -> Row:
    """Insert a user who is not invited yet, and return the row.

    Raises:
        HqError: 400, 409 the e-mail is taken, 422 the company is not there.
    """
    user = body.whole(given, NEW_USER, call.options)
    if by_email(call, user["email"]) is not None:
        raise HqError(409, Code.EMAIL_TAKEN, f"the account has a user {user['email']}")
    check_company(call, user["company_id"])
    names = [str(user[part]) for part in ("first_name", "last_name") if user[part]]
    user["name"] = user["name"] or " ".join(names) or None
    user["default_role_id"] = _role_id(call, user["default_role"])
    fresh: Row = {**user, "role": "account_user", "status": "not_invited"}
    fresh |= {"uid": None, "last_sign_in": None}
    made = rows.insert(call, "users", "user", fresh)
    return rows.one(call, "listed_users", made["id"], "user")


def by_email(call: Call, email: Value) -> Row | None:
    """Return the account's user with an e-mail, whatever its case."""
    sql = "SELECT * FROM listed_users WHERE account_id = ? AND email = ? COLLATE NOCASE"
    return call.backend.store.row(sql, [call.account.id, email])


def check_company(call: Call, company_id: Value) -> None:
    """Check that a company is one of the account's, if one is named (inference).

    Raises:
        HqError: 422.
    """
    if company_id is not None and rows.find(call, "companies", company_id) is None:
        raise refused(why=f"company_id: the account has no company {company_id}")


def public(user: Row) -> Row:
    """Return the documented fields in the documented order."""
    return {name: user[name] for name in USER_FIELDS}


def _role_id(call: Call, role: Value) -> Value:
    """Return an id for a default role; what HQ's looks like is not known."""
    return None if role is None else str(uuid5(NAMESPACE, f"{call.account.id}/{role}"))
