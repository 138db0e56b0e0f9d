"""Read, update and delete a project; HQ cannot delete one, so a delete archives it."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.names.renames import NameRoom
from bim360_provider.core.names.waiting import NameParkedError, renamed, renamed_later
from bim360_provider.core.not_found import found, is_gone, is_young, missing, seen
from bim360_provider.core.project.rules import differing, mirrored, outputs, patch_body, same
from bim360_provider.core.run import Allowance, Owners
from bim360_provider.core.settings import place_of
from bim360_provider.core.validation import warn_of_stored
from bim360_provider.errors import Bim360Error, ConflictError, HqError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.models import Project
from bim360_provider.models.project import PATCHABLE

__all__ = [
    "COPY_TIMEOUT",
    "archiving",
    "delete",
    "follow_copy",
    "patch",
    "read",
    "update",
    "warn_of_project",
]

Values = Mapping[str, Any]

COPY_TIMEOUT: Final = 120.0
"""Seconds to wait by default: longer than a copy needs, shorter than a pipeline's patience."""

FIRST_LOOK: Final = 2.0
"""Seconds before the first look at the job; doubled each time."""

COPY_AGE: Final = timedelta(days=1)
"""From then on a job that has not ended counts as failed: or each up would look at it, for ever."""

LOOKS_APART: Final = 15.0
"""Seconds at most between two looks: each is one of the 100 requests of a minute."""


def follow_copy(client: HqClient, project: Project, state: Values, inputs: Values) -> str | None:
    """Return how the copy stands: None without one, else ``done``, ``failed`` or ``running``.

    A copy that is known to have ended is not asked for again. Nothing is raised: the
    project exists, whatever becomes of its copy.
    """
    known = state.get("copy_status")
    job_id = project.copy_project_job_id or state.get("copy_project_job_id")
    if not job_id or known in ("done", "failed"):
        return known
    status = _wait(client, job_id, project.name, inputs.get("copy_timeout", COPY_TIMEOUT))
    if status == "running" and _is_old(client, project):
        client.transport.tell(
            f"BIM 360: copying the template into '{project.name}' has not ended within a day "
            f"(job {job_id}), and is not looked at any more; copy the template's settings by hand.",
            warning=True,
        )
        return "failed"
    if status == "failed":
        client.transport.tell(
            f"BIM 360: copying the template into '{project.name}' failed at HQ (job {job_id}). "
            "The project exists; copy the template's settings by hand.",
            warning=True,
        )
    elif status == "running":
        client.transport.tell(
            f"BIM 360: copying the template into '{project.name}' still runs (job {job_id}); "
            "the next `pulumi up` looks again.",
            warning=True,
        )
    return status


def _is_old(client: HqClient, project: Project) -> bool:
    created = parse_time(project.created_at)
    return created is not None and client.transport.server_clock.now() - created > COPY_AGE


def _wait(client: HqClient, job_id: str, name: str | None, bound: float) -> str:
    clock = client.transport.clock
    ends = clock.monotonic() + bound
    pause = FIRST_LOOK
    while True:
        state = _look(client, job_id)
        left = ends - clock.monotonic()
        if state != "running" or left <= 0:
            return state
        clock.sleep(min(pause, left))
        if pause == FIRST_LOOK:
            client.transport.tell(f"BIM 360: waiting for the template copy into '{name}'.")
        pause = min(pause * 2, LOOKS_APART)


def _look(client: HqClient, job_id: str) -> str:
    try:
        return client.jobs.get(job_id).state
    except Bim360Error:
        # A job that cannot be looked at is no reason to fail: the project exists.
        return "running"


SERVICES: Final = "service_types"


