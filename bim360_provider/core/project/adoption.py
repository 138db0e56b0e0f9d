"""Decide which existing project a create may adopt; see docs/reference/project.md."""

from datetime import datetime
from typing import Final

from bim360_provider.core.create_once import (
    SHARED_OWNERSHIP_RISK,
    AdoptionDecision,
    is_recent_leftover,
    was_created_since,
)
from bim360_provider.core.entity import Inputs
from bim360_provider.core.project.rules import FIELD_SPEC
from bim360_provider.core.settings import Settings
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.models import Project

__all__ = ["decide_adoption", "is_created_project"]


RENAME_ADVICE: Final = "declare another name"


def is_created_project(project: Project, inputs: Inputs, since: datetime) -> bool:
    """Return whether a project has the declared values and was created after the request."""
    named = project.model_copy(update={"name": inputs["name"]})  # HQ may normalize a name
    unused = was_created_since(project.created_at, since) and not project.last_sign_in
    return unused and _has_declared_values(named, inputs)


def decide_adoption(
    candidates: list[Project], inputs: Inputs, settings: Settings, run_start: datetime
) -> AdoptionDecision[Project]:
    """Decide which existing project with the declared name to adopt.

    Args:
        candidates: All projects with that name, in any order.
        inputs: The normalized arguments.
        settings: Which leftovers of interrupted runs may be adopted.
        run_start: HQ's time at which this run began.
    """
    name = inputs["name"]
    if not candidates:
        message = (
            f"the name '{name}' is in use, but HQ lists no such BIM 360 project; "
            "if it was created a moment ago, run `pulumi up` again in a few minutes; "
            f"it may also be an ACC project: {RENAME_ADVICE}"
        )
        return AdoptionDecision(None, message)
    candidate = min(
        candidates, key=lambda project: (project.status == "archived", project.created_at or "")
    )
    if _is_leftover(candidate, inputs, settings, run_start):
        outcome = "is a leftover of an interrupted run and is adopted"
        message = f"'{name}' ({candidate.id}) {outcome}. {SHARED_OWNERSHIP_RISK}"
        return AdoptionDecision(candidate, message, is_implicit=True)
    policy = inputs.get("adopt", "never")
    archived = candidate.status == "archived"
    if policy == "any" or (policy == "archived" and archived):
        outcome = "was archived and is reactivated" if archived else "existed and is adopted"
        return AdoptionDecision(
            candidate, f"'{name}' ({candidate.id}) {outcome}, because adopt='{policy}'"
        )
    return AdoptionDecision(None, _format_advice(candidate, name, run_start))


def _is_leftover(
    candidate: Project, inputs: Inputs, settings: Settings, run_start: datetime
) -> bool:
    # A run may be interrupted after it archived a project that is declared as archived.
    as_left = {"pending"} | ({"inactive", "archived"} & {inputs.get("status")})
    if candidate.status not in as_left or candidate.last_sign_in:
        return False
    return is_recent_leftover(candidate.created_at, settings, run_start) and _has_declared_values(
        candidate, inputs
    )


def _has_declared_values(project: Project, inputs: Inputs) -> bool:
    # Lists leave the service types out; a status is set only after a project is created.
    unseen = {"status"} if project.service_types else {"status", "service_types"}
    declared = {name: value for name, value in inputs.items() if name not in unseen}
    return not set(FIELD_SPEC.diff_fields(project.get_fields(), Inputs(declared))) - {"status"}


def _format_advice(candidate: Project, name: str, run_start: datetime) -> str:
    created = parse_time(candidate.created_at)
    if created is not None and created >= run_start:
        return (
            f"'{name}' ({candidate.id}) was created by another user or pipeline during this run; "
            f"check whether two resources or pipelines declare it, or {RENAME_ADVICE}"
        )
    if candidate.status == "archived":
        return (
            f"'{name}' is the name of an archived project ({candidate.id}) and stays in use; "
            f"reactivate it with adopt='archived', or {RENAME_ADVICE}"
        )
    return (
        f"a project '{name}' exists already ({candidate.id}, {candidate.status}); "
        f"adopt it with adopt='any', or {RENAME_ADVICE}; if only the resource was renamed, "
        "add an alias to it"
    )
