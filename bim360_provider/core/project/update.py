"""Update: a PATCH of only what changed."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.archives import Allowance
from bim360_provider.core.gone import missing
from bim360_provider.core.name_room import NameRoom
from bim360_provider.core.project.fields import differing, patch_body, same
from bim360_provider.core.project.outputs import outputs
from bim360_provider.core.project.template import follow_copy
from bim360_provider.core.renaming import NameParkedError, renamed, renamed_later
from bim360_provider.core.stored import warn_of_stored
from bim360_provider.core.young import is_young
from bim360_provider.errors import Bim360Error, ConflictError, HqError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models import Project
from bim360_provider.models.project import PATCHABLE

__all__ = ["archiving", "patch", "update", "warn_of_project"]

Values = Mapping[str, Any]

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
