"""Projects as declarations: what HQ has, in the words of ``Bim360Project``."""

from collections.abc import Iterable, Mapping
from typing import Any

from bim360_provider.core import project
from bim360_provider.core.arguments import Problem
from bim360_provider.core.project.fields import differing
from bim360_provider.core.project.outputs import mirrored, outputs
from bim360_provider.core.settings import Settings
from bim360_provider.export.declaration import Declaration, Reference
from bim360_provider.models import Project, normal
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
    problems = _undeclarable(live, given, settings)
    inputs, _ = project.check(place, _without(given, problems), settings)
    arguments = {k: inputs[k] for k in PATCHABLE if k in inputs}
    if arguments.get("business_unit_id") in units:
        arguments["business_unit_id"] = units[arguments["business_unit_id"]]
    return Declaration(
        resource=Bim360Project,
        name=name,
        id=live.id,
        arguments=arguments,
        inputs=inputs,
        outputs=outputs(live, place, inputs),
        notes=tuple(_note(live, problem) for problem in problems),
    )


def _declarable(live: Project) -> list[str]:
    """Return the names of what HQ filled; a status only where it is not the usual one."""
    usual = () if live.status in ("archived", "inactive") else ("status",)
    return [name for name in PATCHABLE if name not in usual and getattr(live, name) is not None]


def _undeclarable(live: Project, given: Values, settings: Settings) -> list[Problem]:
    """Return what would be refused or changed if it were declared: HQ has what people typed."""
    found: list[Problem] = []
    while True:
        inputs, problems = project.check(given, _without(given, found), settings)
        if not problems:
            break
        found += problems
    changed = differing(live.fields(), inputs)
    return found + [Problem(name, "has another normal form") for name in changed]


def _without(given: Values, problems: Iterable[Problem]) -> dict[str, Any]:
    named = {problem.argument for problem in problems}
    return {name: value for name, value in given.items() if name not in named}


def _note(live: Project, problem: Problem) -> str:
    value = normal.shown(getattr(live, problem.argument, None))
    return f"{problem.argument} is left as it is, {value}: {problem.words}."
