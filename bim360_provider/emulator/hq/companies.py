"""What a company's body may say.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/
"""

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import Code
from bim360_provider.emulator.hq import body, listing
from bim360_provider.emulator.hq.body import TEXT_LIMIT, Field, Shape, any_text, text, trade
from bim360_provider.emulator.hq.listing import page_of
from bim360_provider.emulator.http.errors import HqError
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row
from bim360_provider.emulator.storage.schema import COMPANY_FIELDS

COMPANY = Shape(
    fields=(
        Field("name", text(TEXT_LIMIT), required=True),
        Field("trade", trade, required=True),
        Field("address_line_1", text(TEXT_LIMIT)),
        Field("address_line_2", text(TEXT_LIMIT)),
        Field("city", text(TEXT_LIMIT)),
        # Which states and countries there are stands on a page that could not be read.
        Field("state_or_province", text(TEXT_LIMIT)),
        Field("postal_code", text(TEXT_LIMIT)),
        Field("country", text(TEXT_LIMIT)),
        Field("phone", text(TEXT_LIMIT)),
        Field("website_url", text(TEXT_LIMIT)),
        Field("description", text(TEXT_LIMIT)),
        Field("erp_id", any_text),
        Field("tax_id", any_text),
    ),
    read_only=("id", "account_id", "created_at", "updated_at"),
)

CRITERIA = ("name", "trade")


def create(call: Call) -> Reply:
    """Answer POST companies: 201 with the company (documented)."""
    return Reply.json(201, _made(call, body.json_object(call.request)))


def imported(call: Call) -> Reply:
    """Answer POST companies/import."""
    return body.imported(call, lambda row: _made(call, row))


def listed(call: Call) -> Reply:
    """Answer GET companies: a bare array (documented)."""
    page = page_of(call.request.arguments(), COMPANY_FIELDS, call.options)
    found = rows.page(call, "companies", page)
    return Reply.json(200, [page.cut(public(company)) for company in found])


def searched(call: Call) -> Reply:
    """Answer GET companies/search: by name and trade, fuzzy unless told otherwise (documented)."""
    query = call.request.arguments()
    page = page_of(query, COMPANY_FIELDS, call.options, (*CRITERIA, *listing.HOW))
    found = rows.page(call, "companies", page, *listing.condition(query, CRITERIA))
    return Reply.json(200, [page.cut(public(company)) for company in found])


def shown(call: Call) -> Reply:
    """Answer GET one company."""
    return Reply.json(200, public(named(call)))


def changed(call: Call) -> Reply:
    """Answer PATCH company: 200; only what is sent changes (documented)."""
    company = named(call)
    sent = body.sent(body.json_object(call.request), COMPANY, call.options)
    if sent.get("name", company["name"]) != company["name"]:
        _refuse_taken(call, sent)
    return Reply.json(200, public(rows.update(call, "companies", company, sent)))


def named(call: Call) -> Row:
    """Return the company in the call's path.

    Raises:
        HqError: 404/1004; the words are an inference.
    """
    return rows.one(call, "companies", call.params["company_id"], "company")


def public(company: Row) -> Row:
    """Return the documented fields in the documented order."""
    return {name: company[name] for name in COMPANY_FIELDS}


def _made(call: Call, given: dict[str, JsonValue]) -> Row:
    company = body.whole(given, COMPANY, call.options)
    _refuse_taken(call, company)
    return public(rows.insert(call, "companies", "company", company))


def _refuse_taken(call: Call, company: Row) -> None:
    """Documented: names are unique in an account; that case matters is an inference."""
    sql = "SELECT 1 FROM companies WHERE account_id = ? AND name = ?"
    if call.backend.store.row(sql, [call.account.id, company["name"]]) is not None:
        message = f'the account has a company named "{company["name"]}"'
        raise HqError(409, Code.COMPANY_TAKEN, message)