def read(client: HqClient, project_id: str, state: Values) -> Live | None:
    """Return the project as HQ has it, or None if it is gone.

    Args:
        client: The account that the project is in.
        project_id: Its id.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    ask = partial(_asked, client, project_id, state)
    project = found(client, "project", state, lambda young: ask(young=young))
    if project is None:
        return None
    known = {**place_of(client), **state}
    live = [name for name in PATCHABLE if getattr(project, name) is not None]
    declared = state.get(DECLARED, live)
    inputs = mirrored(project, known, declared)
    unfinished = state.get("unfinished") or ()
    copy_status = state.get("copy_status")
    outs = outputs(project, known, inputs, copy_status=copy_status, unfinished=unfinished)
    return Live(project.id, {**outs, DECLARED: sorted(declared)}, inputs)


def _asked(client: HqClient, project_id: str, state: Values, *, young: bool) -> Project:
    """Return the project, with its service types only where they are to be watched."""
    declared: Collection[str] = state.get(DECLARED, ())
    if client.connection.watches_service_types(declared=SERVICES in declared):
        return client.projects.get(project_id, new_resource=young)
    listed = {**state, DECLARED: [name for name in declared if name != SERVICES]}
    project = seen(client.projects, project_id, listed, young=young)
    # A list does not tell the service types, so they stay as known even where a GET was asked.
    known = state.get(SERVICES) if "account_id" in state else project.service_types
    return project.model_copy(update={SERVICES: known})


REFUSED_TWICE: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})

REFUSED_TWICE_FOR: Final = frozenset({"name", "status"})
"""HQ may refuse to do again what it has done: a project's own name is taken, by itself, and an
archived one takes no other change.
"""


def update(
    client: HqClient,
    project_id: str,
    state: Values,
    inputs: Values,
    allowance: Allowance | None = None,
) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        ArchiveLimitError: It would archive, and the run has archived as many as it may.
        NotFoundError: The project is gone; a refresh finds that out.
        HqError: HQ refused a value.
        UnansweredError: No answer came.
    """
    left = [name for name in state.get("unfinished") or () if name == "status" or name in inputs]
    wanted = {*differing(state, inputs), *left}
    last_seen = Project.model_validate({**state, "id": project_id})
    waits: set[str] = set()
    try:
        body = patch_body(state, inputs, wanted)
        with archiving(body, last_seen, allowance):
            young = bool(body) and is_young(client, state)
            project, waits = _patched(client, project_id, state, body, new_resource=young)
            project = project or last_seen
    except NotFoundError as error:
        raise missing(error) from None
    if "service_types" in inputs:
        state = {**state, "service_types": inputs["service_types"]}
    copy_status = follow_copy(client, project, state, inputs)
    return outputs(project, state, inputs, copy_status=copy_status, unfinished=waits)


def _patched(
    client: HqClient, project_id: str, state: Values, body: Values, *, new_resource: bool
) -> tuple[Project | None, set[str]]:
    """Send a PATCH; return HQ's response and which fields another update is to set."""
    try:
        return patch(client, project_id, state, body, new_resource=new_resource), set()
    except NameParkedError:
        # HQ changes no name of an archived project, so the archiving waits as well.
        later = {"name"} | ({"status"} if body.get("status") == "archived" else set())
        rest = {name: value for name, value in body.items() if name not in later}
        return patch(client, project_id, state, rest, new_resource=new_resource), later


def archiving(
    body: Values, project: Project, allowance: Allowance | None
) -> AbstractContextManager[None]:
    """Return where a PATCH is to be sent: it takes a place if it archives the project.

    Args:
        body: The fields to change.
        project: As HQ was last seen to have it.
        allowance: How many the run may archive yet; without one there is no limit.
    """
    archives = body.get("status") == "archived" and project.status != "archived"
    if not (archives and allowance):
        return nullcontext()
    return allowance.one(f"'{project.name}' ({project.id})")


