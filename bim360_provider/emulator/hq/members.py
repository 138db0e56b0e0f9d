"""The users of a project: roles, services and the acting user."""

import json
from uuid import uuid5

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.hq.enums import INDUSTRY_ROLES
from bim360_provider.emulator.hq.values import join_services
from bim360_provider.emulator.http.errors import HqApiError
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import ID_NAMESPACE, Row
from bim360_provider.emulator.storage.rows import update_columns

ADMIN_ROLES = ("Project Manager", "VDC Manager")
"""Roles with an admin's access; which roles these are is an inference, the levels are not."""

SERVICE_TYPES = {"document_management": "doc_manager", "project_administration": "admin"}
"""The services of HQ v2, and their names on a project."""

HQ_ACTING_USER_HEADER = "x-user-id"
"""Documented for HQ v2:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/"""

ADMIN_ACTING_USER_HEADER = "user-id"
"""Documented for construction/admin; another name for the same header:
https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)"""


def build_role_id(project_id: str, name: str) -> str:
    """Return a role's id, which differs between projects (observed)."""
    return str(uuid5(ID_NAMESPACE, f"{project_id}/{name}"))


def map_role_names(project_id: str) -> dict[str, str]:
    """Return the names of a project's roles by their ids."""
    return {build_role_id(project_id, name): name for name in INDUSTRY_ROLES}


def list_industry_roles(call: ApiCall) -> Reply:
    """Handle GET industry_roles: a bare array of all of them, no pages (observed)."""
    project_id = str(rows.get_bim360_project(call)["id"])
    return Reply.from_content(
        200,
        [
            {
                "id": role,
                "project_id": project_id,
                "member_group_id": str(uuid5(ID_NAMESPACE, f"{role}/members")),
                "name": name,
                call.options.industry_roles_key: _build_role_access(name),
            }
            for role, name in map_role_names(project_id).items()
        ],
    )


def _build_role_access(role: str) -> dict[str, dict[str, str]]:
    administers = role in ADMIN_ROLES
    return {
        "project_administration": {"access_level": "project_admin" if administers else "no_access"},
        "document_management": {"access_level": "project_admin" if administers else "project_user"},
    }


def find_member(call: ApiCall, project: Row, user: Row) -> Row | None:
    """Return a user's row in a project, None if they are not in it."""
    sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
    return call.hq.store.fetch_one(sql, [project["id"], user["id"]])


def parse_services(member: Row) -> dict[str, str]:
    """Return the access levels of a member, by service."""
    levels: dict[str, str] = json.loads(str(member["services"]))
    return levels


def parse_roles(member: Row) -> list[str]:
    """Return the ids of a member's industry roles."""
    roles: list[str] = json.loads(str(member["industry_roles"]))
    return roles


def is_admin(member: Row) -> bool:
    """Return whether a member is an admin of any service of the project."""
    return "admin" in parse_services(member).values()


def refuse_archived_project(project: Row) -> None:
    """Refuse to change the users of an archived project (observed).

    Source: Autodesk's bim-360-api-forum, m-p/14007265.

    Raises:
        HqApiError: 422; the status is an inference.
    """
    if project["status"] == "archived":
        message = "the project is archived; its users cannot be changed"
        raise HqApiError(422, ErrorCode.ARCHIVED, message)


def add_member(call: ApiCall, project: Row, user: Row, values: Row) -> Row:
    """Add a user to a project; a user who was not invited yet gets an invitation (inference)."""
    now = format_timestamp(call.hq.clock.now())
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
    call.hq.store.insert("members", row)
    if user["status"] == "not_invited":
        sent: Row = {"status": "pending", "updated_at": now}
        update_columns(call.hq.store, "users", user["seq"], sent)
    add_member_company(call, project, row)
    return row


def update_member(call: ApiCall, project: Row, member: Row, values: Row) -> Row:
    """Change a member and return the row."""
    values = {**values, "updated_at": format_timestamp(call.hq.clock.now())}
    update_columns(call.hq.store, "members", member["seq"], values)
    add_member_company(call, project, values)
    return {**member, **values}


def add_member_company(call: ApiCall, project: Row, member: Row) -> None:
    """Add a user's company to the project; it stays when the user is removed (inference)."""
    if member.get("company_id") is not None:
        sql = "INSERT OR IGNORE INTO project_companies (project_id, company_id) VALUES (?, ?)"
        call.hq.store.execute(sql, [project["id"], member["company_id"]])


def activate_services(call: ApiCall, project: Row, services: set[str]) -> Row:
    """Activate services that have got an admin, and with the first one the project.

    Documented: https://aps.autodesk.com/en/docs/bim360/v1/tutorials/activate-project/
    """
    if not services:
        return project
    active = {*str(project["active_services"]).split(","), *services} - {""}
    values: Row = {"active_services": join_services(active)}
    if project["status"] == "pending":
        values["status"] = "active"
    if any(project[name] != value for name, value in values.items()):
        values["updated_at"] = format_timestamp(call.hq.clock.now())
        update_columns(call.hq.store, "projects", project["seq"], values)
    return {**project, **values}


def format_member(call: ApiCall, project: Row, user: Row, member: Row) -> dict[str, JsonValue]:
    """Return a member as in HQ v2's replies (observed)."""
    levels = parse_services(member)
    return {
        "email": user["email"],
        "company_id": member["company_id"],
        "industry_roles": [*parse_roles(member)],
        "services": {name: {"access_level": level} for name, level in levels.items()},
        "user_id": user["id"],
        "project_id": project["id"],
        "account_id": call.account.id,
    }


def require_acting_admin(call: ApiCall, project: Row, header: str = HQ_ACTING_USER_HEADER) -> None:
    """Refuse a request unless its acting user is an admin of the account or of the project.

    The page requires the user's ``id``; the vendor's set-up tool has sent the ``uid`` for years
    (observed), so both are accepted.

    Raises:
        HqApiError: 403; the status is an inference.
    """
    acting = call.request.get_header(header)
    if not acting:
        if call.options.acting_user == "required":
            raise _build_forbidden_error(reason=f"the request names no user: {header} is missing")
        return
    user = call.hq.store.fetch_one(
        "SELECT * FROM users WHERE account_id = ? AND (id = ? OR uid = ?)",
        [call.account.id, acting, acting],
    )
    if user is None or user["status"] == "inactive":
        raise _build_forbidden_error(reason=f"{header} {acting} is not a user of the account")
    if user["role"] != "account_admin" and not _is_project_admin(call, project, user):
        raise _build_forbidden_error(
            reason="the user must be an account admin or an admin of the project"
        )


def _is_project_admin(call: ApiCall, project: Row, user: Row) -> bool:
    member = find_member(call, project, user)
    return member is not None and is_admin(member)


def _build_forbidden_error(*, reason: str) -> HqApiError:
    return HqApiError(403, ErrorCode.ACTING_USER, reason)
