"""Orders about the users of a project: what a project admin does in the browser."""

from pydantic import JsonValue, ValidationError

from bim360_provider.emulator.control_entities import there
from bim360_provider.emulator.dumping import member_seed
from bim360_provider.emulator.order import Order
from bim360_provider.emulator.problems import first_problem
from bim360_provider.emulator.rows import overwrite
from bim360_provider.emulator.seed import SeedError
from bim360_provider.emulator.seed_people import SeedMember
from bim360_provider.emulator.seeding_members import member_row
from bim360_provider.emulator.store import Row
from bim360_provider.emulator.world import World


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
    before = _row(world, order)
    member = _member({**member_seed(before), **order.fields()})
    project_id, user_id = str(before["project_id"]), str(before["user_id"])
    row = member_row(world.backend, member, project_id, user_id)
    overwrite(world.backend.store, "members", before["seq"], row)
    return member_seed(row)


def remove(world: World, order: Order) -> JsonValue:
    """Take a user out of a project, which HQ itself cannot for BIM 360."""
    world.backend.store.run("DELETE FROM members WHERE seq = ?", [_row(world, order)["seq"]])
    return {}


def _project(world: World, project_id: str) -> Row:
    sql = "SELECT * FROM projects WHERE id = ?"
    return there(world.backend.store.row(sql, [project_id]), "project", project_id)


def _row(world: World, order: Order) -> Row:
    project_id, user_id = order.parts[1], order.target
    sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
    row = world.backend.store.row(sql, [project_id, user_id])
    return there(row, f"user in project {project_id}:", user_id)


def _member(fields: dict[str, JsonValue]) -> SeedMember:
    try:
        return SeedMember.model_validate(fields)
    except ValidationError as error:
        raise SeedError(first_problem(error, SeedMember)) from None
