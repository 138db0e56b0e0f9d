"""Check and diff of an account's business units; no network."""

import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from bim360_provider.core.business_units.tree import (
    ROOT,
    assign_ids,
    build_paths,
    build_problem,
    build_units,
    check_units,
    get_name,
    get_parent,
    resolve_parent_id,
)
from bim360_provider.core.entity import Diff, Fields, Inputs, State
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
)
from bim360_provider.core.validation import (
    UNKNOWN,
    Problem,
    Unknown,
    is_unknown,
    validate_arguments,
)
from bim360_provider.models import normalize
from bim360_provider.models.business_units import (
    PROVIDER_ONLY_FIELDS,
    BusinessUnit,
    BusinessUnitArguments,
    BusinessUnitsArguments,
)

__all__ = [
    "assign_keys",
    "build_outputs",
    "check",
    "derive_inputs",
    "derive_units",
    "diff",
    "list_declared_fields",
]


OPTIONS: Final = ("complete", *PROVIDER_ONLY_FIELDS)
"""Options of this provider."""


def build_outputs(
    live: Sequence[BusinessUnit], known: Fields, ids: Mapping[str, str], undropped: Collection[str]
) -> State:
    """Return the outputs to save in the state.

    Args:
        live: HQ's structure.
        known: The arguments, or the state if there are none.
        ids: The declared units' ids by key.
        undropped: The ids of units that HQ kept although they were left out.
    """
    names = build_paths(live)
    by_id = {unit.id: unit for unit in live}
    others = {id_: path for id_, path in sorted(names.items()) if id_ not in ids.values()}
    return State(
        {
            **{name: known[name] for name in OPTIONS if name in known},
            "units": {
                key: _format_unit(by_id[id_], names[id_])
                for key, id_ in ids.items()
                if id_ in by_id
            },
            "ids": dict(ids),
            "undeclared": others,
            "undropped": sorted(id_ for id_ in undropped if id_ in others),
        }
    )


def list_declared_fields(units: Mapping[str, Fields]) -> dict[str, list[str]]:
    """Return the names of the declared fields of each unit."""
    return {key: sorted(unit) for key, unit in units.items()}


def derive_inputs(live: Sequence[BusinessUnit], state: Fields) -> Inputs:
    """Return the arguments that would declare the units as they are.

    They have the declared fields, and a name or a parent that differs at HQ. If the structure
    should be complete, they include undeclared units, so that a preview shows their removal.
    """
    ids = state["ids"]
    by_id = {unit.id: unit for unit in live}
    units = {
        key: _derive_argument(key, by_id[ids[key]], names, ids)
        for key, names in state["declared"].items()
        if ids[key] in by_id
    }
    if state.get("complete"):
        undeclared = set(by_id) - {*ids.values(), *state["undropped"]}
        units |= {id_: {"id": id_} for id_ in sorted(undeclared)}
    return Inputs(
        {**{k: state[k] for k in OPTIONS if k in state}, "units": units, "ids": dict(ids)}
    )


