"""The endpoints of companies.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/
"""

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.hq import body, listing
from bim360_provider.emulator.hq.body import (
    TEXT_LIMIT,
    BodyField,
    BodySchema,
    build_text_reader,
    read_text,
    read_trade,
)
from bim360_provider.emulator.hq.listing import parse_page
from bim360_provider.emulator.http.errors import HqApiError
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row
from bim360_provider.emulator.storage.schema import COMPANY_FIELDS

COMPANY_SCHEMA = BodySchema(
    fields=(
        BodyField("name", build_text_reader(TEXT_LIMIT), is_required=True),
        BodyField("trade", read_trade, is_required=True),
        BodyField("address_line_1", build_text_reader(TEXT_LIMIT)),
        BodyField("address_line_2", build_text_reader(TEXT_LIMIT)),
        BodyField("city", build_text_reader(TEXT_LIMIT)),
        # The valid states and countries are on a page that was not readable.
        BodyField("state_or_province", build_text_reader(TEXT_LIMIT)),
        BodyField("postal_code", build_text_reader(TEXT_LIMIT)),
        BodyField("country", build_text_reader(TEXT_LIMIT)),
        BodyField("phone", build_text_reader(TEXT_LIMIT)),
        BodyField("website_url", build_text_reader(TEXT_LIMIT)),
        BodyField("description", build_text_reader(TEXT_LIMIT)),
        BodyField("erp_id", read_text),
        BodyField("tax_id", read_text),
    ),
    read_only_names=("id", "account_id", "created_at", "updated_at"),
)

SEARCH_FIELDS = ("name", "trade")


def create_company(call: ApiCall) -> Reply:
    """Handle POST companies: 201 with the company (documented)."""
    return Reply.from_content(201, _insert_company(call, body.parse_object(call.request)))


def import_companies(call: ApiCall) -> Reply:
    """Handle POST companies/import."""
    return body.import_rows(call, lambda row: _insert_company(call, row))


def list_companies(call: ApiCall) -> Reply:
    """Handle GET companies: a bare array (documented)."""
    page = parse_page(call.request.parse_query(), COMPANY_FIELDS, call.options)
    found = rows.fetch_page(call, "companies", page)
    return Reply.from_content(
        200, [page.select_fields(format_company(company)) for company in found]
    )


def search_companies(call: ApiCall) -> Reply:
    """Handle GET companies/search: by name and trade, fuzzy by default (documented)."""
    query = call.request.parse_query()
    page = parse_page(
        query, COMPANY_FIELDS, call.options, (*SEARCH_FIELDS, *listing.SEARCH_PARAMETERS)
    )
    found = rows.fetch_page(
        call, "companies", page, *listing.build_search_condition(query, SEARCH_FIELDS)
    )
    return Reply.from_content(
        200, [page.select_fields(format_company(company)) for company in found]
    )


def get_company(call: ApiCall) -> Reply:
    """Handle GET one company."""
    return Reply.from_content(200, format_company(get_company_row(call)))


def patch_company(call: ApiCall) -> Reply:
    """Handle PATCH company: 200; only what is sent changes (documented)."""
    company = get_company_row(call)
    sent = body.parse_partial(body.parse_object(call.request), COMPANY_SCHEMA, call.options)
    if sent.get("name", company["name"]) != company["name"]:
        _refuse_duplicate_name(call, sent)
    return Reply.from_content(
        200, format_company(rows.update_row(call, "companies", company, sent))
    )


def get_company_row(call: ApiCall) -> Row:
    """Return the company in the call's path.

    Raises:
        HqApiError: 404/1004; the message is an inference.
    """
    return rows.get_row(call, "companies", call.params["company_id"], "company")


def format_company(company: Row) -> Row:
    """Return the documented fields in the documented order."""
    return {name: company[name] for name in COMPANY_FIELDS}


def _insert_company(call: ApiCall, given: dict[str, JsonValue]) -> Row:
    company = body.parse_full(given, COMPANY_SCHEMA, call.options)
    _refuse_duplicate_name(call, company)
    return format_company(rows.insert_row(call, "companies", "company", company))


def _refuse_duplicate_name(call: ApiCall, company: Row) -> None:
    """Documented: names are unique in an account; that they are case-sensitive is an inference."""
    sql = "SELECT 1 FROM companies WHERE account_id = ? AND name = ?"
    if call.hq.store.fetch_one(sql, [call.account.id, company["name"]]) is not None:
        message = f'the account has a company named "{company["name"]}"'
        raise HqApiError(409, ErrorCode.COMPANY_TAKEN, message)
