"""The endpoints of companies.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/
"""

from uuid import uuid5

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.hq import body, listing
from bim360_provider.emulator.http.errors import HqApiError
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import ID_NAMESPACE, Row
from bim360_provider.emulator.storage.schema import COMPANIES

COMPANY_FIELDS = COMPANIES.reply_fields

COMPANY_SCHEMA = body.build_schema(COMPANIES.body_fields, COMPANY_FIELDS)

PROJECT_COMPANY_FIELDS = (*COMPANY_FIELDS, "project_id", "member_group_id")

IN_PROJECT_SQL = "id IN (SELECT company_id FROM project_companies WHERE project_id = ?)"

SEARCH_FIELDS = ("name", "trade")


def create_company(call: ApiCall) -> Reply:
    """Handle POST companies: 201 with the company (documented)."""
    return Reply.from_content(201, _insert_company(call, body.parse_object(call.request)))


def import_companies(call: ApiCall) -> Reply:
    """Handle POST companies/import."""
    return body.import_rows(call, lambda row: _insert_company(call, row))


def list_companies(call: ApiCall) -> Reply:
    """Handle GET companies: a bare array (documented)."""
    return listing.list_rows(call, "companies", COMPANY_FIELDS)


def search_companies(call: ApiCall) -> Reply:
    """Handle GET companies/search: by name and trade, fuzzy by default (documented)."""
    return listing.search_rows(call, "companies", COMPANY_FIELDS, SEARCH_FIELDS)


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


def list_project_companies(call: ApiCall) -> Reply:
    """Handle GET companies of a project: a company's fields and two more (documented)."""
    project = rows.get_visible_project(call)
    page = listing.parse_page(
        call.request.parse_query(),
        PROJECT_COMPANY_FIELDS,
        call.options,
        sortable_fields=COMPANY_FIELDS,
    )
    found = listing.fetch_page(call, "companies", page, IN_PROJECT_SQL, [project["id"]])
    return Reply.from_content(
        200, [page.select_fields(_format_project_company(project, company)) for company in found]
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


def _format_project_company(project: Row, company: Row) -> Row:
    group = uuid5(ID_NAMESPACE, f"{project['id']}/{company['id']}")
    more: Row = {"project_id": project["id"], "member_group_id": str(group)}
    return {**format_company(company), **more}


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
