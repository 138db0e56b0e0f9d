"""Declare projects."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core import project
from bim360_provider.core.project.lifecycle import build_outputs
from bim360_provider.core.project.rules import FIELD_SPEC
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference, select_accepted_inputs
from bim360_provider.models import Project
from bim360_provider.resources import Bim360Project

__all__ = ["declare_project"]

Values = Mapping[str, Any]


def declare_project(
    live: Project,
    name: str,
    account_scope: Values,
    settings: Settings,
    units: Mapping[str, Reference],
) -> Declaration:
    """Return a declaration that does not change a project.

    Args:
        live: The project at HQ.
        name: The Pulumi resource name.
        account_scope: The account and the region.
        settings: The settings for the check.
        units: References to declared business units, by id.
    """
    accepted = select_accepted_inputs(
        project,
        FIELD_SPEC.derive_inputs(live.get_fields(), account_scope, _list_declarable_fields(live)),
        lambda inputs: build_outputs(live, account_scope, inputs),
        settings,
    )
    arguments = {
        key: accepted.inputs[key] for key in FIELD_SPEC.patch_fields if key in accepted.inputs
    }
    if arguments.get("business_unit_id") in units:
        arguments["business_unit_id"] = units[arguments["business_unit_id"]]
    return Declaration(
        resource=Bim360Project,
        name=name,
        id=live.id,
        arguments=arguments,
        inputs=accepted.inputs,
        outputs=accepted.outputs,
        notes=accepted.notes,
    )


def _list_declarable_fields(live: Project) -> list[str]:
    """Return the fields with a value at HQ, without a default status."""
    default_fields = () if live.status in ("archived", "inactive") else ("status",)
    return [
        name
        for name in FIELD_SPEC.patch_fields
        if name not in default_fields and getattr(live, name) is not None
    ]
