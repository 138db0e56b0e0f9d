"""Companies as declarations."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core import company
from bim360_provider.core.company import FIELD_SPEC
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference, select_accepted_inputs
from bim360_provider.models import Company
from bim360_provider.models.company import PATCHABLE_FIELDS
from bim360_provider.resources import Bim360Company

__all__ = ["build_company_references", "declare_company"]

Values = Mapping[str, Any]


def declare_company(live: Company, name: str, place: Values, settings: Settings) -> Declaration:
    """Return the declaration that changes nothing about a company.

    Args:
        live: The company.
        name: Pulumi's name for it.
        place: The account and the region.
        settings: Go into the check.
    """
    fields = live.get_fields()
    given = FIELD_SPEC.derive_inputs(
        fields, place, [k for k in PATCHABLE_FIELDS if fields.get(k, "") != ""]
    )
    known = select_accepted_inputs(
        company, given, lambda inputs: FIELD_SPEC.build_outputs(fields, place, inputs), settings
    )
    return Declaration(
        resource=Bim360Company,
        name=name,
        id=live.id,
        arguments={k: known.inputs[k] for k in PATCHABLE_FIELDS if k in known.inputs},
        inputs=known.inputs,
        outputs=known.outputs,
        notes=known.notes,
    )


def build_company_references(companies: list[Declaration]) -> dict[str, Reference]:
    """Return what users and members write for each company, by its id."""
    return {each.id: Reference(each.kind, each.id) for each in companies}
