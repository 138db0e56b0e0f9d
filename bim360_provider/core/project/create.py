"""Create: one project, never two, and never one whose id is lost."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bim360_provider.core.owners import Owners
from bim360_provider.core.project.adopt import Verdict, is_ours, judge
from bim360_provider.core.project.fields import create_body, differing, patch_body
from bim360_provider.core.project.outputs import outputs
from bim360_provider.core.project.template import follow_copy
from bim360_provider.core.project.update import patch
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, ConflictError, UnansweredError
from bim360_provider.hq import HqClient, OpenOutcomeError
from bim360_provider.models import Project

__all__ = ["create"]

Values = Mapping[str, Any]

SENDS: Final = 3
"""Times a POST is sent when each time nobody can say whether HQ acted."""

LOOKS: Final = (3.0, 4.0, 8.0)
"""Seconds before each look for a project that may have been made.

HQ answers 504 after some ten seconds although it makes the project, and lists show
it a moment later; the vendor's own set-up tool waits three.
"""

CLOCK_SLACK: Final = timedelta(seconds=2)
"""What the clocks of HQ's own machines may be apart."""


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Create a project, or adopt the one that the declared policy lets us adopt.

    Args:
        client: The account that it is to be in.
        inputs: The arguments in normal form.
        settings: Say which leftovers may be adopted.
        owners: Know which projects belong to other resources of this run.

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
    try:
        project = _made(client, inputs)
        wanted = {"status"}
    except ConflictError as error:
        twins = client.projects.named(inputs["name"])
        verdict = _judged(client, twins, inputs, settings, owners)
        project = _adopted(client, verdict, inputs["name"], error)
        wanted = set(inputs) | {"status"}
        owners.takes(project.id)
        if "template_project_id" in inputs and not project.copy_project_job_id:
            words = f"the template is not copied into '{project.name}': it existed already"
            client.transport.tell(f"BIM 360: {words}.", warning=True)
    owners.owns(project.id)
    return project.id, _finished(client, project, inputs, wanted)


def _made(client: HqClient, inputs: Values) -> Project:
    since = client.transport.now() - CLOCK_SLACK
    body = create_body(inputs)
    for send in range(SENDS):
        try:
            return client.projects.create(body)
        except OpenOutcomeError:
            found = _look(client, inputs, since)
        except ConflictError:
            # After a lost answer, the name may be taken by the project that we made ourselves.
            found = _look(client, inputs, since) if send else None
            if found is None:
                raise
        if found is not None:
            client.transport.tell(f"BIM 360: '{body['name']}' was made although no answer came.")
            return found
    msg = (
        f"BIM 360: could not create project '{body['name']}': HQ gave no clear answer {SENDS} "
        "times, and no such project is to be seen. Run `pulumi up` again later."
    )
    raise UnansweredError(msg)


def _look(client: HqClient, inputs: Values, since: datetime) -> Project | None:
    """Look for what we may have made; lists may show it late, so look several times."""
    name = inputs["name"]
    failed: Bim360Error | None = None
    for pause in LOOKS:
        client.transport.wait(pause, f"looking whether '{name}' was made")
        try:
            found = client.projects.newest_named(name)
        except Bim360Error as error:
            failed = error
            continue
        failed = None
        if found is not None and is_ours(found, inputs, since):
            return found
    if failed is not None:
        msg = (
            f"BIM 360: '{name}' may have been made, and HQ could not be asked: {failed} "
            "Run `pulumi up` again: a project that was made is found by its name."
        )
        raise UnansweredError(msg)
    return None


def _judged(
    client: HqClient, twins: list[Project], inputs: Values, settings: Settings, owners: Owners
) -> Verdict:
    for twin in twins:
        if owners.is_owned(twin.id):
            return Verdict(None, f"another resource of this stack has '{twin.name}' ({twin.id})")
    return judge(twins, inputs, settings, client.transport.server_clock.began)


def _adopted(client: HqClient, verdict: Verdict, name: str, error: ConflictError) -> Project:
    if verdict.project is None:
        msg = f"BIM 360: could not create project '{name}': {verdict.words}."
        raise ConflictError(msg, status=error.status, words=error.words, request=error.request)
    client.transport.tell(f"BIM 360: {verdict.words}.", warning=verdict.unasked)
    return client.projects.get(verdict.project.id)


def _finished(
    client: HqClient, project: Project, inputs: Values, settable: set[str]
) -> dict[str, Any]:
    """Do what is left to do on a project that exists; record what cannot be done now."""
    services = project.service_types or inputs.get("service_types")
    live = {**project.fields(), "service_types": services}
    wanted = settable.intersection(differing(live, inputs))
    left: set[str] = set()
    try:
        body = patch_body(live, inputs, wanted)
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
