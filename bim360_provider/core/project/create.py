"""Create a project exactly once and never lose its id."""

from contextlib import nullcontext, suppress
from datetime import datetime
from functools import partial

from bim360_provider.core.create_once import (
    AdoptionDecision,
    adopt_or_refuse,
    create_row,
    decide_by_ownership,
    refuse_used_name,
    try_patch,
)
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.names.renames import NameExchange
from bim360_provider.core.names.waiting import create_or_adopt
from bim360_provider.core.project.adoption import decide_adoption, is_created_project
from bim360_provider.core.project.lifecycle import (
    build_outputs,
    patch_project,
    reserve_archive,
    wait_for_template_copy,
    warn_about_project,
)
from bim360_provider.core.project.rules import FIELD_SPEC
from bim360_provider.core.replacements import format_template_message
from bim360_provider.core.run import Run
from bim360_provider.errors import ConflictError, NotFoundError
from bim360_provider.models import Project

__all__ = ["create"]


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Create a project, or adopt an existing one if the declared policy allows it.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The project's id and the outputs. Once the id is known, nothing is
        raised: the output ``unfinished`` lists what could not be applied.

    Raises:
        ConflictError: The name is in use, and the policy does not allow the adoption.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be reached to check whether it acted; the next run checks.
    """
    run.server_now()  # fetches a token and HQ's time before anything is created
    project, is_adopted = create_or_adopt(
        NameExchange(run, "project"),
        inputs["name"],
        lambda: _create_project(run, inputs),
        lambda error: _adopt_project(run, inputs, error),
    )
    if is_adopted:
        run.ownership.mark_adopted(project.id)
        if "template_project_id" in inputs and not project.copy_project_job_id:
            run.warn(f"BIM 360: {format_template_message(str(project.name))}.")
    run.ownership.mark_owned(project.id)
    return project.id, _apply_remaining(run, project, inputs, is_adopted=is_adopted)


def _find_projects_by_name(run: Run, name: str) -> list[Project]:
    """Return the current projects with a name: the list may be older than a rename."""
    found = []
    for listed in run.hq.projects.search_by_name(name, include_new=False):
        with suppress(NotFoundError):
            found.append(run.hq.projects.get(listed.id))
    return [each for each in found if each.name == name]


def _create_project(run: Run, inputs: Inputs) -> Project:
    body, name = FIELD_SPEC.build_create_body(inputs), inputs["name"]

    def find_created(since: datetime) -> Project | None:
        found = run.hq.projects.find_recent_by_name(name)
        return found if found is not None and is_created_project(found, inputs, since) else None

    refuse_used_name(name, "project", partial(_find_projects_by_name, run))
    post = partial(run.hq.projects.create, body)
    project = create_row(run, name, "project", post, find_created)
    warn_about_project(run, name, body, project)
    return project


def _adopt_project(run: Run, inputs: Inputs, error: ConflictError) -> Project:
    """Return the project to adopt, read again: the list may be outdated."""

    def decide(candidates: list[Project]) -> AdoptionDecision[Project]:
        known = decide_by_ownership(run, "project", "", candidates, inputs)
        return known or decide_adoption(candidates, inputs, run.settings, run.started_at)

    name = inputs["name"]
    failure = f"BIM 360: could not create project '{name}':"
    decision = decide(run.hq.projects.search_by_name(name))
    if decision.row is None:
        return adopt_or_refuse(run, failure, decision, error)
    project = run.hq.projects.get(decision.row.id)
    # As in a list: the services of a new project may still be missing.
    bare = project.model_copy(update={"service_types": None})
    adopt_or_refuse(run, failure, decide([bare] if project.name == name else []), error)
    return project


def _apply_remaining(run: Run, project: Project, inputs: Inputs, *, is_adopted: bool) -> State:
    """Apply the remaining arguments to an existing project; record those that fail."""
    services = project.service_types or inputs.get("service_types")
    live = {**project.get_fields(), "service_types": services}
    settable = {*inputs, "status"} if is_adopted else {"status"}
    wanted = settable.intersection(FIELD_SPEC.diff_fields(live, inputs))
    body = FIELD_SPEC.build_patch_body(live, inputs, wanted)

    def send() -> Project:
        # A project that was just created contains nothing, so archiving it needs no limit.
        with reserve_archive(run, body, project) if is_adopted else nullcontext():
            return patch_project(run, project.id, live, body, new_resource=True) or project

    changed, pending = try_patch(run, wanted, "The project exists", send)
    if changed and "service_types" in body:
        # The response to a PATCH leaves the services out; the project has these now.
        services = inputs["service_types"]
    project = changed or project
    copy_status = wait_for_template_copy(run, project, State({}), inputs)
    known = {**inputs, "service_types": services}
    return build_outputs(project, known, inputs, copy_status=copy_status, unfinished=pending)
