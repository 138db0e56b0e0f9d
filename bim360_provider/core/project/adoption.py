"""Decide what a create does when the name is in use at HQ (docs/reference/project.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bim360_provider.core.create_once import (
    SHARED_OWNERSHIP_RISK,
    is_recent_leftover,
    was_created_since,
)
from bim360_provider.core.project.rules import diff_fields
from bim360_provider.core.settings import Settings
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.models import Project

__all__ = ["AdoptionDecision", "decide_adoption", "is_created_project"]

Values = Mapping[str, Any]

RENAME_ADVICE: Final = "declare another name"


@dataclass(frozen=True)
class AdoptionDecision:
    """Which project to adopt and why, or why none: a sentence in either case.

    Attributes:
        project: The one to adopt.
        words: Why, or why not.
        unasked: Nobody declared the adoption, so people are warned of it.
    """

    project: Project | None
    reason: str
    is_implicit: bool = False


def is_created_project(project: Project, inputs: Values, since: datetime) -> bool:
    """Return whether a project with the declared values was made after we asked for it."""
    named = project.model_copy(update={"name": inputs["name"]})  # HQ may normalize a name
    unused = was_created_since(project.created_at, since) and not project.last_sign_in
    return unused and _has_declared_values(named, inputs)


def decide_adoption(
    twins: list[Project], inputs: Values, settings: Settings, began: datetime
) -> AdoptionDecision:
    """Decide about the projects that have the declared name already.

    Args:
        twins: All of that name, in any order.
        inputs: The arguments in normal form.
        settings: Say which of the two rules about interrupted runs are in force.
        began: HQ's time at which this run began.
    """
    name = inputs["name"]
    if not twins:
        words = (
            f"the name '{name}' is taken, yet no BIM 360 project of that name can be seen; "
            "if it was made a moment ago, run `pulumi up` again in some minutes; "
            f"it may also be an ACC project: {RENAME_ADVICE}"
        )
        return AdoptionDecision(None, words)
    twin = min(twins, key=lambda project: (project.status == "archived", project.created_at or ""))
    if _is_leftover(twin, inputs, settings, began):
        done = "is what an interrupted run left behind; it is adopted"
        words = f"'{name}' ({twin.id}) {done}. {SHARED_OWNERSHIP_RISK}"
        return AdoptionDecision(twin, words, is_implicit=True)
    policy = inputs.get("adopt", "never")
    if policy == "archived" and _was_reactivated(twin, inputs, settings, began):
        done = "was brought back by an interrupted run; it is adopted"
        words = f"'{name}' ({twin.id}) {done}. {SHARED_OWNERSHIP_RISK}"
        return AdoptionDecision(twin, words, is_implicit=True)
    archived = twin.status == "archived"
    if policy == "any" or (policy == "archived" and archived):
        done = "was archived and is brought back" if archived else "existed and is taken over"
        return AdoptionDecision(twin, f"'{name}' ({twin.id}) {done}, as adopt='{policy}' asks")
    return AdoptionDecision(None, _format_advice(twin, name, began))


def _is_leftover(twin: Project, inputs: Values, settings: Settings, began: datetime) -> bool:
    # A run may be interrupted after it archived what is declared so from the start.
    as_left = {"pending"} | ({"inactive", "archived"} & {inputs.get("status")})
    if twin.status not in as_left or twin.last_sign_in:
        return False
    return is_recent_leftover(twin.created_at, settings, began) and _has_declared_values(
        twin, inputs
    )


def _was_reactivated(twin: Project, inputs: Values, settings: Settings, began: datetime) -> bool:
    # It is archived no more, so the policy would leave it alone; nothing on it is to be changed.
    if twin.status not in ("active", "inactive"):
        return False
    return is_recent_leftover(twin.updated_at, settings, began) and _has_declared_values(
        twin, inputs
    )


def _has_declared_values(project: Project, inputs: Values) -> bool:
    # Lists leave the service types out; a status is set only after a project is made.
    unseen = {"status"} if project.service_types else {"status", "service_types"}
    declared = {name: value for name, value in inputs.items() if name not in unseen}
    return not set(diff_fields(project.get_fields(), declared)) - {"status"}


def _format_advice(twin: Project, name: str, began: datetime) -> str:
    made = parse_time(twin.created_at)
    if made is not None and made >= began:
        return (
            f"'{name}' ({twin.id}) was made by somebody else while this run was going on; "
            f"see whether two resources or two pipelines declare it, or {RENAME_ADVICE}"
        )
    if twin.status == "archived":
        return (
            f"'{name}' is the name of an archived project ({twin.id}), and names stay taken; "
            f"bring it back with adopt='archived', or {RENAME_ADVICE}"
        )
    return (
        f"a project '{name}' exists already ({twin.id}, {twin.status}); "
        f"take it over with adopt='any', or {RENAME_ADVICE}; if only the resource has a new name, "
        "give it Pulumi's aliases"
    )
