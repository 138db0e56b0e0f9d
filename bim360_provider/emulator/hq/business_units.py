"""The endpoints of business units: the whole structure in one document.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-PUT/
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.hq import body
from bim360_provider.emulator.hq.body import TEXT_LIMIT, Field, Shape, any_text, text, unique_id
from bim360_provider.emulator.http.errors import invalid, refused
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage.database import Row, Value
from bim360_provider.emulator.storage.rows import overwrite

Units: TypeAlias = dict[Value, Row]
"""Units by their ids."""

UNIT = Shape(
    fields=(
        Field("id", unique_id),
        Field("parent_id", unique_id),
        # The page states no limit; 255 is that of HQ's other names (inference).
        Field("name", text(TEXT_LIMIT), required=True),
        Field("description", any_text),
    ),
    read_only=("account_id", "path", "created_at", "updated_at"),
)

LIST = "business_units"


def listed(call: Call) -> Reply:
    """Answer GET business_units_structure: all units, no pages (documented)."""
    units = _units(call)
    shown = [{**_public(unit), "path": _path(unit, units)} for unit in units.values()]
    return Reply.json(200, {LIST: shown})


def defined(call: Call) -> Reply:
    """Answer PUT business_units_structure: 200 with the structure (documented).

    Whether units left out are deleted is not stated; the option ``business_units`` says.
    """
    before = _units(call)
    sent = [body.whole(body.as_object(each), UNIT, call.options) for each in _rows(call)]
    given: Units = {}
    for unit in sent:
        unit["id"] = unit["id"] or str(call.backend.ids.make("business_unit"))
        if unit["id"] in given:
            raise refused(why=f"two units have the id {unit['id']}")
        given[unit["id"]] = unit
    kept = before if call.options.business_units == "merge" else {}
    _check_tree({**kept, **given})
    _write(call, before, given)
    for left_out in before.keys() - given.keys() - kept.keys():
        sql = "DELETE FROM business_units WHERE account_id = ? AND id = ?"
        call.backend.store.run(sql, [call.account.id, left_out])
    return listed(call)


def _rows(call: Call) -> list[JsonValue]:
    given = body.json_object(call.request)
    body.refuse([*body.unknown(given, (LIST,), call.options)])
    units = given.get(LIST)
    if not isinstance(units, list):
        raise invalid(problem=f"{LIST} is not a list")
    return units


def _units(call: Call) -> Units:
    sql = "SELECT * FROM business_units WHERE account_id = ? ORDER BY seq"
    return {unit["id"]: unit for unit in call.backend.store.rows(sql, [call.account.id])}


def _check_tree(units: Units) -> None:
    """Check that every parent is there and that no unit is its own forebear (inference).

    Raises:
        HqError: 422.
    """
    for unit in units.values():
        if unit["parent_id"] is not None and unit["parent_id"] not in units:
            raise refused(why=f'"{unit["name"]}" has the parent {unit["parent_id"]}: no such unit')
        if any(forebear is unit for forebear in _forebears(unit, units)):
            raise refused(why=f'"{unit["name"]}" is its own forebear')


def _forebears(unit: Row, units: Mapping[Value, Row]) -> Iterator[Row]:
    """Yield parent, grandparent and so on, at most as many as there are units."""
    for _ in units:
        parent = units.get(unit["parent_id"])
        if parent is None:
            return
        yield parent
        unit = parent


def _write(call: Call, before: Units, given: Units) -> None:
    """Insert new units with the ids they came with, and replace known ones (documented)."""
    now = stamp(call.backend.clock.now())
    for unit_id, unit in given.items():
        known = before.get(unit_id)
        if known is None:
            row: Row = {"account_id": call.account.id, "created_at": now, "updated_at": now}
            call.backend.store.insert("business_units", {**unit, **row})
        elif any(known[name] != unit[name] for name in unit):
            changed: Row = {**unit, "updated_at": now}
            overwrite(call.backend.store, "business_units", known["seq"], changed)


def _path(unit: Row, units: Units) -> str | None:
    """Return the names of the forebears, top first; null at the root (documented).

    That a slash parts them is an inference; names may contain one.
    """
    names = [str(each["name"]) for each in _forebears(unit, units)]
    return "/".join(reversed(names)) or None


def _public(unit: Row) -> Row:
    shown = ("id", "account_id", "parent_id", "name", "description", "created_at", "updated_at")
    return {name: unit[name] for name in shown}
