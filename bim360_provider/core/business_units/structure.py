"""From what HQ has and what is declared to what a PUT holds: pure, whole, and never silent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bim360_provider.core.business_units.relations import cycle
from bim360_provider.models import normal
from bim360_provider.models.business_units import BusinessUnit

__all__ = ["Plan", "paths", "plan"]

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a PUT would do.

    Attributes:
        units: All units that shall be there, those that nobody declared included.
        dropped: Those of HQ's that are left out.
        flaws: Why it may not be sent; empty if it may.
        changes: Whether it would change anything at all.
    """

    units: tuple[Fields, ...]
    dropped: tuple[BusinessUnit, ...]
    flaws: tuple[str, ...]
    changes: bool


def plan(
    live: Sequence[BusinessUnit],
    wanted: Mapping[str, Fields],
    former: Collection[str],
    *,
    complete: bool,
) -> Plan:
    """Return what a PUT has to hold.

    Args:
        live: What HQ has.
        wanted: The declared units by key, in HQ's fields.
        former: Ids of units that this resource declared before.
        complete: Whether units that nobody declares are left out too.
    """
    declared = {fields["id"]: fields for fields in wanted.values()}
    doomed = [unit for unit in live if unit.id not in declared and (complete or unit.id in former)]
    kept = [unit for unit in live if unit not in doomed]
    units = [_merged(unit, declared.get(unit.id, {})) for unit in kept]
    there = {unit.id for unit in live}
    units += [_filled(fields) for id_, fields in declared.items() if id_ not in there]
    flaws = (*_namesakes(kept, wanted, there), *_orphans(units, live), *_circles(units))
    unchanged = units == [unit.sent() for unit in live]
    return Plan(tuple(units), tuple(doomed), flaws, not unchanged)


def paths(units: Sequence[BusinessUnit]) -> dict[str, str]:
    """Return the path of names of each unit by its id, such as ``North/West``."""
    by_id = {unit.id: unit for unit in units}
    return {unit.id: "/".join(_names(unit, by_id)) for unit in units}


def _names(unit: BusinessUnit, by_id: Mapping[str, BusinessUnit]) -> list[str]:
    names: list[str] = []
    here: BusinessUnit | None = unit
    while here is not None and len(names) <= len(by_id):
        names.insert(0, normal.composed(here.name or "?"))
        here = by_id.get(here.parent_id or "")
    return names


def _merged(unit: BusinessUnit, fields: Fields) -> dict[str, Any]:
    """Return a unit with what is declared over what HQ has: a PUT replaces the whole unit."""
    changed = {
        k: v for k, v in fields.items() if (v or "") != normal.composed(getattr(unit, k) or "")
    }
    if "parent_id" in changed and not changed["parent_id"]:
        return {k: v for k, v in {**unit.sent(), **changed}.items() if k != "parent_id"}
    return {**unit.sent(), **changed}


def _filled(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _namesakes(
    kept: Sequence[BusinessUnit], wanted: Mapping[str, Fields], there: Collection[str]
) -> list[str]:
    """Return a flaw for each new unit that would stand beside one of its name."""
    declared = {fields["id"] for fields in wanted.values()}
    others = [unit for unit in kept if unit.id not in declared]
    taken = {(u.parent_id or "", normal.composed(u.name or "")): u.id for u in others}
    return [
        f"'{key}' exists already; to take it over, declare its id: "
        f"'{key}': {{'id': '{taken[place]}'}}"
        for key, fields in wanted.items()
        if fields["id"] not in there and (place := (fields["parent_id"], fields["name"])) in taken
    ]


def _orphans(units: Sequence[Fields], live: Sequence[BusinessUnit]) -> list[str]:
    there = {unit["id"] for unit in units}
    known = paths(live)
    return [
        f"'{known.get(unit['id'], unit['name'])}' is below {_named(unit['parent_id'], known)}"
        for unit in units
        if unit.get("parent_id", unit["id"]) not in there
    ]


def _named(parent: str, known: Mapping[str, str]) -> str:
    if parent in known:
        return f"'{known[parent]}', which is no longer declared; declare it, or move what is below"
    return f"{parent}, and the account has no such unit"


def _circles(units: Sequence[Fields]) -> list[str]:
    found = cycle({unit["id"]: unit["parent_id"] for unit in units if unit.get("parent_id")})
    names = {unit["id"]: unit["name"] for unit in units}
    return [f"{' > '.join(names[id_] for id_ in (*found, found[0]))} is a circle"] if found else []
