"""The tree of business units as one declaration."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi.runtime.rpc import UNKNOWN

from bim360_provider.core import business_units
from bim360_provider.core.business_units.rules import declared, imported, keys_of, outputs
from bim360_provider.core.business_units.tree import ROOT, paths
from bim360_provider.core.entity import DECLARED
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import UNKNOWN_TEXT, Declaration, Reference
from bim360_provider.models import normalize
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
    judge = _Judge(place, settings)
    left = _left(live, judge)
    kept = {unit.id for unit in live} - left.keys()
    notes = [*left.values()]
    for keys in (_paths(live, kept), {id_: id_ for id_ in kept}):
        units = imported(live, keys)
        unsaid = _without_bad_descriptions(units, live, judge)
        inputs, outs, why = judge.declare(live, units)
        if not why:
            break
    if units and why:
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


@dataclass(frozen=True)
class _Judge:
    """Checks what could be declared in an account."""

    place: Values
    settings: Settings

    def declare(
        self, live: Sequence[BusinessUnit], units: Values
    ) -> tuple[dict[str, Any], dict[str, Any], str]:
        """Return inputs, outputs, and why the units cannot be declared; empty if they can."""
        given = {**self.place, "units": units}
        inputs, problems = business_units.check({}, given, self.settings)
        if problems:
            return inputs, {}, problems[0].words
        outs = {**self.place, **outputs(live, inputs, inputs["ids"], ())}
        changed = business_units.diff(outs, inputs).changed
        return inputs, outs, "HQ has another form of what would be declared" if changed else ""

    def problem(self, live: BusinessUnit, **given: str | None) -> str:
        """Return why one unit cannot be declared so, whatever else is; empty if it can."""
        if UNKNOWN in given.values():
            return UNKNOWN_TEXT
        unit = {"id": live.id, "name": live.name, "parent": live.parent_id or ROOT, **given}
        _, _, why = self.declare([live], {"it": unit})
        return why.removeprefix("'it': ")


def _left(live: Sequence[BusinessUnit], judge: _Judge) -> dict[str, str]:
    """Return a line by id for each unit that cannot be declared."""
    names = paths(live)
    places = Counter((unit.parent_id, _composed(unit)) for unit in live)
    found = {}
    for unit in live:
        why = SAME_NAME if places[unit.parent_id, _composed(unit)] > 1 else ""
        if why := NO_NAME if not unit.name else why or judge.problem(unit, name=unit.name):
            called = f"business unit {normalize.shown(names[unit.id])} ({unit.id})"
            found[unit.id] = f"{called} is left as it is: {why}"
    return found


def _composed(unit: BusinessUnit) -> str:
    """Return the name in one of the forms that look the same."""
    return unicodedata.normalize("NFC", unit.name or "")


def _paths(live: Sequence[BusinessUnit], kept: Collection[str]) -> dict[str, str]:
    """Return the keys by id: a path that cannot be a key is replaced by the id."""
    return {
        id_: key if key.isprintable() and key != PULUMIS_KEY else id_
        for id_, key in keys_of(live, kept).items()
    }


def _without_bad_descriptions(
    units: Mapping[str, dict[str, Any]], live: Sequence[BusinessUnit], judge: _Judge
) -> list[str]:
    """Remove descriptions that are empty or cannot be declared; return a note for the latter."""
    by_id = {unit.id: unit for unit in live}
    notes = []
    for key, unit in units.items():
        description = unit.pop("description", "")
        if not description:
            continue
        if why := judge.problem(by_id[unit["id"]], description=description):
            notes.append(f"description of {normalize.shown(key)} is left as it is: {why}.")
        else:
            unit["description"] = description
    return notes


def references(units: Declaration | None) -> dict[str, Reference]:
    """Return what projects write for each unit, by its id."""
    if units is None:
        return {}
    ids: Mapping[str, str] = units.outputs["ids"]
    return {id_: Reference(units.kind, units.id, "ids", key) for key, id_ in ids.items()}
