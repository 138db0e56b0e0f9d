"""The companies of a project: those of its users, and those it was made with.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-companies-GET/
"""

from uuid import uuid5

from bim360_provider.emulator import project_rows, rows
from bim360_provider.emulator.ids import NAMESPACE
from bim360_provider.emulator.listing import page_of
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.schema import COMPANY_FIELDS
from bim360_provider.emulator.store import Row, Value

FIELDS = (*COMPANY_FIELDS, "project_id", "member_group_id")

IN_PROJECT = "id IN (SELECT company_id FROM project_companies WHERE project_id = ?)"


def listed(call: Call) -> Reply:
    """Answer GET companies of a project: a company's fields and two more (documented)."""
    project = project_rows.visible(call)
    page = page_of(call.request.arguments(), FIELDS, call.options, sortable=COMPANY_FIELDS)
    found = rows.page(call, "companies", page, IN_PROJECT, [project["id"]])
    return Reply.json(200, [page.cut(_public(project, company)) for company in found])


def copy(call: Call, template_id: Value, project: Row) -> None:
    """Give a new project the companies of its template (documented: ``include_companies``)."""
    sql = (
        "INSERT OR IGNORE INTO project_companies (project_id, company_id) "
        "SELECT ?, company_id FROM project_companies WHERE project_id = ? ORDER BY seq"
    )
    call.backend.store.run(sql, [project["id"], template_id])


def add_first(call: Call, project: Row) -> None:
    """Give a new project a company, as HQ does even without a template (observed).

    Observed: https://github.com/JohnOnSoftware/forge-bim360.project.setup-postman.collection
    Which company it is has not been published; here it is the account's oldest, see invented.py.
    """
    sql = (
        "INSERT OR IGNORE INTO project_companies (project_id, company_id) "
        "SELECT ?, id FROM companies WHERE account_id = ? ORDER BY created_at, seq LIMIT 1"
    )
    call.backend.store.run(sql, [project["id"], call.account.id])


def _public(project: Row, company: Row) -> Row:
    group = uuid5(NAMESPACE, f"{project['id']}/{company['id']}")
    more: Row = {"project_id": project["id"], "member_group_id": str(group)}
    return {**{name: company[name] for name in COMPANY_FIELDS}, **more}
