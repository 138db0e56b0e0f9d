"""The users of a project in the database: roles, acting user, companies."""

import json
from uuid import uuid5

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import Code
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.hq.body import joined
from bim360_provider.emulator.hq.enums import INDUSTRY_ROLES
from bim360_provider.emulator.hq.listing import page_of
from bim360_provider.emulator.http.errors import HqError
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import NAMESPACE, Row, Value
from bim360_provider.emulator.storage.rows import overwrite
from bim360_provider.emulator.storage.schema import COMPANY_FIELDS

ADMINISTRATORS = ("Project Manager", "VDC Manager")
"""Roles that come with an admin's access; which these are is an inference, the levels are not."""


def role_id(project_id: str, name: str) -> str:
    """Return a role's id, which is another one in each project (observed)."""
    return str(uuid5(NAMESPACE, f"{project_id}/{name}"))


def role_ids(project_id: str) -> dict[str, str]:
    """Return the names of a project's roles by their ids."""
    return {role_id(project_id, name): name for name in INDUSTRY_ROLES}


def list_industry_roles(call: Call) -> Reply:
    """Answer GET industry_roles: a bare array of all of them, no pages (observed)."""
    project_id = str(rows.visible(call)["id"])
    return Reply.json(
        200,
        [
            {
                "id": role,
                "project_id": project_id,
                "member_group_id": str(uuid5(NAMESPACE, f"{role}/members")),
                "name": name,
                call.options.industry_roles_key: _access(name),
            }
            for role, name in role_ids(project_id).items()
        ],
    )


def _access(role: str) -> dict[str, dict[str, str]]:
    administers = role in ADMINISTRATORS
    return {
        "project_administration": {"access_level": "project_admin" if administers else "no_access"},
        "document_management": {"access_level": "project_admin" if administers else "project_user"},
    }


FIELDS = (*COMPANY_FIELDS, "project_id", "member_group_id")

IN_PROJECT = "id IN (SELECT company_id FROM project_companies WHERE project_id = ?)"


def list_project_companies(call: Call) -> Reply:
    """Answer GET companies of a project: a company's fields and two more (documented)."""
    project = rows.visible(call)
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


SERVICE_TYPES = {"document_management": "doc_manager", "project_administration": "admin"}
"""The services that HQ v2 knows, and what they are called on a project."""


def find(call: Call, project: Row, user: Row) -> Row | None:
    """Return a user's row in a project, None where they are not in it."""
    sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
    return call.backend.store.row(sql, [project["id"], user["id"]])


def services_of(member: Row) -> dict[str, str]:
    """Return the access levels of a member, by service."""
    levels: dict[str, str] = json.loads(str(member["services"]))
    return levels


def roles_of(member: Row) -> list[str]:
    """Return the ids of a member's industry roles."""
    roles: list[str] = json.loads(str(member["industry_roles"]))
    return roles


def is_admin(member: Row) -> bool:
    """Say whether a member is an admin of anything in the project."""
    return "admin" in services_of(member).values()


def refuse_archived(project: Row) -> None:
    """Refuse to touch the users of an archived project (observed).

    Source: Autodesk's bim-360-api-forum, m-p/14007265.

    Raises:
        HqError: 422; the status is an inference.
    """
    if project["status"] == "archived":
        message = "the project is archived; its users cannot be changed"
        raise HqError(422, Code.ARCHIVED, message)


def add(call: Call, project: Row, user: Row, values: Row) -> Row:
    """Put a user into a project; mail goes out to who was not invited yet (inference)."""
    now = stamp(call.backend.clock.now())
    row: Row = {
        "company_id": user["company_id"],
        "industry_roles": "[]",
        "services": "{}",
        "modules": "",
        **values,
        "project_id": project["id"],
        "user_id": user["id"],
        "created_at": now,
        "updated_at": now,
    }
    call.backend.store.insert("members", row)
    if user["status"] == "not_invited":
        sent: Row = {"status": "pending", "updated_at": now}
        overwrite(call.backend.store, "users", user["seq"], sent)
    bring_company(call, project, row)
    return row


def change(call: Call, project: Row, member: Row, values: Row) -> Row:
    """Change a member and return the row."""
    values = {**values, "updated_at": stamp(call.backend.clock.now())}
    overwrite(call.backend.store, "members", member["seq"], values)
    bring_company(call, project, values)
    return {**member, **values}


def bring_company(call: Call, project: Row, member: Row) -> None:
    """Note that a company is in the project; it stays when the user goes (inference)."""
    if member.get("company_id") is not None:
        sql = "INSERT OR IGNORE INTO project_companies (project_id, company_id) VALUES (?, ?)"
        call.backend.store.run(sql, [project["id"], member["company_id"]])


def activate(call: Call, project: Row, services: set[str]) -> Row:
    """Activate services somebody was made an admin of, and with the first one the project.

    Documented: https://aps.autodesk.com/en/docs/bim360/v1/tutorials/activate-project/
    """
    if not services:
        return project
    active = {*str(project["active_services"]).split(","), *services} - {""}
    values: Row = {"active_services": joined(active)}
    if project["status"] == "pending":
        values["status"] = "active"
    if any(project[name] != value for name, value in values.items()):
        values["updated_at"] = stamp(call.backend.clock.now())
        overwrite(call.backend.store, "projects", project["seq"], values)
    return {**project, **values}


def shown(call: Call, project: Row, user: Row, member: Row) -> dict[str, JsonValue]:
    """Return a member as HQ v2 answers one (observed)."""
    levels = services_of(member)
    return {
        "email": user["email"],
        "company_id": member["company_id"],
        "industry_roles": [*roles_of(member)],
        "services": {name: {"access_level": level} for name, level in levels.items()},
        "user_id": user["id"],
        "project_id": project["id"],
        "account_id": call.account.id,
    }


HQ_HEADER = "x-user-id"
"""Documented for HQ v2:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/"""

ADMIN_HEADER = "user-id"
"""Documented for construction/admin; another name for the same thing:
https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)"""


def require(call: Call, project: Row, header: str = HQ_HEADER) -> None:
    """Let pass only who acts for an account admin or an admin of the project.

    The page asks for the user's ``id``; the vendor's set-up tool has sent the ``uid`` for years
    (observed), so both are taken.

    Raises:
        HqError: 403; the status is an inference.
    """
    acting = call.request.header(header)
    if not acting:
        if call.options.acting_user == "required":
            raise _forbidden(why=f"the request names no user: {header} is missing")
        return
    user = call.backend.store.row(
        "SELECT * FROM users WHERE account_id = ? AND (id = ? OR uid = ?)",
        [call.account.id, acting, acting],
    )
    if user is None or user["status"] == "inactive":
        raise _forbidden(why=f"{header} {acting} is no user of the account")
    if user["role"] != "account_admin" and not _administers(call, project, user):
        raise _forbidden(why="the user must be an account admin or an admin of the project")


def _administers(call: Call, project: Row, user: Row) -> bool:
    member = find(call, project, user)
    return member is not None and is_admin(member)


def _forbidden(*, why: str) -> HqError:
    return HqError(403, Code.ACTING_USER, why)
