"""The tree of business units: names, parents and order."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.entity import Fields, Inputs
from bim360_provider.core.validation import UNKNOWN, Problem, is_unknown
from bim360_provider.models import normalize
from bim360_provider.models.business_units import BusinessUnit
from bim360_provider.models.suggestions import suggest_value

__all__ = [
    "ROOT",
    "StructurePlan",
    "assign_ids",
    "build_paths",
    "build_problem",
    "build_units",
    "check_units",
    "compute_unit_id",
    "find_cycle",
    "find_key",
    "get_name",
    "get_parent",
    "plan_structure",
    "resolve_parent_id",
]


NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "business_units_structure.bim360.autodesk.com")
"""The namespace of all ids that this provider assigns; a change would recreate all units."""

ROOT: Final = ""
"""The parent of a unit that has none."""


def compute_unit_id(account_id: str, key: str) -> str:
    """Return the id of the unit of a key: the same in every run and on every machine."""
    return str(uuid.uuid5(NAMESPACE, f"{account_id}/{normalize.compose_text(key)}"))


def assign_ids(account_id: str, units: Mapping[str, Fields], old: Fields) -> dict[str, Any]:
    """Return each unit's id by its key: the declared one, else the old one, else a new one.

    Args:
        account_id: The account that the units are in.
        units: The declared units by key.
        old: The arguments of the last run, with its ids.
    """
    kept = old.get("ids") or {} if old.get("account_id") == account_id else {}
    return {
        key: unit.get("id") or kept.get(key) or compute_unit_id(account_id, key)
        for key, unit in units.items()
    }


def get_name(key: str, unit: Fields) -> Any:
    """Return the name of a unit, which may be unknown."""
    return unit.get("name", normalize.compose_text(key.rpartition("/")[2]))


def get_parent(key: str, unit: Fields) -> Any:
    """Return the declared parent: a key, an id, unknown, or empty for none."""
    return unit.get("parent", key.rpartition("/")[0])


def find_key(parent: str, keys: Iterable[str]) -> str:
    """Return the key that a parent names, in any Unicode form."""
    if parent.isascii() or parent in keys:
        return parent
    alike = (key for key in keys if normalize.compose_text(key) == normalize.compose_text(parent))
    return next(alike, parent)


def build_units(inputs: Inputs) -> dict[str, dict[str, Any]]:
    """Return the declared units by key, in HQ's fields.

    Args:
        inputs: The normalized arguments, with the ids that check assigned.
    """
    units, ids = inputs["units"], inputs["ids"]
    # Sorted, because Pulumi's protocol keeps no order: equal stacks should send equal bytes.
    return {key: _build_unit(key, unit, ids) for key, unit in sorted(units.items())}


def _build_unit(key: str, unit: Fields, ids: Fields) -> dict[str, Any]:
    fields = {
        "id": ids[key],
        "parent_id": resolve_parent_id(get_parent(key, unit), ids),
        "name": get_name(key, unit),
    }
    return {**fields, **{k: unit[k] for k in ("description",) if k in unit}}


def resolve_parent_id(parent: Any, ids: Fields) -> Any:
    """Return the id of a parent; empty where there is none."""
    if is_unknown(parent):
        return UNKNOWN
    parent = find_key(parent, ids)
    if parent not in ids and not normalize.UUID_PATTERN.fullmatch(parent):
        return ROOT
    return ids.get(parent, parent)


Units = Mapping[str, Fields]


def build_problem(key: str, message: str) -> Problem:
    """Return a problem of one unit."""
    return Problem("units", f"{normalize.quote_value(key)}: {message}")


def check_units(units: Units, ids: Fields) -> list[Problem]:
    """Return all conflicts between units, as far as they are known.

    Args:
        units: The declared units by key, each in normal form.
        ids: Their ids by key.
    """
    found = [
        *_check_parents(units),
        *_check_duplicate_ids(ids),
        *_check_duplicate_names(units, ids),
    ]
    parents = {
        ids[key]: resolve_parent_id(get_parent(key, unit), ids) for key, unit in units.items()
    }
    keys = {id_: key for key, id_ in ids.items() if not is_unknown(id_)}
    round_trip = find_cycle({k: v for k, v in parents.items() if not is_unknown((k, v))})
    if round_trip:
        names = " > ".join(f"'{keys[id_]}'" for id_ in (*round_trip, round_trip[0]))
        message = f"forms a circle: {names}; give one of them another parent"
        found.append(build_problem(keys[round_trip[0]], f"parent {message}"))
    return found


def find_cycle(parents: Mapping[str, str]) -> list[str]:
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


def _check_parents(units: Units) -> Iterator[Problem]:
    for key, unit in units.items():
        parent = get_parent(key, unit)
        if is_unknown(parent) or parent == ROOT or find_key(parent, units) in units:
            continue
        if not normalize.UUID_PATTERN.fullmatch(parent):
            yield build_problem(
                key,
                "parent " + _describe_missing_parent(parent, units, is_explicit="parent" in unit),
            )


def _describe_missing_parent(parent: str, units: Units, *, is_explicit: bool) -> str:
    near = suggest_value(parent, units, aliases={})
    advice = f"did you mean '{near}'?" if near else "declare it, or write the id of a unit"
    slash = "" if is_explicit else "; if the slash is part of the name, give parent=''"
    return f"is '{parent}', and no unit has that key; {advice}{slash}"


def _check_duplicate_ids(ids: Fields) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, id_ in ids.items():
        if is_unknown(id_):
            continue
        if id_ in seen:
            yield build_problem(key, f"id is the id of '{seen[id_]}' too; a unit has one key")
        seen[id_] = key


def _check_duplicate_names(units: Units, ids: Fields) -> Iterator[Problem]:
    seen: dict[tuple[Any, Any], str] = {}
    for key, unit in units.items():
        place = (resolve_parent_id(get_parent(key, unit), ids), get_name(key, unit))
        if is_unknown(place):
            continue
        if place in seen:
            message = f"name '{place[1]}' is also that of '{seen[place]}' with the same parent"
            yield build_problem(key, f"{message}; use another name")
        seen[place] = key


@dataclass(frozen=True)
class StructurePlan:
    """A planned PUT of the structure.

    Attributes:
        units: All units to send, including undeclared ones.
        dropped_units: HQ's units that are left out.
        flaws: Reasons not to send it.
        has_changes: Whether it changes anything.
    """

    units: tuple[Fields, ...]
    dropped_units: tuple[BusinessUnit, ...]
    flaws: tuple[str, ...]
    has_changes: bool


def plan_structure(
    live: Sequence[BusinessUnit],
    wanted: Mapping[str, Fields],
    former: Collection[str],
    *,
    complete: bool,
) -> StructurePlan:
    """Return the structure to send with PUT.

    Args:
        live: HQ's structure.
        wanted: The declared units by key, in HQ's fields.
        former: The ids of units that this resource declared before.
        complete: Whether undeclared units are left out too.
    """
    declared = {fields["id"]: fields for fields in wanted.values()}
    doomed = [unit for unit in live if unit.id not in declared and (complete or unit.id in former)]
    kept = [unit for unit in live if unit not in doomed]
    units = [_merge_unit(unit, declared.get(unit.id, {})) for unit in kept]
    there = {unit.id for unit in live}
    units += [_drop_empty_fields(fields) for id_, fields in declared.items() if id_ not in there]
    flaws = (
        *_find_existing_namesakes(kept, wanted, there),
        *_find_orphans(units, live),
        *_find_circles(units),
    )
    unchanged = units == [unit.build_body() for unit in live]
    return StructurePlan(tuple(units), tuple(doomed), flaws, not unchanged)


def build_paths(units: Sequence[BusinessUnit]) -> dict[str, str]:
    """Return the path of names of each unit by its id, such as ``North/West``."""
    by_id = {unit.id: unit for unit in units}
    return {unit.id: "/".join(_list_path_names(unit, by_id)) for unit in units}


def _list_path_names(unit: BusinessUnit, by_id: Mapping[str, BusinessUnit]) -> list[str]:
    names: list[str] = []
    here: BusinessUnit | None = unit
    while here is not None and len(names) <= len(by_id):
        names.insert(0, normalize.compose_text(here.name or "?"))
        here = by_id.get(here.parent_id or "")
    return names


def _merge_unit(unit: BusinessUnit, fields: Fields) -> dict[str, Any]:
    """Return HQ's unit with the declared fields: a PUT replaces the whole unit."""
    changed = {
        k: v
        for k, v in fields.items()
        if (v or "") != normalize.compose_text(getattr(unit, k) or "")
    }
    if "parent_id" in changed and not changed["parent_id"]:
        return {k: v for k, v in {**unit.build_body(), **changed}.items() if k != "parent_id"}
    return {**unit.build_body(), **changed}