def derive_units(
    live: Sequence[BusinessUnit], keys: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Return a declaration of units by their paths; units with equal paths by their ids.

    Args:
        live: HQ's structure.
        keys: The keys by id of the units to declare; without them, all units.
    """
    keys = assign_keys(live) if keys is None else keys
    ids = {key: id_ for id_, key in keys.items()}
    given = ("description", "id")
    units = {unit.id: unit for unit in live if unit.id in keys}
    return {
        key: _derive_argument(key, units[id_], given, ids)
        for id_, key in sorted(keys.items(), key=lambda each: each[1])
    }


def assign_keys(live: Sequence[BusinessUnit], ids: Collection[str] | None = None) -> dict[str, str]:
    """Return the keys of units by id: their paths, or their ids if two paths are equal.

    Args:
        live: HQ's structure.
        ids: The units; without them, all.
    """
    names = {id_: path for id_, path in build_paths(live).items() if ids is None or id_ in ids}
    counts = Counter(names.values())
    return {id_: path if counts[path] == 1 else id_ for id_, path in names.items()}


def _format_unit(unit: BusinessUnit, path: str) -> dict[str, Any]:
    """Return a unit with all its fields, for the outputs."""
    texts = {
        "name": normalize.compose_text(unit.name or ""),
        "parent_id": unit.parent_id or "",
        "description": normalize.compose_text(unit.description or ""),
    }
    return {"id": unit.id, **texts, "path": path}


def _derive_argument(
    key: str, unit: BusinessUnit, given: Collection[str], ids: Fields
) -> dict[str, Any]:
    live_parent = unit.parent_id or ROOT
    found: dict[str, Any] = {"id": unit.id} if "id" in given else {}
    name = normalize.compose_text(unit.name) if unit.name else unit.name
    if "name" in given or name != get_name(key, {}):
        found["name"] = name
    implied = get_parent(key, {})
    known = implied in (ROOT, *ids) or normalize.UUID_PATTERN.fullmatch(implied)
    if "parent" in given or not known or live_parent != resolve_parent_id(implied, ids):
        found["parent"] = {id_: each for each, id_ in ids.items()}.get(live_parent, live_parent)
    if "description" in given:
        found["description"] = normalize.compose_text(unit.description or "")
    return found


def check(old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    The ids of the units are part of them, so that every preview knows them.

    Args:
        old: The arguments of the last run: an id that was chosen once stays.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
    """
    given = add_account_scope(new, settings)
    given.pop("ids", None)  # from an earlier check: the arguments of an import are checked again
    inputs, problems = validate_arguments(BusinessUnitsArguments, given)
    problems += check_account_scope(given)
    if isinstance(inputs.get("units"), Mapping):
        inputs["units"], mistakes = _validate_units(inputs["units"])
        problems += mistakes or _check_relations(inputs, old)
    return Inputs(inputs), problems


def _check_relations(inputs: dict[str, Any], old: Fields) -> list[Problem]:
    """Assign an id to every unit, and return the conflicts between them."""
    known = {key: _replace_unknown(unit) for key, unit in inputs["units"].items()}
    inputs["ids"] = assign_ids(str(inputs.get("account_id")), known, old)
    return check_units(known, inputs["ids"])


def _replace_unknown(unit: Any) -> Fields:
    return unit if isinstance(unit, Mapping) else dict.fromkeys(("id", "name", "parent"), UNKNOWN)


def _validate_units(units: Fields) -> tuple[dict[str, Any], list[Problem]]:
    problems = []
    found: dict[str, Any] = {}
    for key, unit in units.items():
        found[key], mistakes = _validate_unit(key, {} if unit is None else unit)
        problems += mistakes
    return found, problems


def _validate_unit(key: str, unit: Any) -> tuple[Any, list[Problem]]:
    try:
        normalize.limit_text(sys.maxsize)(key)
    except ValueError as error:
        return unit, [build_problem(key, f"the key {error}")]
    if isinstance(unit, Unknown):
        return unit, []
    if not isinstance(unit, Mapping):
        message = "must be a mapping such as {'description': '…'}, or {} if only the key matters"
        return unit, [build_problem(key, message)]
    given = {name: value for name, value in unit.items() if value is not None}
    fields, problems = validate_arguments(BusinessUnitArguments, given)
    problems += [] if "name" in given else _check_key_name(key)
    return fields, [build_problem(key, str(each)) for each in problems]


def _check_key_name(key: str) -> list[Problem]:
    """Return the problems of the name that a key ends with."""
    name = get_name(key, {})
    if not name.strip():
        return [Problem("name", "is missing: the key does not end with one")]
    try:
        normalize.limit_text(normalize.MAX_NAME_LENGTH)(name)
    except ValueError as error:
        return [Problem("name", str(error))]
    return []


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments with the state; send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    replaces = find_scope_changes(state, inputs)
    changed = [
        name
        for name, usual in (("complete", False), ("on_destroy", "retain"))
        if inputs.get(name, usual) != state.get(name, usual)
    ]
    if _has_unit_changes(state, inputs):
        changed.append("units")
    return Diff((*changed, *replaces), replaces)


def _has_unit_changes(state: State, inputs: Inputs) -> bool:
    units = inputs.get("units")
    if is_unknown(units) or is_unknown(inputs.get("ids")) or "units" not in state:
        return True
    live = state["units"]
    wants = build_units(inputs)
    if set(state.get("declared", wants)) - set(wants):
        return True
    if inputs.get("complete") and set(state["undeclared"]) - set(state["undropped"]):
        return True
    return any(
        key not in live or any(live[key].get(k) != v for k, v in fields.items())
        for key, fields in wants.items()
    )
