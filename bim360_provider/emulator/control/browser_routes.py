"""The handlers of the control plane for the actions of users in the browser."""

from pydantic import JsonValue, ValidationError

from bim360_provider.emulator.control import browser_actions
from bim360_provider.emulator.control.browser_actions import (
    COMPANY_KIND,
    PROJECT_KIND,
    USER_KIND,
    EntityKind,
)
from bim360_provider.emulator.control.request import ControlRequest, ControlRequestError
from bim360_provider.emulator.instance import EmulatorInstance
from bim360_provider.emulator.seed.database import build_member_row, dump_member
from bim360_provider.emulator.seed.models import SeedError, SeedMember, format_first_problem
from bim360_provider.emulator.storage.database import Row
from bim360_provider.emulator.storage.rows import update_columns


def update_project(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Change a project as a user in the browser would."""
    return _update_entity(instance, PROJECT_KIND, request, "project")


def update_company(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Change a company as a user in the browser would."""
    return _update_entity(instance, COMPANY_KIND, request, "company")


def update_user(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Change a user of an account as an admin in the browser would."""
    return _update_entity(instance, USER_KIND, request, "user")


def delete_project(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Delete a project, which HQ itself cannot."""
    return _delete_entity(instance, PROJECT_KIND, request, "project")


def delete_company(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Delete a company, which HQ itself cannot."""
    return _delete_entity(instance, COMPANY_KIND, request, "company")


def delete_user(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Delete a user of an account, also from its projects, which HQ itself cannot."""
    return _delete_entity(instance, USER_KIND, request, "user")


def sign_in_user(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Let a user sign in for the first time, or again."""
    user_id = request.path_segments[1]
    return {**require_row(browser_actions.sign_in_user(instance.backend, user_id), "user", user_id)}


def require_row(row: Row | None, entity: str, entity_id: str) -> Row:
    """Return the row of an entity.

    Raises:
        ControlRequestError: There is no such row.
    """
    if row is None:
        msg = f"there is no {entity} {entity_id}"
        raise ControlRequestError(msg)
    return row


def _update_entity(
    instance: EmulatorInstance, kind: EntityKind, request: ControlRequest, entity: str
) -> JsonValue:
    row = browser_actions.update_entity(
        instance.backend, kind, request.target_id, request.parse_fields()
    )
    return {**require_row(row, entity, request.target_id)}


def _delete_entity(
    instance: EmulatorInstance, kind: EntityKind, request: ControlRequest, entity: str
) -> JsonValue:
    require_row(
        {} if browser_actions.delete_entity(instance.backend, kind, request.target_id) else None,
        entity,
        request.target_id,
    )
    return {}


def add_member(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Add a user of the account to a project, without HQ's rules."""
    project = _find_project(instance, request.path_segments[1])
    member = _parse_member(request.parse_fields())
    sql = "SELECT * FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    found = [project["account_id"], member.user_id, member.email]
    reference = member.email or member.user_id or "without email or user_id"
    user = require_row(instance.backend.store.fetch_one(sql, found), "user", reference)
    row = build_member_row(instance.backend, member, str(project["id"]), str(user["id"]))
    instance.backend.store.execute(
        "DELETE FROM members WHERE project_id = ? AND user_id = ?", [project["id"], user["id"]]
    )
    instance.backend.store.insert("members", row)
    return dump_member(row)


def update_member(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Change a user of a project, including the modules that HQ v2 does not support."""
    before = _find_member(instance, request)
    member = _parse_member({**dump_member(before), **request.parse_fields()})
    project_id, user_id = str(before["project_id"]), str(before["user_id"])
    row = build_member_row(instance.backend, member, project_id, user_id)
    update_columns(instance.backend.store, "members", before["seq"], row)
    return dump_member(row)


def remove_member(instance: EmulatorInstance, request: ControlRequest) -> JsonValue:
    """Remove a user from a project, which HQ itself cannot for BIM 360."""
    instance.backend.store.execute(
        "DELETE FROM members WHERE seq = ?", [_find_member(instance, request)["seq"]]
    )
    return {}


def _find_project(instance: EmulatorInstance, project_id: str) -> Row:
    sql = "SELECT * FROM projects WHERE id = ?"
    return require_row(instance.backend.store.fetch_one(sql, [project_id]), "project", project_id)


def _find_member(instance: EmulatorInstance, request: ControlRequest) -> Row:
    project_id, user_id = request.path_segments[1], request.target_id
    sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
    row = instance.backend.store.fetch_one(sql, [project_id, user_id])
    return require_row(row, f"user in project {project_id}:", user_id)


def _parse_member(fields: dict[str, JsonValue]) -> SeedMember:
    try:
        return SeedMember.model_validate(fields)
    except ValidationError as error:
        raise SeedError(format_first_problem(error, SeedMember)) from None
