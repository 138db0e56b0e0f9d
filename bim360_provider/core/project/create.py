"""Create: one project, never two, and never one whose id is lost."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from datetime import datetime
from functools import partial
from typing import Any

from bim360_provider.core.create_once import create_once, refuse_used_name
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

Values = Mapping[str, Any]


def create(run: Run, inputs: Values) -> tuple[str, dict[str, Any]]:
    """Create a project, or adopt the one that the declared policy lets us adopt.

    Args:
        run: The account, and what this run knows.
        inputs: The arguments in normal form.

    Returns:
        The project's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConflictError: The name is taken, and the policy does not adopt what has it.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    run.server_now()  # fetches the token, and with it HQ's time, before anything is made
    judged = partial(_evaluate_candidates, run, inputs)
    room, name = NameExchange(run, "project"), inputs["name"]
    project, is_adopted = create_or_adopt(
        room,
        name,
        lambda: _create_project(run, inputs),
        lambda error: _adopt_project(run, name, error, judged),
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
    """Return the projects of a name as they are now: the list may be older than a rename."""
    found = []
    for listed in run.hq.projects.search_by_name(name, include_new=False):
        with suppress(NotFoundError):
            found.append(run.hq.projects.get(listed.id))
    return [each for each in found if each.name == name]


def _create_project(run: Run, inputs: Values) -> Project:
    body, name = build_create_body(inputs), inputs["name"]
    refuse_used_name(name, "project", partial(_find_projects_by_name, run))

    def ours(since: datetime) -> Project | None:
        found = run.hq.projects.find_recent_by_name(name)
        is_created = found is not None and is_created_project(found, inputs, since)
        return claim_row_or_none(run.ownership, found if is_created else None)

    def post() -> Project:
        return claim_row(run.ownership, run.hq.projects.create(body))

    return create_once(run, name, "project", post, ours)


def _evaluate_candidates(run: Run, inputs: Values, twins: list[Project]) -> AdoptionDecision:
    for twin in twins:
        if run.ownership.is_owned(twin.id) or run.ownership.is_owned_elsewhere(twin.id):
            return AdoptionDecision(
                None, f"another resource of this stack has '{twin.name}' ({twin.id})"
            )
        if run.ownership.find_previous_state(twin.id) is not None:
            return AdoptionDecision(
                twin, format_replacement_message("project", twin.id, inputs), is_implicit=True
            )
    return decide_adoption(twins, inputs, run.settings, run.started_at)


def _adopt_project(
    run: Run,
    name: str,
    error: ConflictError,
    judged: Callable[[list[Project]], AdoptionDecision],
) -> Project:
    """Return the project to adopt, as it is now: the list that it was found in may be older."""
    verdict, project = judged(run.hq.projects.search_by_name(name)), None
    if verdict.project is not None:
        project = run.hq.projects.get(verdict.project.id)
        # As in a list: a new project's services may not be there yet.
        bare = project.model_copy(update={"service_types": None})
        verdict = judged([bare] if project.name == name else [])
    if project is None or verdict.project is None:
        msg = f"BIM 360: could not create project '{name}': {verdict.reason}."
        raise ConflictError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )
    notify = run.warn if verdict.is_implicit else run.info
    notify(f"BIM 360: {verdict.reason}.")
    return project


def _apply_remaining(
    run: Run, project: Project, inputs: Values, settable: set[str], *, is_adopted: bool
) -> dict[str, Any]:
    """Do what is left to do on a project that exists; record what cannot be done now."""
    services = project.service_types or inputs.get("service_types")
    live = {**project.get_fields(), "service_types": services}
    wanted = settable.intersection(diff_fields(live, inputs))
    left: set[str] = set()
    try:
        body = build_patch_body(live, inputs, wanted)
        # A project that was just created contains nothing, so archiving it needs no limit.
        with reserve_archive(run, body, project) if is_adopted else nullcontext():
            project = patch_project(run, project.id, live, body, new_resource=True) or project
        # The answer to a PATCH leaves the services out; these are what it has now.
        services = inputs["service_types"] if "service_types" in body else services
    except Bim360Error as error:
        left = wanted
        words = f"{error} The project exists; the next `pulumi up` tries again."
        run.warn(words)
    copy_status = wait_for_template_copy(run, project, {}, inputs)
    known = {**inputs, "service_types": services}
    return build_outputs(project, known, inputs, copy_status=copy_status, unfinished=left)
