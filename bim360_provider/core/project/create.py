"""Create a project exactly once and never lose its id."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime
from functools import partial

from bim360_provider.core.create_once import create_once, refuse_used_name
from bim360_provider.core.entity import Inputs, State
from bim360_provider.core.names.renames import NameExchange
from bim360_provider.core.names.waiting import create_or_adopt
from bim360_provider.core.project.adoption import (
    AdoptionDecision,
    decide_adoption,
    is_created_project,
)
from bim360_provider.core.project.lifecycle import (
    patch_project,
    reserve_archive,
    wait_for_template_copy,
    warn_about_project,
)
from bim360_provider.core.project.rules import (
    build_create_body,
    build_outputs,
    build_patch_body,
    diff_fields,
)
from bim360_provider.core.replacements import (
    format_replacement_message,
    format_template_message,
)
from bim360_provider.core.run import Run, claim_row, claim_row_or_none
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError
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
    decide = partial(_evaluate_candidates, run, inputs)
    exchange, name = NameExchange(run, "project"), inputs["name"]
    project, is_adopted = create_or_adopt(
        exchange,
        name,
        lambda: _create_project(run, inputs),
        lambda error: _adopt_project(run, name, error, decide),
    )
    if not is_adopted:
        warn_about_project(run, name, build_create_body(inputs), project)
        wanted = {"status"}
    else:
        wanted = set(inputs) | {"status"}
        run.ownership.mark_adopted(project.id)
        if "template_project_id" in inputs and not project.copy_project_job_id:
            run.warn(f"BIM 360: {format_template_message(str(project.name))}.")
    run.ownership.mark_owned(project.id)
    return project.id, _apply_remaining(run, project, inputs, wanted, is_adopted=is_adopted)


def _find_projects_by_name(run: Run, name: str) -> list[Project]:
    """Return the current projects with a name: the list may be older than a rename."""
    found = []
    for listed in run.hq.projects.search_by_name(name, include_new=False):
        with suppress(NotFoundError):
            found.append(run.hq.projects.get(listed.id))
    return [each for each in found if each.name == name]


def _create_project(run: Run, inputs: Inputs) -> Project:
    body, name = build_create_body(inputs), inputs["name"]
    refuse_used_name(name, "project", partial(_find_projects_by_name, run))

    def find_created(since: datetime) -> Project | None:
        found = run.hq.projects.find_recent_by_name(name)
        is_created = found is not None and is_created_project(found, inputs, since)
        return claim_row_or_none(run.ownership, found if is_created else None)

    def post() -> Project:
        return claim_row(run.ownership, run.hq.projects.create(body))

    return create_once(run, name, "project", post, find_created)


def _evaluate_candidates(run: Run, inputs: Inputs, candidates: list[Project]) -> AdoptionDecision:
    for candidate in candidates:
        if run.ownership.is_owned(candidate.id) or run.ownership.is_owned_elsewhere(candidate.id):
            return AdoptionDecision(
                None, f"another resource of this stack has '{candidate.name}' ({candidate.id})"
            )
        if run.ownership.find_previous_state(candidate.id) is not None:
            return AdoptionDecision(
                candidate,
                format_replacement_message("project", candidate.id, inputs),
                is_implicit=True,
            )
    return decide_adoption(candidates, inputs, run.settings, run.started_at)


def _adopt_project(
    run: Run,
    name: str,
    error: ConflictError,
    decide: Callable[[list[Project]], AdoptionDecision],
) -> Project:
    """Return the project to adopt, read again: the list may be outdated."""
    decision, project = decide(run.hq.projects.search_by_name(name)), None
    if decision.project is not None:
        project = run.hq.projects.get(decision.project.id)
        # As in a list: the services of a new project may still be missing.
        bare = project.model_copy(update={"service_types": None})
        decision = decide([bare] if project.name == name else [])
    if project is None or decision.project is None:
        msg = f"BIM 360: could not create project '{name}': {decision.reason}."
        raise ConflictError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )
    notify = run.warn if decision.is_implicit else run.info
    notify(f"BIM 360: {decision.reason}.")
    return project


def _apply_remaining(
    run: Run, project: Project, inputs: Inputs, settable: set[str], *, is_adopted: bool
) -> State:
    """Apply the remaining arguments to an existing project; record those that fail."""
    services = project.service_types or inputs.get("service_types")
    live = {**project.get_fields(), "service_types": services}
    wanted = settable.intersection(diff_fields(live, inputs))
    pending: set[str] = set()
    try:
        body = build_patch_body(live, inputs, wanted)
        # A project that was just created contains nothing, so archiving it needs no limit.
        with reserve_archive(run, body, project) if is_adopted else nullcontext():
            project = patch_project(run, project.id, live, body, new_resource=True) or project
        # The response to a PATCH leaves the services out; the project has these now.
        services = inputs["service_types"] if "service_types" in body else services
    except Bim360Error as error:
        pending = wanted
        message = f"{error} The project exists; the next `pulumi up` tries again."
        run.warn(message)
    copy_status = wait_for_template_copy(run, project, State({}), inputs)
    known = {**inputs, "service_types": services}
    return build_outputs(project, known, inputs, copy_status=copy_status, unfinished=pending)
