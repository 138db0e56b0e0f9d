"""The users of a project in the database, and what becomes of a project that gets one."""

import json

from pydantic import JsonValue

from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.errors import HqError
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.rows import overwrite
from bim360_provider.emulator.store import Row
from bim360_provider.emulator.values import joined

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
