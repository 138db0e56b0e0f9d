"""The endpoints of account users."""

from uuid import uuid5

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.hq import body, enums, listing
from bim360_provider.emulator.hq.values import (
    BodyField,
    build_choice_reader,
    read_text,
    read_uuid,
)
from bim360_provider.emulator.http.errors import HqApiError, build_unprocessable_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import ID_NAMESPACE, Row, SqlValue
from bim360_provider.emulator.storage.schema import USERS

USER_FIELDS = USERS.reply_fields

USER_CREATE_SCHEMA = body.build_schema(USERS.body_fields, USER_FIELDS)

USER_PATCH_SCHEMA = body.build_schema(
    (
        BodyField("status", build_choice_reader(enums.SETTABLE_USER_STATUSES), is_required=True),
        BodyField("company_id", read_uuid),
        BodyField("default_role", read_text),
    ),
    USER_FIELDS,
)
"""Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""

SEARCH_FIELDS = ("name", "email", "company_name")

NEVER_SIGNED_IN_STATUSES = ("pending", "not_invited")
"""Documented: such a user's status cannot be changed, see
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/"""


def create_user(call: ApiCall) -> Reply:
    """Handle POST users: 201 with a user who is not invited yet (documented)."""
    return Reply.from_content(201, format_user(insert_user(call, body.parse_object(call.request))))


def import_users(call: ApiCall) -> Reply:
    """Handle POST users/import."""
    return body.import_rows(call, lambda row: format_user(insert_user(call, row)))


def list_users(call: ApiCall) -> Reply:
    """Handle GET users: a bare array (documented)."""
    return listing.list_rows(call, "listed_users", USER_FIELDS)


def search_users(call: ApiCall) -> Reply:
    """Handle GET users/search: fuzzy by default (documented)."""
    return listing.search_rows(call, "listed_users", USER_FIELDS, SEARCH_FIELDS)


def get_user(call: ApiCall) -> Reply:
    """Handle GET one user, by ``id``."""
    return Reply.from_content(200, format_user(get_user_row(call)))


def patch_user(call: ApiCall) -> Reply:
    """Handle PATCH user: only status, default company and default role (documented)."""
    user = get_user_row(call)
    sent = body.parse_partial(body.parse_object(call.request), USER_PATCH_SCHEMA, call.options)
    if "status" in sent and user["status"] in NEVER_SIGNED_IN_STATUSES:
        # Documented; that it is a 422 is an inference.
        message = f"a user who is {user['status']} cannot become {sent['status']}"
        raise HqApiError(422, ErrorCode.TRANSITION, message)
    check_company(call, sent.get("company_id"))
    if "default_role" in sent:
        sent["default_role_id"] = _build_role_id(call, sent["default_role"])
    rows.update_row(call, "users", user, sent)
    return Reply.from_content(200, format_user(get_user_row(call)))


def get_user_row(call: ApiCall) -> Row:
    """Return the user in the call's path.

    Raises:
        HqApiError: 404/1004; the message is an inference.
    """
    return rows.get_row(call, "listed_users", call.params["user_id"], "user")


def insert_user(call: ApiCall, given: dict[str, JsonValue]) -> Row:
    """Insert a user who is not invited yet, and return the row.

    Raises:
        HqApiError: 400; 409, the e-mail is in use; 422, the company does not exist.
    """
    user = body.parse_full(given, USER_CREATE_SCHEMA, call.options)
    if find_user_by_email(call, user["email"]) is not None:
        raise HqApiError(409, ErrorCode.EMAIL_TAKEN, f"the account has a user {user['email']}")
    check_company(call, user["company_id"])
    names = [str(user[part]) for part in ("first_name", "last_name") if user[part]]
    user["name"] = user["name"] or " ".join(names) or None
    user["default_role_id"] = _build_role_id(call, user["default_role"])
    row: Row = {**user, "role": "account_user", "status": "not_invited"}
    row |= {"uid": None, "last_sign_in": None}
    created = rows.insert_row(call, "users", "user", row)
    return rows.get_row(call, "listed_users", created["id"], "user")


def find_user_by_email(call: ApiCall, email: SqlValue) -> Row | None:
    """Return the account's user with an e-mail, ignoring case."""
    sql = "SELECT * FROM listed_users WHERE account_id = ? AND email = ? COLLATE NOCASE"
    return call.hq.store.fetch_one(sql, [call.account.id, email])


def check_company(call: ApiCall, company_id: SqlValue) -> None:
    """Check that a named company is in the account (inference).

    Raises:
        HqApiError: 422.
    """
    if company_id is not None and rows.find_row(call, "companies", company_id) is None:
        raise build_unprocessable_error(
            reason=f"company_id: the account has no company {company_id}"
        )


def format_user(user: Row) -> Row:
    """Return the documented fields in the documented order."""
    return {name: user[name] for name in USER_FIELDS}


def _build_role_id(call: ApiCall, role: SqlValue) -> SqlValue:
    """Return the id of a default role; the form of HQ's is not known, see assumptions.py."""
    return None if role is None else str(uuid5(ID_NAMESPACE, f"{call.account.id}/{role}"))
