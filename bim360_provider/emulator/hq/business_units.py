"""The endpoints of business units: the whole structure in one document.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-PUT/
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.hq import body
from bim360_provider.emulator.http.errors import build_bad_request_error, build_unprocessable_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage.database import Row, SqlValue
from bim360_provider.emulator.storage.rows import update_columns
from bim360_provider.emulator.storage.schema import BUSINESS_UNITS

UnitsById: TypeAlias = dict[SqlValue, Row]
"""Units by their ids."""

UNIT_FIELDS = BUSINESS_UNITS.reply_fields

UNIT_SCHEMA = body.build_schema(BUSINESS_UNITS.body_fields, (*UNIT_FIELDS, "path"))

LIST_KEY = "business_units"


def get_structure(call: ApiCall) -> Reply:
    """Handle GET business_units_structure: all units, no pages (documented)."""
    units = _find_units(call)
    content = [
        {**{name: unit[name] for name in UNIT_FIELDS}, "path": _format_path(unit, units)}
        for unit in units.values()
    ]
    return Reply.from_content(200, {LIST_KEY: content})


def put_structure(call: ApiCall) -> Reply:
    """Handle PUT business_units_structure: 200 with the structure (documented).

    Whether HQ deletes omitted units is not documented; the option ``business_units`` decides.
    """
    before = _find_units(call)
    sent = [
        body.parse_full(body.require_object(each), UNIT_SCHEMA, call.options)
        for each in _parse_units(call)
    ]
    given: UnitsById = {}
    for unit in sent:
        unit["id"] = unit["id"] or str(call.hq.ids.create_id("business_unit"))
        if unit["id"] in given:
            raise build_unprocessable_error(reason=f"two units have the id {unit['id']}")
        given[unit["id"]] = unit
    kept = before if call.options.business_units == "merge" else {}
    _check_tree({**kept, **given})
    _write_units(call, before, given)
    for left_out in before.keys() - given.keys() - kept.keys():
        sql = "DELETE FROM business_units WHERE account_id = ? AND id = ?"
        call.hq.store.execute(sql, [call.account.id, left_out])
    return get_structure(call)


def _parse_units(call: ApiCall) -> list[JsonValue]:
    given = body.parse_object(call.request)
    body.refuse_problems([*body.find_unknown_fields(given, (LIST_KEY,), call.options)])
    units = given.get(LIST_KEY)
    if not isinstance(units, list):
        raise build_bad_request_error(problem=f"{LIST_KEY} is not a list")
    return units


def _find_units(call: ApiCall) -> UnitsById:
    sql = "SELECT * FROM business_units WHERE account_id = ? ORDER BY seq"
    return {unit["id"]: unit for unit in call.hq.store.fetch_all(sql, [call.account.id])}


def _check_tree(units: UnitsById) -> None:
    """Check that every parent exists and that no unit is its own ancestor (inference).

    Raises:
        HqApiError: 422.
    """
    for unit in units.values():
        if unit["parent_id"] is not None and unit["parent_id"] not in units:
            raise build_unprocessable_error(
                reason=f'"{unit["name"]}" has the unknown parent {unit["parent_id"]}'
            )
        if any(ancestor is unit for ancestor in _walk_ancestors(unit, units)):
            raise build_unprocessable_error(reason=f'"{unit["name"]}" is its own ancestor')


def _walk_ancestors(unit: Row, units: Mapping[SqlValue, Row]) -> Iterator[Row]:
    """Yield parent, grandparent and so on, at most as many as there are units."""
    for _ in units:
        parent = units.get(unit["parent_id"])
        if parent is None:
            return
        yield parent
        unit = parent


def _write_units(call: ApiCall, before: UnitsById, given: UnitsById) -> None:
    """Insert new units with the ids of the request, and replace known ones (documented)."""
    now = format_timestamp(call.hq.clock.now())
    for unit_id, unit in given.items():
        known = before.get(unit_id)
        if known is None:
            row: Row = {"account_id": call.account.id, "created_at": now, "updated_at": now}
            call.hq.store.insert("business_units", {**unit, **row})
        elif any(known[name] != unit[name] for name in unit):
            changed: Row = {**unit, "updated_at": now}
            update_columns(call.hq.store, "business_units", known["seq"], changed)


def _format_path(unit: Row, units: UnitsById) -> str | None:
    """Return the names of the ancestors, top first; null at the root (documented).

    That a slash separates them is an inference; names may contain one.
    """
    names = [str(each["name"]) for each in _walk_ancestors(unit, units)]
    return "/".join(reversed(names)) or None
