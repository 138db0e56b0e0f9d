"""Projects as declarations: what HQ has, in the words of ``Bim360Project``."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core import project
from bim360_provider.core.project.rules import mirrored, outputs
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference, settled
from bim360_provider.models import Project
from bim360_provider.models.project import PATCHABLE
from bim360_provider.resources import Bim360Project

__all__ = ["declared_project"]

Values = Mapping[str, Any]


def declared_project(
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
    given = mirrored(live, place, _declarable(live))
    known = settled(project, given, lambda inputs: outputs(live, place, inputs), settings)
    arguments = {k: known.inputs[k] for k in PATCHABLE if k in known.inputs}
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


def _declarable(live: Project) -> list[str]:
    """Return the names of what HQ filled; a status only where it is not the usual one."""
    usual = () if live.status in ("archived", "inactive") else ("status",)
    return [name for name in PATCHABLE if name not in usual and getattr(live, name) is not None]
