"""The tree of business units as one declaration."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bim360_provider.core import business_units
from bim360_provider.core.business_units.outputs import declared, imported, outputs
from bim360_provider.core.entity import DECLARED
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.models.business_units import BusinessUnit
from bim360_provider.resources import Bim360BusinessUnits

__all__ = ["NAME", "declared_units", "references"]

Values = Mapping[str, Any]

NAME: Final = "business units"


def declared_units(
    live: Sequence[BusinessUnit], name: str, place: Values, settings: Settings
) -> Declaration | None:
    """Return the declaration of all units, or None where our rules cannot say what HQ has.

    Units that share name and parent have no key of their own; they stay as they are.

    Args:
        live: HQ's structure.
        name: Pulumi's name for it.
        place: The account and the region.
        settings: Go into the check.
    """
    units = {key: _plain(unit) for key, unit in imported(live).items() if key != unit["id"]}
    inputs, problems = business_units.check({}, {**place, "units": units}, settings)
    if problems or not units:
        return None
    outs = {**place, **outputs(live, inputs, inputs["ids"], ())}
    if business_units.diff(outs, inputs).changed:
        return None
    return Declaration(
        resource=Bim360BusinessUnits,
        name=name,
        id=place["account_id"],
        arguments={"units": units},
        inputs=inputs,
        outputs={**outs, DECLARED: declared(inputs["units"])},
    )


def references(units: Declaration | None) -> dict[str, Reference]:
    """Return what projects write for each unit, by its id."""
    if units is None:
        return {}
    ids: Mapping[str, str] = units.outputs["ids"]
    return {id_: Reference(units.kind, units.id, "ids", key) for key, id_ in ids.items()}


def _plain(unit: Values) -> dict[str, Any]:
    """Return a unit without a description that it does not have."""
    return {field: value for field, value in unit.items() if (field, value) != ("description", "")}
