"""The routes of the control plane for what people do in the browser."""

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


def update_project(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Change a project as if somebody had done it in the browser."""
    return _update_entity(world, PROJECT_KIND, order, "project")


def update_company(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Change a company likewise."""
    return _update_entity(world, COMPANY_KIND, order, "company")


def update_user(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Change a user of an account likewise."""
    return _update_entity(world, USER_KIND, order, "user")


def delete_project(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Make a project vanish, which HQ itself cannot."""
    return _delete_entity(world, PROJECT_KIND, order, "project")


def delete_company(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Make a company vanish likewise."""
    return _delete_entity(world, COMPANY_KIND, order, "company")


def delete_user(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Make a user of an account vanish likewise, and from its projects too."""
    return _delete_entity(world, USER_KIND, order, "user")


def sign_in_user(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Let a user sign in for the first time, or again."""
    user_id = order.path_segments[1]
    return {**require_row(browser_actions.sign_in_user(world.backend, user_id), "user", user_id)}


def require_row(row: Row | None, entity: str, entity_id: str) -> Row:
    """Return the row of an order's entity.

    Raises:
        OrderError: There is none.
    """
    if row is None:
        msg = f"there is no {entity} {entity_id}"
        raise ControlRequestError(msg)
    return row


def _update_entity(
    world: EmulatorInstance, kind: EntityKind, order: ControlRequest, entity: str
) -> JsonValue:
    row = browser_actions.update_entity(world.backend, kind, order.target_id, order.parse_fields())
    return {**require_row(row, entity, order.target_id)}


def _delete_entity(
    world: EmulatorInstance, kind: EntityKind, order: ControlRequest, entity: str
) -> JsonValue:
    require_row(
        {} if browser_actions.delete_entity(world.backend, kind, order.target_id) else None,
        entity,
        order.target_id,
    )
    return {}


def add_member(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Put a user of the account into a project, free of HQ's rules."""
    project = _find_project(world, order.path_segments[1])
    member = _parse_member(order.parse_fields())
    sql = "SELECT * FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    found = [project["account_id"], member.user_id, member.email]
    asked = member.email or member.user_id or "without email or user_id"
    user = require_row(world.backend.store.fetch_one(sql, found), "user", asked)
    row = build_member_row(world.backend, member, str(project["id"]), str(user["id"]))
    world.backend.store.execute(
        "DELETE FROM members WHERE project_id = ? AND user_id = ?", [project["id"], user["id"]]
    )
    world.backend.store.insert("members", row)
    return dump_member(row)


def update_member(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Change a user of a project, modules HQ v2 does not know among it."""
    before = _find_member(world, order)
    member = _parse_member({**dump_member(before), **order.parse_fields()})
    project_id, user_id = str(before["project_id"]), str(before["user_id"])
    row = build_member_row(world.backend, member, project_id, user_id)
    update_columns(world.backend.store, "members", before["seq"], row)
    return dump_member(row)


def remove_member(world: EmulatorInstance, order: ControlRequest) -> JsonValue:
    """Take a user out of a project, which HQ itself cannot for BIM 360."""
    world.backend.store.execute(
        "DELETE FROM members WHERE seq = ?", [_find_member(world, order)["seq"]]
    )
    return {}


def _find_project(world: EmulatorInstance, project_id: str) -> Row:
    sql = "SELECT * FROM projects WHERE id = ?"
    return require_row(world.backend.store.fetch_one(sql, [project_id]), "project", project_id)


def _find_member(world: EmulatorInstance, order: ControlRequest) -> Row:
    project_id, user_id = order.path_segments[1], order.target_id
    sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
    row = world.backend.store.fetch_one(sql, [project_id, user_id])
    return require_row(row, f"user in project {project_id}:", user_id)


def _parse_member(fields: dict[str, JsonValue]) -> SeedMember:
    try:
        return SeedMember.model_validate(fields)
    except ValidationError as error:
        raise SeedError(format_first_problem(error, SeedMember)) from None
