"""Create: one project, never two, and never one whose id is lost."""

from collections.abc import Callable, Mapping
from contextlib import suppress
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
from bim360_provider.core.replacements import format_replacement_message
from bim360_provider.core.run import ArchiveLimit, Ownership, claim_row, claim_row_or_none
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, ConflictError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models import Project

__all__ = ["create"]

Values = Mapping[str, Any]


def create(
    client: HqClient,
    inputs: Values,
    settings: Settings,
    owners: Ownership | None = None,
    allowance: ArchiveLimit | None = None,
) -> tuple[str, dict[str, Any]]:
    """Create a project, or adopt the one that the declared policy lets us adopt.

    Args:
        client: The account that it is to be in.
        inputs: The arguments in normal form.
        settings: Say which leftovers may be adopted.
        owners: Know which projects belong to other resources of this run.
        allowance: How many the run may archive yet: one that existed may be declared archived.

    Returns:
        The project's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConflictError: The name is taken, and the policy does not adopt what has it.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    owners = owners or Ownership()
    client.transport.get_server_time()  # fetches the token, and with it HQ's time, before anything is made
    judged = partial(_evaluate_candidates, client, inputs, settings, owners)
    room, name = NameExchange(client, "project"), inputs["name"]
    project, is_adopted = create_or_adopt(
        room,
        name,
        lambda: _create_project(client, inputs, owners),
        lambda error: _adopt_project(client, name, error, judged),
    )
    if not is_adopted:
        warn_about_project(client, name, build_create_body(inputs), project)
        wanted, allowance = {"status"}, None  # what was just made cannot be lost
    else:
        wanted = set(inputs) | {"status"}
        owners.mark_adopted(project.id)
        if "template_project_id" in inputs and not project.copy_project_job_id:
            words = f"the template is not copied into '{project.name}': it existed already"
            client.transport.notify(f"BIM 360: {words}.", warning=True)
    owners.mark_owned(project.id)
    return project.id, _apply_remaining(client, project, inputs, wanted, allowance)


def _find_projects_by_name(client: HqClient, name: str) -> list[Project]:
    """Return the projects of a name as they are now: the list may be older than a rename."""
    found = []
    for listed in client.projects.search_by_name(name, include_new=False):
        with suppress(NotFoundError):
            found.append(client.projects.get(listed.id))
    return [each for each in found if each.name == name]


def _create_project(client: HqClient, inputs: Values, owners: Ownership) -> Project:
    body, name = build_create_body(inputs), inputs["name"]
    refuse_used_name(name, "project", partial(_find_projects_by_name, client))

    def ours(since: datetime) -> Project | None:
        found = client.projects.find_recent_by_name(name)
        is_created = found is not None and is_created_project(found, inputs, since)
        return claim_row_or_none(owners, found if is_created else None)

    def post() -> Project:
        return claim_row(owners, client.projects.create(body))

    return create_once(client, name, "project", post, ours)


def _evaluate_candidates(
    client: HqClient, inputs: Values, settings: Settings, owners: Ownership, twins: list[Project]
) -> AdoptionDecision:
    for twin in twins:
        if owners.is_owned(twin.id) or owners.is_owned_elsewhere(twin.id):
            return AdoptionDecision(
                None, f"another resource of this stack has '{twin.name}' ({twin.id})"
            )
        if owners.find_previous_state(twin.id) is not None:
            return AdoptionDecision(
                twin, format_replacement_message("project", twin.id, inputs), is_implicit=True
            )
    return decide_adoption(twins, inputs, settings, client.transport.server_clock.run_start)


def _adopt_project(
    client: HqClient,
    name: str,
    error: ConflictError,
    judged: Callable[[list[Project]], AdoptionDecision],
) -> Project:
    """Return the project to adopt, as it is now: the list that it was found in may be older."""
    verdict, project = judged(client.projects.search_by_name(name)), None
    if verdict.project is not None:
        project = client.projects.get(verdict.project.id)
        # As in a list: a new project's services may not be there yet.
        bare = project.model_copy(update={"service_types": None})
        verdict = judged([bare] if project.name == name else [])
    if project is None or verdict.project is None:
        msg = f"BIM 360: could not create project '{name}': {verdict.reason}."
        raise ConflictError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )
    client.transport.notify(f"BIM 360: {verdict.reason}.", warning=verdict.is_implicit)
    return project


def _apply_remaining(
    client: HqClient,
    project: Project,
    inputs: Values,
    settable: set[str],
    allowance: ArchiveLimit | None,
) -> dict[str, Any]:
    """Do what is left to do on a project that exists; record what cannot be done now."""
    services = project.service_types or inputs.get("service_types")
    live = {**project.get_fields(), "service_types": services}
    wanted = settable.intersection(diff_fields(live, inputs))
    left: set[str] = set()
    try:
        body = build_patch_body(live, inputs, wanted)
        with reserve_archive(body, project, allowance):
            project = patch_project(client, project.id, live, body, new_resource=True) or project
        # The answer to a PATCH leaves the services out; these are what it has now.
        services = inputs["service_types"] if "service_types" in body else services
    except Bim360Error as error:
        left = wanted
        words = f"{error} The project exists; the next `pulumi up` tries again."
        client.transport.notify(words, warning=True)
    copy_status = wait_for_template_copy(client, project, {}, inputs)
    known = {**inputs, "service_types": services}
    return build_outputs(project, known, inputs, copy_status=copy_status, unfinished=left)
