"""Projects as declarations: what HQ has, in the words of ``Bim360Project``."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core import project
from bim360_provider.core.project.rules import build_outputs, derive_inputs
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference, select_accepted_inputs
from bim360_provider.models import Project
from bim360_provider.models.project import PATCHABLE_FIELDS
from bim360_provider.resources import Bim360Project

__all__ = ["declare_project"]

Values = Mapping[str, Any]


def declare_project(
    live: Project, name: str, place: Values, settings: Settings, units: Mapping[str, Reference]
) -> Declaration:
    """Return the declaration that changes nothing about a project.

    Args:
        live: The project.
        name: Pulumi's name for it.
        place: The account and the region.
        settings: Say whether values outside the public lists are let through.
        units: What to write for the business units that are declared too, by their ids.
    """
    given = derive_inputs(live, place, _list_declarable_fields(live))
    known = select_accepted_inputs(
        project, given, lambda inputs: build_outputs(live, place, inputs), settings
    )
    arguments = {k: known.inputs[k] for k in PATCHABLE_FIELDS if k in known.inputs}
    if arguments.get("business_unit_id") in units:
        arguments["business_unit_id"] = units[arguments["business_unit_id"]]
    return Declaration(
        resource=Bim360Project,
        name=name,
        id=live.id,
        arguments=arguments,
        inputs=known.inputs,
        outputs=known.outputs,
        notes=known.notes,
    )


def _list_declarable_fields(live: Project) -> list[str]:
    """Return the names of what HQ filled; a status only where it is not the usual one."""
    usual = () if live.status in ("archived", "inactive") else ("status",)
    return [
        name for name in PATCHABLE_FIELDS if name not in usual and getattr(live, name) is not None
    ]