def patch(
    client: HqClient, project_id: str, live: Values, body: Values, *, new_resource: bool = False
) -> Project | None:
    """Send a PATCH; None when there is nothing to send.

    An archived project is made active by a request of its own, because HQ refuses
    other changes to one, and suspending is something that happens to an active one.

    Args:
        client: The account that the project is in.
        project_id: Its id.
        live: What HQ was last seen to have.
        body: The fields to change.
        new_resource: It was made a moment ago, so that a 404 is not believed at once.

    Raises:
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    project = None
    rest = dict(body)
    if live.get("status") == "archived" and body.get("status") in ("active", "inactive"):
        rest = {k: v for k, v in body.items() if (k, v) != ("status", "active")}
        back = {"status": "active"}
        project = client.projects.update(project_id, back, new_resource=new_resource)
    if rest:
        project = _sent(client, project_id, rest, new_resource=new_resource)
        warn_of_project(client, project.name or project_id, rest, project)
    return project


def warn_of_project(client: HqClient, name: str, body: Values, project: Project) -> None:
    """Warn where HQ's response to a POST or PATCH has other values than its body."""
    # A response leaves the services out, or has those of before, until HQ has activated them.
    sent = {k: v for k, v in body.items() if k in PATCHABLE and k != "service_types"}
    row = project.model_copy(update={k: v for k, v in project.fields().items() if k in sent})
    warn_of_stored(client, f"project '{name}'", sent, row, same)


def _sent(client: HqClient, project_id: str, body: Values, *, new_resource: bool) -> Project:
    """Send a PATCH; one that is refused may have been made by an earlier one without an answer."""
    room = NameRoom(client, "project")

    def send(changes: Values) -> Project:
        return client.projects.update(project_id, changes, new_resource=new_resource)

    try:
        return renamed(room, project_id, body, send)
    except HqError as error:
        if error.status not in REFUSED_TWICE or not REFUSED_TWICE_FOR & body.keys():
            raise
        try:
            live = client.projects.get(project_id)
        except Bim360Error:
            raise error from None
        left = {name: value for name, value in body.items() if not _has(live, name, value)}
        if isinstance(error, ConflictError) and "name" in left:
            return renamed_later(room, project_id, left, send, error)
        if len(left) == len(body):
            raise
        return send(left) if left else live


def _has(live: Project, name: str, value: Any) -> bool:
    declared = value.split(",") if name == "service_types" else value
    return same(name, declared, getattr(live, name))


def delete(
    client: HqClient,
    project_id: str,
    state: Values,
    owners: Owners | None = None,
    allowance: Allowance | None = None,
) -> None:
    """Archive the project: HQ cannot delete one. One that is archived or gone is done with.

    Args:
        client: The account that the project is in.
        project_id: Its id.
        state: The outputs of the last run.
        owners: Know which projects another resource has taken over in this run.
        allowance: How many the run may archive yet; without one there is no limit.

    Raises:
        ArchiveLimitError: The run has archived as many as it may.
        HqError: HQ refused, and the project is not archived.
        UnansweredError: No answer came.
    """
    name = state.get("name")
    if state.get("on_destroy") == "retain":
        client.transport.tell(f"BIM 360: project '{name}' is left as it is (retain).")
        return
    if owners and owners.was_taken(project_id):
        words = f"project '{name}' ({project_id}) has a new resource now"
        client.transport.tell(f"BIM 360: {words}; it is not archived.", warning=True)
        return
    if state.get("status") == "archived" or not allowance:
        allowance = Allowance()
    try:
        with allowance.one(f"'{name}' ({project_id})"):
            _archive(client, project_id, state)
    except NotFoundError as error:
        if not is_gone(client, error):
            raise


def _archive(client: HqClient, project_id: str, state: Values) -> None:
    """Send the PATCH; one that is refused may have been archived by an earlier one, unanswered."""
    try:
        young = is_young(client, state)
        client.projects.update(project_id, {"status": "archived"}, new_resource=young)
    except NotFoundError:
        raise
    except HqError as error:
        refused = HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if not (refused and _is_archived(client, project_id)):
            raise


def _is_archived(client: HqClient, project_id: str) -> bool:
    try:
        return client.projects.get(project_id).status == "archived"
    except Bim360Error:
        return False
