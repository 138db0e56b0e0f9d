"""The routes of the control plane for what people do in the browser."""

from pydantic import JsonValue, ValidationError

from bim360_provider.emulator.control import browser_actions
from bim360_provider.emulator.control.browser_actions import COMPANY, PROJECT, USER, Kind
from bim360_provider.emulator.control.request import Order, OrderError
from bim360_provider.emulator.instance import World
from bim360_provider.emulator.seed.database import member_row, member_seed
from bim360_provider.emulator.seed.models import SeedError, SeedMember, first_problem
from bim360_provider.emulator.storage.database import Row
from bim360_provider.emulator.storage.rows import overwrite


def change_project(world: World, order: Order) -> JsonValue:
    """Change a project as if somebody had done it in the browser."""
    return _changed(world, PROJECT, order, "project")


def change_company(world: World, order: Order) -> JsonValue:
    """Change a company likewise."""
    return _changed(world, COMPANY, order, "company")


def change_user(world: World, order: Order) -> JsonValue:
    """Change a user of an account likewise."""
    return _changed(world, USER, order, "user")


def remove_project(world: World, order: Order) -> JsonValue:
    """Make a project vanish, which HQ itself cannot."""
    return _removed(world, PROJECT, order, "project")


def remove_company(world: World, order: Order) -> JsonValue:
    """Make a company vanish likewise."""
    return _removed(world, COMPANY, order, "company")


def remove_user(world: World, order: Order) -> JsonValue:
    """Make a user of an account vanish likewise, and from its projects too."""
    return _removed(world, USER, order, "user")


def sign_in(world: World, order: Order) -> JsonValue:
    """Let a user sign in for the first time, or again."""
    user_id = order.parts[1]
    return {**there(browser_actions.sign_in(world.backend, user_id), "user", user_id)}


def there(row: Row | None, entity: str, entity_id: str) -> Row:
    """Return the row of an order's entity.

    Raises:
        OrderError: There is none.
    """
    if row is None:
        msg = f"there is no {entity} {entity_id}"
        raise OrderError(msg)
    return row


def _changed(world: World, kind: Kind, order: Order, entity: str) -> JsonValue:
    row = browser_actions.change(world.backend, kind, order.target, order.fields())
    return {**there(row, entity, order.target)}


def _removed(world: World, kind: Kind, order: Order, entity: str) -> JsonValue:
    there(
        {} if browser_actions.remove(world.backend, kind, order.target) else None,
        entity,
        order.target,
    )
    return {}


def add(world: World, order: Order) -> JsonValue:
    """Put a user of the account into a project, free of HQ's rules."""
    project = _project(world, order.parts[1])
    member = _member(order.fields())
    sql = "SELECT * FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    found = [project["account_id"], member.user_id, member.email]
    asked = member.email or member.user_id or "without email or user_id"
    user = there(world.backend.store.row(sql, found), "user", asked)
    row = member_row(world.backend, member, str(project["id"]), str(user["id"]))
    world.backend.store.run(
        "DELETE FROM members WHERE project_id = ? AND user_id = ?", [project["id"], user["id"]]
    )
    world.backend.store.insert("members", row)
    return member_seed(row)


def change(world: World, order: Order) -> JsonValue:
    """Change a user of a project, modules HQ v2 does not know among it."""
    before = _member_row(world, order)
    member = _member({**member_seed(before), **order.fields()})
    project_id, user_id = str(before["project_id"]), str(before["user_id"])
    row = member_row(world.backend, member, project_id, user_id)
    overwrite(world.backend.store, "members", before["seq"], row)
    return member_seed(row)


def remove(world: World, order: Order) -> JsonValue:
    """Take a user out of a project, which HQ itself cannot for BIM 360."""
    world.backend.store.run("DELETE FROM members WHERE seq = ?", [_member_row(world, order)["seq"]])
    return {}


def _project(world: World, project_id: str) -> Row:
    sql = "SELECT * FROM projects WHERE id = ?"
    return there(world.backend.store.row(sql, [project_id]), "project", project_id)


def _member_row(world: World, order: Order) -> Row:
    project_id, user_id = order.parts[1], order.target
    sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
    row = world.backend.store.row(sql, [project_id, user_id])
    return there(row, f"user in project {project_id}:", user_id)


def _member(fields: dict[str, JsonValue]) -> SeedMember:
    try:
        return SeedMember.model_validate(fields)
    except ValidationError as error:
        raise SeedError(first_problem(error, SeedMember)) from None
