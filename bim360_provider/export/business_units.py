"""Declare the tree of business units."""

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
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import UNKNOWN_VALUE_REASON, Declaration, Reference
from bim360_provider.models import normalize
from bim360_provider.models.business_units import BusinessUnit
from bim360_provider.resources import Bim360BusinessUnits

__all__ = ["RESOURCE_NAME", "build_unit_references", "declare_units"]

Values = Mapping[str, Any]

RESOURCE_NAME: Final = "business units"

PULUMI_SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi identifies a secret or an asset.

https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/rpc.py
"""

MISSING_NAME_REASON: Final = "it has no name"

DUPLICATE_NAME_REASON: Final = "another unit with the same parent has the same name"


def declare_units(
    live: Sequence[BusinessUnit], name: str, account_scope: Values, settings: Settings
) -> tuple[Declaration | None, list[str]]:
    """Return the declaration of the units, or None, and a note for each undeclared unit.

    The key of a unit is its path. If two paths are equal as text, such as those of "East" below
    "North/West" and of "West/East" below "North", the keys are the ids.

    Args:
        live: The structure at HQ.
        name: The Pulumi resource name.
        account_scope: The account and the region.
        settings: The settings for the check.
    """
    checker = _UnitChecker(account_scope, settings)
    refused = _find_refused_units(live, checker)
    accepted = {unit.id for unit in live} - refused.keys()
    notes = [*refused.values()]
    for keys in (_build_keys(live, accepted), {id_: id_ for id_ in accepted}):
        units = derive_units(live, keys)
        description_notes = _remove_bad_descriptions(units, live, checker)
        inputs, outputs, reason = checker.check_units(live, units)
        if not reason:
            break
    if units and reason:
        notes.append(f"{len(units):,} business units are left as they are: {reason}")
        units = {}
    if not units:
        return None, notes
    declaration = Declaration(
        resource=Bim360BusinessUnits,
        name=name,
        id=account_scope["account_id"],
        arguments={"units": units},
        inputs=inputs,
        outputs={**outputs, "declared": list_declared_fields(inputs["units"])},
        notes=(*(f"{note}." for note in notes), *description_notes),
    )
    return declaration, notes


@dataclass(frozen=True)
class _UnitChecker:
    """Checks whether business units can be declared."""

    account_scope: Values
    settings: Settings

    def check_units(self, live: Sequence[BusinessUnit], units: Values) -> tuple[Inputs, State, str]:
        """Return inputs, outputs and the reason against the declaration; empty if there is none."""
        arguments = {**self.account_scope, "units": units}
        inputs, problems = business_units.check({}, arguments, self.settings)
        if problems:
            return inputs, State({}), problems[0].message
        outputs = State({**self.account_scope, **build_outputs(live, inputs, inputs["ids"], ())})
        changed = business_units.diff(outputs, inputs).changed_arguments
        reason = "the declared values would differ from those at HQ" if changed else ""
        return inputs, outputs, reason

    def find_problem(self, live: BusinessUnit, **fields: str | None) -> str:
        """Return why one unit cannot be declared with these fields; empty if it can."""
        if UNKNOWN in fields.values():
            return UNKNOWN_VALUE_REASON
        unit = {"id": live.id, "name": live.name, "parent": live.parent_id or ROOT, **fields}
        _, _, reason = self.check_units([live], {"unit": unit})
        return reason.removeprefix("'unit': ")


def _find_refused_units(live: Sequence[BusinessUnit], checker: _UnitChecker) -> dict[str, str]:
    """Return a note, by id, for each unit that cannot be declared."""
    paths = build_paths(live)
    counts = Counter((unit.parent_id, _normalize_name(unit)) for unit in live)
    notes = {}
    for unit in live:
        if not unit.name:
            reason = MISSING_NAME_REASON
        elif counts[unit.parent_id, _normalize_name(unit)] > 1:
            reason = DUPLICATE_NAME_REASON
        else:
            reason = checker.find_problem(unit, name=unit.name)
        if reason:
            label = f"business unit {normalize.quote_value(paths[unit.id])} ({unit.id})"
            notes[unit.id] = f"{label} is left as it is: {reason}"
    return notes


def _normalize_name(unit: BusinessUnit) -> str:
    """Return the name in Unicode normal form C."""
    return unicodedata.normalize("NFC", unit.name or "")


def _build_keys(live: Sequence[BusinessUnit], accepted: Collection[str]) -> dict[str, str]:
    """Return the keys by id; the id replaces a path that cannot be a key."""
    return {
        id_: key if key.isprintable() and key != PULUMI_SIGNATURE_KEY else id_
        for id_, key in assign_keys(live, accepted).items()
    }


def _remove_bad_descriptions(
    units: Mapping[str, dict[str, Any]], live: Sequence[BusinessUnit], checker: _UnitChecker
) -> list[str]:
    """Remove empty and invalid descriptions; return a note for each invalid one."""
    by_id = {unit.id: unit for unit in live}
    notes = []
    for key, unit in units.items():
        description = unit.pop("description", "")
        if not description:
            continue
        reason = checker.find_problem(by_id[unit["id"]], description=description)
        if reason:
            notes.append(f"description of {normalize.quote_value(key)} is left as it is: {reason}.")
        else:
            unit["description"] = description
    return notes


def build_unit_references(units: Declaration | None) -> dict[str, Reference]:
    """Return references to declared business units, by id."""
    if units is None:
        return {}
    ids: Mapping[str, str] = units.outputs["ids"]
    return {id_: Reference(units.kind, units.id, "ids", key) for key, id_ in ids.items()}
