"""The tree of business units as one declaration."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pulumi.runtime.rpc import UNKNOWN

from bim360_provider.core import business_units
from bim360_provider.core.business_units.naming import ROOT
from bim360_provider.core.business_units.outputs import declared, imported, keys_of, outputs
from bim360_provider.core.business_units.structure import paths
from bim360_provider.core.entity import DECLARED
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.export.declaring import UNKNOWN_TEXT
from bim360_provider.models import normal
from bim360_provider.models.business_units import BusinessUnit
from bim360_provider.resources import Bim360BusinessUnits

__all__ = ["NAME", "declared_units", "references"]

Values = Mapping[str, Any]

NAME: Final = "business units"

PULUMIS_KEY: Final = "4dabf18193072939515e22adb298388d"
"""Pulumi takes a mapping with this key for a secret or an asset.

https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py
"""

NO_NAME: Final = "it has no name"

SAME_NAME: Final = "another unit with the same parent has the same name"


def declared_units(
    live: Sequence[BusinessUnit], name: str, place: Values, settings: Settings
) -> tuple[Declaration | None, list[str]]:
    """Return the declaration of the units, None if there is none, and what is left as it is.

    The key of a unit is its path; it is its id where two paths are the same text, as those of
    "East" below "North/West" and of "West/East" below "North" are.

    Args:
        live: HQ's structure.
        name: Pulumi's name for it.
        place: The account and the region.
        settings: Go into the check.
    """
    left = _left(live, place, settings)
    kept = {unit.id for unit in live} - left.keys()
    notes = [*left.values()]
    units = imported(live, _keys(live, kept))
    unsaid = _without_bad_descriptions(units, place, settings)
    inputs, problems = business_units.check({}, {**place, "units": units}, settings)
    outs = {**place, **outputs(live, inputs, inputs["ids"], ())}
    if units and (problems or business_units.diff(outs, inputs).changed):
        why = problems[0].words if problems else "HQ has another form of what would be declared"
        notes.append(f"{len(units):,} business units are left as they are: {why}")
        units = {}
    if not units:
        return None, notes
    declaration = Declaration(
        resource=Bim360BusinessUnits,
        name=name,
        id=place["account_id"],
        arguments={"units": units},
        inputs=inputs,
        outputs={**outs, DECLARED: declared(inputs["units"])},
        notes=(*(f"{note}." for note in notes), *unsaid),
    )
    return declaration, notes


def _left(live: Sequence[BusinessUnit], place: Values, settings: Settings) -> dict[str, str]:
    """Return a line by id for each unit that cannot be declared."""
    names = paths(live)
    places = Counter((unit.parent_id, unit.name) for unit in live)
    found = {}
    for unit in live:
        bare = {"id": unit.id, "name": unit.name, "parent": unit.parent_id or ROOT}
        why = SAME_NAME if places[unit.parent_id, unit.name] > 1 else ""
        if why := NO_NAME if not unit.name else why or _problem(bare, place, settings):
            called = f"business unit {normal.shown(names[unit.id])} ({unit.id})"
            found[unit.id] = f"{called} is left as it is: {why}"
    return found


def _problem(unit: Values, place: Values, settings: Settings) -> str:
    """Return why a unit cannot be declared, whatever else is; empty if it can."""
    if UNKNOWN in unit.values():
        return UNKNOWN_TEXT
    _, problems = business_units.check({}, {**place, "units": {"it": unit}}, settings)
    return problems[0].words.removeprefix("'it': ") if problems else ""


def _keys(live: Sequence[BusinessUnit], kept: Collection[str]) -> dict[str, str]:
    """Return the keys by id: a path that cannot be a key is replaced by the id."""
    return {
        id_: key if key.isprintable() and key != PULUMIS_KEY else id_
        for id_, key in keys_of(live, kept).items()
    }


def _without_bad_descriptions(
    units: Mapping[str, dict[str, Any]], place: Values, settings: Settings
) -> list[str]:
    """Remove descriptions that are empty or cannot be declared; return a note for the latter."""
    notes = []
    for key, unit in units.items():
        description = unit.pop("description", "")
        why = _problem({"description": description}, place, settings)
        if description and not why:
            unit["description"] = description
        elif why:
            notes.append(f"description of {normal.shown(key)} is left as it is: {why}.")
    return notes


def references(units: Declaration | None) -> dict[str, Reference]:
    """Return what projects write for each unit, by its id."""
    if units is None:
        return {}
    ids: Mapping[str, str] = units.outputs["ids"]
    return {id_: Reference(units.kind, units.id, "ids", key) for key, id_ in ids.items()}
