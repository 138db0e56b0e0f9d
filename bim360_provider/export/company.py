"""Declare companies."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core import company
from bim360_provider.core.company import FIELD_SPEC
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference, select_accepted_inputs
from bim360_provider.models import Company
from bim360_provider.resources import Bim360Company

__all__ = ["build_company_references", "declare_company"]

Values = Mapping[str, Any]


def declare_company(
    live: Company, name: str, account_scope: Values, settings: Settings
) -> Declaration:
    """Return a declaration that does not change a company.

    Args:
        live: The company at HQ.
        name: The Pulumi resource name.
        account_scope: The account and the region.
        settings: The settings for the check.
    """
    fields = live.get_fields()
    names = [key for key in FIELD_SPEC.patch_fields if fields.get(key, "") != ""]
    accepted = select_accepted_inputs(
        company,
        FIELD_SPEC.derive_inputs(fields, account_scope, names),
        lambda inputs: FIELD_SPEC.build_outputs(fields, account_scope, inputs),
        settings,
    )
    return Declaration(
        resource=Bim360Company,
        name=name,
        id=live.id,
        arguments={
            key: accepted.inputs[key] for key in FIELD_SPEC.patch_fields if key in accepted.inputs
        },
        inputs=accepted.inputs,
        outputs=accepted.outputs,
        notes=accepted.notes,
    )


def build_company_references(companies: list[Declaration]) -> dict[str, Reference]:
    """Return references to declared companies, by id."""
    return {each.id: Reference(each.kind, each.id) for each in companies}
