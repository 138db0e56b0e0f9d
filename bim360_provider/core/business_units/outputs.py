"""From HQ's structure to the state: outputs, and the arguments that would declare it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from bim360_provider.core.business_units.naming import ROOT, name_of, parent_id, parent_of
from bim360_provider.core.business_units.structure import paths
from bim360_provider.core.entity import DECLARED
from bim360_provider.models import normal
from bim360_provider.models.business_units import PROVIDER_ONLY, BusinessUnit

__all__ = ["declared", "imported", "keys_of", "mirrored", "outputs"]

Values = Mapping[str, Any]

OPTIONS: Final = ("complete", *PROVIDER_ONLY)
"""Arguments that tell this provider what to do."""


def outputs(
    live: Sequence[BusinessUnit], known: Values, ids: Mapping[str, str], undropped: Collection[str]
) -> dict[str, Any]:
    """Return what goes into the state.

    Args:
        live: HQ's structure.
        known: The arguments, or the state where there are none.
        ids: The declared units' ids by key.
        undropped: Ids of units that HQ keeps although they were left out.
    """
    names = paths(live)
    by_id = {unit.id: unit for unit in live}
    others = {id_: path for id_, path in sorted(names.items()) if id_ not in ids.values()}
    return {
        **{name: known[name] for name in OPTIONS if name in known},
        "units": {key: _shown(by_id[id_], names[id_]) for key, id_ in ids.items() if id_ in by_id},
        "ids": dict(ids),
        "undeclared": others,
        "undropped": sorted(id_ for id_ in undropped if id_ in others),
    }


def declared(units: Mapping[str, Values]) -> dict[str, list[str]]:
    """Return the names of what each unit's declaration says."""
    return {key: sorted(unit) for key, unit in units.items()}


def mirrored(live: Sequence[BusinessUnit], state: Values) -> dict[str, Any]:
    """Return the arguments that would declare the units as they are.

    What was declared, and a name or a parent that HQ has otherwise. Where the
    structure is to be complete, units that nobody declared show too, so that a
    preview says that they are to go.
    """
    ids = state["ids"]
    by_id = {unit.id: unit for unit in live}
    units = {
        key: _argument(key, by_id[ids[key]], names, ids)
        for key, names in state[DECLARED].items()
        if ids[key] in by_id
    }
    if state.get("complete"):
        strangers = set(by_id) - {*ids.values(), *state["undropped"]}
        units |= {id_: {"id": id_} for id_ in sorted(strangers)}
    return {**{k: state[k] for k in OPTIONS if k in state}, "units": units, "ids": dict(ids)}


def imported(
    live: Sequence[BusinessUnit], keys: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Return a declaration of units, each by its path of names; namesakes by their ids.

    Args:
        live: HQ's structure.
        keys: The keys by id of the units to declare; without them, all units.
    """
    keys = keys_of(live) if keys is None else keys
    ids = {key: id_ for id_, key in keys.items()}
    given = ("description", "id")
    units = {unit.id: unit for unit in live if unit.id in keys}
    return {
        key: _argument(key, units[id_], given, ids)
        for id_, key in sorted(keys.items(), key=lambda each: each[1])
    }


def keys_of(live: Sequence[BusinessUnit], ids: Collection[str] | None = None) -> dict[str, str]:
    """Return the keys of units by id: their paths, or their ids where two paths are the same.

    Args:
        live: HQ's structure.
        ids: The units; without them, all.
    """
    names = {id_: path for id_, path in paths(live).items() if ids is None or id_ in ids}
    counts = Counter(names.values())
    return {id_: path if counts[path] == 1 else id_ for id_, path in names.items()}


def _shown(unit: BusinessUnit, path: str) -> dict[str, Any]:
    """Return a unit as the outputs have it, every field there."""
    texts = {
        "name": normal.composed(unit.name or ""),
        "parent_id": unit.parent_id or "",
        "description": normal.composed(unit.description or ""),
    }
    return {"id": unit.id, **texts, "path": path}


def _argument(key: str, unit: BusinessUnit, given: Collection[str], ids: Values) -> dict[str, Any]:
    live_parent = unit.parent_id or ROOT
    found: dict[str, Any] = {"id": unit.id} if "id" in given else {}
    name = normal.composed(unit.name) if unit.name else unit.name
    if "name" in given or name != name_of(key, {}):
        found["name"] = name
    implied = parent_of(key, {})
    known = implied in (ROOT, *ids) or normal.UUID.fullmatch(implied)
    if "parent" in given or not known or live_parent != parent_id(implied, ids):
        found["parent"] = {id_: each for each, id_ in ids.items()}.get(live_parent, live_parent)
    if "description" in given:
        found["description"] = normal.composed(unit.description or "")
    return found
