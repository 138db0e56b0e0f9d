"""Orders about projects, companies, users and project users: what people do in the browser."""

from pydantic import JsonValue

from bim360_provider.emulator import out_of_band
from bim360_provider.emulator.order import Order, OrderError
from bim360_provider.emulator.out_of_band import COMPANY, PROJECT, USER, Kind
from bim360_provider.emulator.store import Row
from bim360_provider.emulator.world import World


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
    return {**there(out_of_band.sign_in(world.backend, user_id), "user", user_id)}


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
    row = out_of_band.change(world.backend, kind, order.target, order.fields())
    return {**there(row, entity, order.target)}


def _removed(world: World, kind: Kind, order: Order, entity: str) -> JsonValue:
    there(
        {} if out_of_band.remove(world.backend, kind, order.target) else None, entity, order.target
    )
    return {}