def _drop_empty_fields(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _find_existing_namesakes(
    kept: Sequence[BusinessUnit], wanted: Mapping[str, Fields], there: Collection[str]
) -> list[str]:
    """Return a flaw for each new unit whose parent has a unit with its name."""
    declared = {fields["id"] for fields in wanted.values()}
    others = [unit for unit in kept if unit.id not in declared]
    taken = {(u.parent_id or "", normalize.compose_text(u.name or "")): u.id for u in others}
    return [
        f"'{key}' exists already; to adopt it, declare its id: '{key}': {{'id': '{taken[place]}'}}"
        for key, fields in wanted.items()
        if fields["id"] not in there and (place := (fields["parent_id"], fields["name"])) in taken
    ]


def _find_orphans(units: Sequence[Fields], live: Sequence[BusinessUnit]) -> list[str]:
    there = {unit["id"] for unit in units}
    known = build_paths(live)
    return [
        f"'{known.get(unit['id'], unit['name'])}' is below "
        f"{_describe_missing_unit(unit['parent_id'], known)}"
        for unit in units
        if unit.get("parent_id", unit["id"]) not in there
    ]


def _describe_missing_unit(parent: str, known: Mapping[str, str]) -> str:
    if parent in known:
        return f"'{known[parent]}', which is no longer declared; declare it, or move what is below"
    return f"{parent}, and the account has no such unit"


def _find_circles(units: Sequence[Fields]) -> list[str]:
    found = find_cycle({unit["id"]: unit["parent_id"] for unit in units if unit.get("parent_id")})
    names = {unit["id"]: unit["name"] for unit in units}
    return [f"{' > '.join(names[id_] for id_ in (*found, found[0]))} is a circle"] if found else []
