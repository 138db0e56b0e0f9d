"""The tree of business units as one declaration."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi.runtime.rpc import UNKNOWN

from bim360_provider.core import business_units
from bim360_provider.core.business_units.rules import (
    assign_keys,
    build_outputs,
    derive_units,
    list_declared_fields,
)
from bim360_provider.core.business_units.tree import ROOT, build_paths
from bim360_provider.core.entity import DECLARED, Inputs, State
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import UNKNOWN_VALUE_REASON, Declaration, Reference
from bim360_provider.models import normalize
from bim360_provider.models.business_units import BusinessUnit
from bim360_provider.resources import Bim360BusinessUnits

__all__ = ["RESOURCE_NAME", "build_unit_references", "declare_units"]

Values = Mapping[str, Any]

RESOURCE_NAME: Final = "business units"

PULUMI_SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
"""Pulumi takes a mapping with this key for a secret or an asset.

https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py
"""

MISSING_NAME_REASON: Final = "it has no name"

DUPLICATE_NAME_REASON: Final = "another unit with the same parent has the same name"


def declare_units(
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
    judge = _UnitChecker(place, settings)
    left = _find_refused_units(live, judge)
    kept = {unit.id for unit in live} - left.keys()
    notes = [*left.values()]
    for keys in (_build_keys(live, kept), {id_: id_ for id_ in kept}):
        units = derive_units(live, keys)
        unsaid = _remove_bad_descriptions(units, live, judge)
        inputs, outs, why = judge.check_units(live, units)
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
        outputs={**outs, DECLARED: list_declared_fields(inputs["units"])},
        notes=(*(f"{note}." for note in notes), *unsaid),
    )
    return declaration, notes


@dataclass(frozen=True)
class _UnitChecker:
    """Checks what could be declared in an account."""

    account_scope: Values
    settings: Settings

    def check_units(self, live: Sequence[BusinessUnit], units: Values) -> tuple[Inputs, State, str]:
        """Return inputs, outputs, and why the units cannot be declared; empty if they can."""
        given = {**self.account_scope, "units": units}
        inputs, problems = business_units.check({}, given, self.settings)
        if problems:
            return inputs, State({}), problems[0].message
        outs = State({**self.account_scope, **build_outputs(live, inputs, inputs["ids"], ())})
        changed = business_units.diff(outs, inputs).changed_arguments
        return inputs, outs, "HQ has another form of what would be declared" if changed else ""

    def find_problem(self, live: BusinessUnit, **given: str | None) -> str:
        """Return why one unit cannot be declared so, whatever else is; empty if it can."""
        if UNKNOWN in given.values():
            return UNKNOWN_VALUE_REASON
        unit = {"id": live.id, "name": live.name, "parent": live.parent_id or ROOT, **given}
        _, _, why = self.check_units([live], {"it": unit})
        return why.removeprefix("'it': ")


def _find_refused_units(live: Sequence[BusinessUnit], judge: _UnitChecker) -> dict[str, str]:
    """Return a line by id for each unit that cannot be declared."""
    names = build_paths(live)
    places = Counter((unit.parent_id, _normalize_name(unit)) for unit in live)
    found = {}
    for unit in live:
        why = DUPLICATE_NAME_REASON if places[unit.parent_id, _normalize_name(unit)] > 1 else ""
        if (
            why := MISSING_NAME_REASON
            if not unit.name
            else why or judge.find_problem(unit, name=unit.name)
        ):
            called = f"business unit {normalize.quote_value(names[unit.id])} ({unit.id})"
            found[unit.id] = f"{called} is left as it is: {why}"
    return found


def _normalize_name(unit: BusinessUnit) -> str:
    """Return the name in one of the forms that look the same."""
    return unicodedata.normalize("NFC", unit.name or "")


def _build_keys(live: Sequence[BusinessUnit], kept: Collection[str]) -> dict[str, str]:
    """Return the keys by id: a path that cannot be a key is replaced by the id."""
    return {
        id_: key if key.isprintable() and key != PULUMI_SIGNATURE_KEY else id_
        for id_, key in assign_keys(live, kept).items()
    }


def _remove_bad_descriptions(
    units: Mapping[str, dict[str, Any]], live: Sequence[BusinessUnit], judge: _UnitChecker
) -> list[str]:
    """Remove descriptions that are empty or cannot be declared; return a note for the latter."""
    by_id = {unit.id: unit for unit in live}
    notes = []
    for key, unit in units.items():
        description = unit.pop("description", "")
        if not description:
            continue
        if why := judge.find_problem(by_id[unit["id"]], description=description):
            notes.append(f"description of {normalize.quote_value(key)} is left as it is: {why}.")
        else:
            unit["description"] = description
    return notes


def build_unit_references(units: Declaration | None) -> dict[str, Reference]:
    """Return what projects write for each unit, by its id."""
    if units is None:
        return {}
    ids: Mapping[str, str] = units.outputs["ids"]
    return {id_: Reference(units.kind, units.id, "ids", key) for key, id_ in ids.items()}
