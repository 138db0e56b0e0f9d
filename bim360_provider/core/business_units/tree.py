"""The tree of business units: names, parents and order."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.validation import UNKNOWN, Problem, is_unknown
from bim360_provider.models import normalize
from bim360_provider.models.business_units import BusinessUnit
from bim360_provider.models.suggestions import suggestion

__all__ = [
    "ROOT",
    "Plan",
    "cycle",
    "ids_of",
    "key_of",
    "name_of",
    "parent_id",
    "parent_of",
    "paths",
    "plan",
    "problems_of",
    "unit_id",
    "wanted",
    "wrong",
]

Values = Mapping[str, Any]

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "business_units_structure.bim360.autodesk.com")
"""Every id that this provider chooses comes from it: another one would make all units anew."""

ROOT: Final = ""
"""The parent of a unit that has none."""


def unit_id(account_id: str, key: str) -> str:
    """Return the id of the unit of a key: the same in every run and on every machine."""
    return str(uuid.uuid5(NAMESPACE, f"{account_id}/{normalize.composed(key)}"))


def ids_of(account_id: str, units: Mapping[str, Values], old: Values) -> dict[str, Any]:
    """Return each unit's id by its key: the declared one, else the old one, else a new one.

    Args:
        account_id: The account that the units are in.
        units: The declared units by key.
        old: The arguments of the last run, with its ids.
    """
    kept = old.get("ids") or {} if old.get("account_id") == account_id else {}
    return {
        key: unit.get("id") or kept.get(key) or unit_id(account_id, key)
        for key, unit in units.items()
    }


def name_of(key: str, unit: Values) -> Any:
    """Return the name of a unit, which may be unknown."""
    return unit.get("name", normalize.composed(key.rpartition("/")[2]))


def parent_of(key: str, unit: Values) -> Any:
    """Return the parent as it is declared: a key, an id, unknown, or empty for none."""
    return unit.get("parent", key.rpartition("/")[0])


def key_of(parent: str, keys: Iterable[str]) -> str:
    """Return the key that a parent names, in whichever Unicode form either is written."""
    if parent.isascii() or parent in keys:
        return parent
    alike = (key for key in keys if normalize.composed(key) == normalize.composed(parent))
    return next(alike, parent)


def wanted(inputs: Values) -> dict[str, dict[str, Any]]:
    """Return what each declared unit shall be at HQ, by key and in HQ's fields.

    Args:
        inputs: The arguments in normal form, the ids that check gave them included.
    """
    units, ids = inputs["units"], inputs["ids"]
    # Sorted, because Pulumi's protocol keeps no order: equal stacks are to send equal bytes.
    return {key: _wanted(key, unit, ids) for key, unit in sorted(units.items())}


def _wanted(key: str, unit: Values, ids: Values) -> dict[str, Any]:
    fields = {
        "id": ids[key],
        "parent_id": parent_id(parent_of(key, unit), ids),
        "name": name_of(key, unit),
    }
    return {**fields, **{k: unit[k] for k in ("description",) if k in unit}}


def parent_id(parent: Any, ids: Values) -> Any:
    """Return the id of a parent; empty where there is none."""
    if is_unknown(parent):
        return UNKNOWN
    parent = key_of(parent, ids)
    if parent not in ids and not normalize.UUID.fullmatch(parent):
        return ROOT
    return ids.get(parent, parent)


Units = Mapping[str, Values]


def wrong(key: str, words: str) -> Problem:
    """Return what is wrong with one unit."""
    return Problem("units", f"{normalize.shown(key)}: {words}")


def problems_of(units: Units, ids: Values) -> list[Problem]:
    """Return everything that is wrong between units; what is unknown is not judged.

    Args:
        units: The declared units by key, each in normal form.
        ids: Their ids by key.
    """
    found = [*_strangers(units), *_twins(ids), *_namesakes(units, ids)]
    parents = {ids[key]: parent_id(parent_of(key, unit), ids) for key, unit in units.items()}
    keys = {id_: key for key, id_ in ids.items() if not is_unknown(id_)}
    round_trip = cycle({k: v for k, v in parents.items() if not is_unknown((k, v))})
    if round_trip:
        names = " > ".join(f"'{keys[id_]}'" for id_ in (*round_trip, round_trip[0]))
        words = f"goes round in a circle: {names}; give one of them another parent"
        found.append(wrong(keys[round_trip[0]], f"parent {words}"))
    return found


def cycle(parents: Mapping[str, str]) -> list[str]:
    """Return the ids of units of which each is below the next, if there are such.

    Args:
        parents: Each unit's parent by its id.
    """
    done: set[str] = set()
    for start in parents:
        trail: list[str] = []
        here = start
        while here in parents and here not in done:
            if here in trail:
                return trail[trail.index(here) :]
            trail.append(here)
            here = parents[here]
        done.update(trail)
    return []


def _strangers(units: Units) -> Iterator[Problem]:
    for key, unit in units.items():
        parent = parent_of(key, unit)
        if is_unknown(parent) or parent == ROOT or key_of(parent, units) in units:
            continue
        if not normalize.UUID.fullmatch(parent):
            yield wrong(key, "parent " + _no_parent(parent, units, given="parent" in unit))


def _no_parent(parent: str, units: Units, *, given: bool) -> str:
    near = suggestion(parent, units, aliases={})
    advice = f"did you mean '{near}'?" if near else "declare it, or write the id of a unit"
    slash = "" if given else "; if the slash is part of the name, give parent=''"
    return f"is '{parent}', and no unit has that key; {advice}{slash}"


def _twins(ids: Values) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, id_ in ids.items():
        if is_unknown(id_):
            continue
        if id_ in seen:
            yield wrong(key, f"id is the id of '{seen[id_]}' too; a unit has one key")
        seen[id_] = key


def _namesakes(units: Units, ids: Values) -> Iterator[Problem]:
    seen: dict[tuple[Any, Any], str] = {}
    for key, unit in units.items():
        place = (parent_id(parent_of(key, unit), ids), name_of(key, unit))
        if is_unknown(place):
            continue
        if place in seen:
            words = (
                f"is '{place[1]}', as '{seen[place]}' is beside it; nobody could tell them apart"
            )
            yield wrong(key, f"name {words}")
        seen[place] = key


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
    flaws = (*_namesakes_in(kept, wanted, there), *_orphans(units, live), *_circles(units))
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
        names.insert(0, normalize.composed(here.name or "?"))
        here = by_id.get(here.parent_id or "")
    return names


def _merged(unit: BusinessUnit, fields: Fields) -> dict[str, Any]:
    """Return a unit with what is declared over what HQ has: a PUT replaces the whole unit."""
    changed = {
        k: v for k, v in fields.items() if (v or "") != normalize.composed(getattr(unit, k) or "")
    }
    if "parent_id" in changed and not changed["parent_id"]:
        return {k: v for k, v in {**unit.sent(), **changed}.items() if k != "parent_id"}
    return {**unit.sent(), **changed}


def _filled(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _namesakes_in(
    kept: Sequence[BusinessUnit], wanted: Mapping[str, Fields], there: Collection[str]
) -> list[str]:
    """Return a flaw for each new unit that would stand beside one of its name."""
    declared = {fields["id"] for fields in wanted.values()}
    others = [unit for unit in kept if unit.id not in declared]
    taken = {(u.parent_id or "", normalize.composed(u.name or "")): u.id for u in others}
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
