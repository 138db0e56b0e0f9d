"""The endpoints of account users."""

from uuid import uuid5

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import Code
from bim360_provider.emulator.hq import body, enums, listing
from bim360_provider.emulator.hq.body import (
    TEXT_LIMIT,
    Field,
    Shape,
    email,
    listed,
    text,
    unique_id,
)
from bim360_provider.emulator.hq.listing import page_of
from bim360_provider.emulator.http.errors import HqError, refused
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import NAMESPACE, Row, Value
from bim360_provider.emulator.storage.schema import USER_FIELDS

PROFILE = (
    Field("nickname", text(TEXT_LIMIT)),
    Field("first_name", text(TEXT_LIMIT)),
    Field("last_name", text(TEXT_LIMIT)),
    Field("image_url", text(TEXT_LIMIT)),
    Field("address_line_1", text(TEXT_LIMIT)),
    Field("address_line_2", text(TEXT_LIMIT)),
    Field("city", text(TEXT_LIMIT)),
    Field("state_or_province", text(TEXT_LIMIT)),
    Field("postal_code", text(TEXT_LIMIT)),
    Field("country", text(TEXT_LIMIT)),
    Field("phone", text(TEXT_LIMIT)),
    Field("company", text(TEXT_LIMIT)),
    Field("job_title", text(TEXT_LIMIT)),
    Field("industry", text(TEXT_LIMIT)),
    # One page prints 25; the others agree on 255.
    Field("about_me", text(TEXT_LIMIT)),
)
"""What the person's Autodesk profile overrides as soon as there is one."""

ANSWERED = (
    "id",
    "account_id",
    "role",
    "company_name",
    "last_sign_in",
    "uid",
    "default_role_id",
    "created_at",
    "updated_at",
)

NEW_USER = Shape(
    fields=(
        Field("email", email, required=True),
        Field("company_id", unique_id),
        # The vendor's OpenAPI file has `name` and lacks `default_role`, its page the other way
        # round; both are taken.
        Field("name", text(TEXT_LIMIT)),
        Field("default_role", text(TEXT_LIMIT)),
        *PROFILE,
    ),
    read_only=(*ANSWERED, "status"),
)

CHANGED_USER = Shape(
    fields=(
        Field("status", listed(enums.SETTABLE_USER_STATUSES), required=True),
        Field("company_id", unique_id),
        Field("default_role", text(TEXT_LIMIT)),
    ),
    read_only=(*ANSWERED, "email", "name", *(field.name for field in PROFILE)),
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""

CRITERIA = ("name", "email", "company_name")

NEVER_SIGNED_IN = ("pending", "not_invited")
"""Documented: such a user's status cannot be changed, see
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""


def create(call: Call) -> Reply:
    """Answer POST users: 201 with a user who is not invited yet (documented)."""
    return Reply.json(201, public(make(call, body.json_object(call.request))))


def imported(call: Call) -> Reply:
    """Answer POST users/import."""
    return body.imported(call, lambda row: public(make(call, row)))


def list_users(call: Call) -> Reply:
    """Answer GET users: a bare array (documented)."""
    page = page_of(call.request.arguments(), USER_FIELDS, call.options)
    found = rows.page(call, "listed_users", page)
    return Reply.json(200, [page.cut(public(user)) for user in found])


def searched(call: Call) -> Reply:
    """Answer GET users/search: fuzzy unless told otherwise (documented)."""
    query = call.request.arguments()
    page = page_of(query, USER_FIELDS, call.options, (*CRITERIA, *listing.HOW))
    found = rows.page(call, "listed_users", page, *listing.condition(query, CRITERIA))
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
