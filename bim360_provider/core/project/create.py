"""Create: one project, never two, and never one whose id is lost."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from bim360_provider.core.create_once import made_once, refuse_taken
from bim360_provider.core.names.renames import NameRoom
from bim360_provider.core.names.waiting import with_room
from bim360_provider.core.project.adoption import Verdict, is_ours, judge
from bim360_provider.core.project.lifecycle import archiving, follow_copy, patch, warn_of_project
from bim360_provider.core.project.rules import create_body, differing, outputs, patch_body
from bim360_provider.core.replacements import replacement_message
from bim360_provider.core.run import Allowance, Owners, claimed, claimed_or_none
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
    owners: Owners | None = None,
    allowance: Allowance | None = None,
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
    owners = owners or Owners()
    client.transport.now()  # fetches the token, and with it HQ's time, before anything is made
    judged = partial(_judged, client, inputs, settings, owners)
    room, name = NameRoom(client, "project"), inputs["name"]
    project, is_adopted = with_room(
        room,
        name,
        lambda: _made(client, inputs, owners),
        lambda error: _adopted(client, name, error, judged),
    )
    if not is_adopted:
        warn_of_project(client, name, create_body(inputs), project)
        wanted, allowance = {"status"}, None  # what was just made cannot be lost
    else:
        wanted = set(inputs) | {"status"}
        owners.takes(project.id)
        if "template_project_id" in inputs and not project.copy_project_job_id:
            words = f"the template is not copied into '{project.name}': it existed already"
            client.transport.tell(f"BIM 360: {words}.", warning=True)
    owners.owns(project.id)
    return project.id, _finished(client, project, inputs, wanted, allowance)


def _still_named(client: HqClient, name: str) -> list[Project]:
    """Return the projects of a name as they are now: the list may be older than a rename."""
    found = []
    for listed in client.projects.named(name, fresh=False):
        with suppress(NotFoundError):
            found.append(client.projects.get(listed.id))
    return [each for each in found if each.name == name]


def _made(client: HqClient, inputs: Values, owners: Owners) -> Project:
    body, name = create_body(inputs), inputs["name"]
    refuse_taken(name, "project", partial(_still_named, client))

    def ours(since: datetime) -> Project | None:
        found = client.projects.newest_named(name)
        is_created = found is not None and is_ours(found, inputs, since)
        return claimed_or_none(owners, found if is_created else None)

    def post() -> Project:
        return claimed(owners, client.projects.create(body))

    return made_once(client, name, "project", post, ours)


def _judged(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners, twins: list[Project]
) -> Verdict:
    for twin in twins:
        if owners.is_owned(twin.id) or owners.held(twin.id):
            return Verdict(None, f"another resource of this stack has '{twin.name}' ({twin.id})")
        if owners.had(twin.id) is not None:
            return Verdict(twin, replacement_message("project", twin.id, inputs), unasked=True)
    return judge(twins, inputs, settings, client.transport.server_clock.began)


def _adopted(
    client: HqClient,
    name: str,
    error: ConflictError,
    judged: Callable[[list[Project]], Verdict],
) -> Project:
    """Return the project to adopt, as it is now: the list that it was found in may be older."""
    verdict, project = judged(client.projects.named(name)), None
    if verdict.project is not None:
        project = client.projects.get(verdict.project.id)
        # As in a list: a new project's services may not be there yet.
        bare = project.model_copy(update={"service_types": None})
        verdict = judged([bare] if project.name == name else [])
    if project is None or verdict.project is None:
        msg = f"BIM 360: could not create project '{name}': {verdict.words}."
        raise ConflictError(msg, status=error.status, words=error.words, request=error.request)
    client.transport.tell(f"BIM 360: {verdict.words}.", warning=verdict.unasked)
    return project


def _finished(
    client: HqClient,
    project: Project,
    inputs: Values,
    settable: set[str],
    allowance: Allowance | None,
) -> dict[str, Any]:
    """Do what is left to do on a project that exists; record what cannot be done now."""
    services = project.service_types or inputs.get("service_types")
    live = {**project.fields(), "service_types": services}
    wanted = settable.intersection(differing(live, inputs))
    left: set[str] = set()
    try:
        body = patch_body(live, inputs, wanted)
        with archiving(body, project, allowance):
            project = patch(client, project.id, live, body, new_resource=True) or project
        # The answer to a PATCH leaves the services out; these are what it has now.
        services = inputs["service_types"] if "service_types" in body else services
    except Bim360Error as error:
        left = wanted
        words = f"{error} The project exists; the next `pulumi up` tries again."
        client.transport.tell(words, warning=True)
    copy_status = follow_copy(client, project, {}, inputs)
    known = {**inputs, "service_types": services}
    return outputs(project, known, inputs, copy_status=copy_status, unfinished=left)
