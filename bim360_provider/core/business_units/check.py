"""Check: the tree in normal form with all its ids, and everything that is wrong with it."""

import sys
from collections.abc import Mapping
from typing import Any

from bim360_provider.core.arguments import UNKNOWN, Problem, Unknown, validated
from bim360_provider.core.business_units.naming import ids_of, name_of
from bim360_provider.core.business_units.relations import problems_of, wrong
from bim360_provider.core.place import placed, unplaced
from bim360_provider.core.settings import Settings
from bim360_provider.models import normal
from bim360_provider.models.business_units import BusinessUnitArguments, BusinessUnitsArguments

__all__ = ["check"]

Values = Mapping[str, Any]


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
        normal.text(sys.maxsize)(key)
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
        normal.text(normal.NAME_LIMIT)(name)
    except ValueError as error:
        return [Problem("name", str(error))]
    return []
