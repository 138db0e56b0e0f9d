"""Check and diff of an account's business units; no network."""

import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from bim360_provider.core.business_units.tree import (
    ROOT,
    ids_of,
    name_of,
    parent_id,
    parent_of,
    paths,
    problems_of,
    wanted,
    wrong,
)
from bim360_provider.core.entity import DECLARED, Difference
from bim360_provider.core.settings import Settings, moved, placed, unplaced
from bim360_provider.core.validation import UNKNOWN, Problem, Unknown, is_unknown, validated
from bim360_provider.models import normalize
from bim360_provider.models.business_units import (
    PROVIDER_ONLY,
    BusinessUnit,
    BusinessUnitArguments,
    BusinessUnitsArguments,
)

__all__ = ["check", "declared", "diff", "imported", "keys_of", "mirrored", "outputs"]

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
        "name": normalize.composed(unit.name or ""),
        "parent_id": unit.parent_id or "",
        "description": normalize.composed(unit.description or ""),
    }
    return {"id": unit.id, **texts, "path": path}


def _argument(key: str, unit: BusinessUnit, given: Collection[str], ids: Values) -> dict[str, Any]:
    live_parent = unit.parent_id or ROOT
    found: dict[str, Any] = {"id": unit.id} if "id" in given else {}
    name = normalize.composed(unit.name) if unit.name else unit.name
    if "name" in given or name != name_of(key, {}):
        found["name"] = name
    implied = parent_of(key, {})
    known = implied in (ROOT, *ids) or normalize.UUID.fullmatch(implied)
    if "parent" in given or not known or live_parent != parent_id(implied, ids):
        found["parent"] = {id_: each for each, id_ in ids.items()}.get(live_parent, live_parent)
    if "description" in given:
        found["description"] = normalize.composed(unit.description or "")
    return found


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    The ids of the units are written into them, so that every preview knows them.

    Args:
        old: The arguments of the last run: an id that was chosen once stays.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = placed(new, settings)
    given.pop("ids", None)  # what a check wrote: an import has its arguments checked once more
    inputs, problems = validated(BusinessUnitsArguments, given)
    problems += unplaced(given)
    if isinstance(inputs.get("units"), Mapping):
        inputs["units"], mistakes = _normal(inputs["units"])
        problems += mistakes or _related(inputs, old)
    return inputs, problems


def _related(inputs: dict[str, Any], old: Values) -> list[Problem]:
    """Give every unit its id, and return what is wrong between them."""
    known = {key: _or_unknown(unit) for key, unit in inputs["units"].items()}
    inputs["ids"] = ids_of(str(inputs.get("account_id")), known, old)
    return problems_of(known, inputs["ids"])


def _or_unknown(unit: Any) -> Values:
    return unit if isinstance(unit, Mapping) else dict.fromkeys(("id", "name", "parent"), UNKNOWN)


def _normal(units: Values) -> tuple[dict[str, Any], list[Problem]]:
    problems = []
    found: dict[str, Any] = {}
    for key, unit in units.items():
        found[key], mistakes = _one(key, {} if unit is None else unit)
        problems += mistakes
    return found, problems


def _one(key: str, unit: Any) -> tuple[Any, list[Problem]]:
    try:
        normalize.text(sys.maxsize)(key)
    except ValueError as error:
        return unit, [wrong(key, f"the key {error}")]
    if isinstance(unit, Unknown):
        return unit, []
    if not isinstance(unit, Mapping):
        words = (
            "must be a mapping such as {'description': '…'}, or {} where there is no more to say"
        )
        return unit, [wrong(key, words)]
    given = {name: value for name, value in unit.items() if value is not None}
    fields, problems = validated(BusinessUnitArguments, given)
    problems += [] if "name" in given else _named_by(key)
    return fields, [wrong(key, str(each)) for each in problems]


def _named_by(key: str) -> list[Problem]:
    """Return what is wrong with the name that a key ends with."""
    name = name_of(key, {})
    if not name.strip():
        return [Problem("name", "is missing: the key does not end with one")]
    try:
        normalize.text(normalize.NAME_LIMIT)(name)
    except ValueError as error:
        return [Problem("name", str(error))]
    return []


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = moved(state, inputs)
    changed = [
        name
        for name, usual in (("complete", False), ("on_destroy", "retain"))
        if inputs.get(name, usual) != state.get(name, usual)
    ]
    if _units_differ(state, inputs):
        changed.append("units")
    return Difference((*changed, *replaces), replaces)


def _units_differ(state: Values, inputs: Values) -> bool:
    units = inputs.get("units")
    if is_unknown(units) or is_unknown(inputs.get("ids")) or "units" not in state:
        return True
    live = state["units"]
    wants = wanted(inputs)
    if set(state.get(DECLARED, wants)) - set(wants):
        return True
    if inputs.get("complete") and set(state["undeclared"]) - set(state["undropped"]):
        return True
    return any(
        key not in live or any(live[key].get(k) != v for k, v in fields.items())
        for key, fields in wants.items()
    )
