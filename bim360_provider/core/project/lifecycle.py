"""Read, update and delete a project; HQ cannot delete one, so a delete archives it."""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.entity import Fields, Inputs, ReadResult, State
from bim360_provider.core.names.renames import NameExchange
from bim360_provider.core.names.waiting import (
    patch_after_wait,
    patch_unparked_fields,
    patch_with_rename,
)
from bim360_provider.core.not_found import (
    is_deleted,
    may_return_404,
    read_cached,
    read_or_none,
    suggest_refresh,
)
from bim360_provider.core.project.rules import FIELD_SPEC
from bim360_provider.core.removal import RemovalKind, plan_removal
from bim360_provider.core.run import Run
from bim360_provider.errors import Bim360Error, ConflictError, HqError, NotFoundError
from bim360_provider.hq.transport.clock import parse_time
from bim360_provider.models import Project

__all__ = [
    "COPY_TIMEOUT",
    "build_outputs",
    "delete",
    "patch_project",
    "read",
    "reserve_archive",
    "update",
    "wait_for_template_copy",
    "warn_about_project",
]


COPY_TIMEOUT: Final = 120.0
"""Seconds to wait for a template copy by default; a copy usually needs less."""

FIRST_POLL_INTERVAL: Final = 2.0
"""Seconds before the second poll of the job; doubled each time."""

MAX_COPY_AGE: Final = timedelta(days=1)
"""The age from which an unfinished job counts as failed, so that polling ends."""

MAX_POLL_INTERVAL: Final = 15.0
"""The most seconds between two polls: each is one of the 100 requests of a minute."""


def wait_for_template_copy(run: Run, project: Project, state: State, inputs: Inputs) -> str | None:
    """Return the status of the copy: None without one, else ``done``, ``failed`` or ``running``.

    A copy that has ended is not polled again. Nothing is raised: the project exists,
    regardless of its copy.
    """
    known = state.get("copy_status")
    job_id = project.copy_project_job_id or state.get("copy_project_job_id")
    if not job_id or known in ("done", "failed"):
        return known
    status = _poll_until_done(run, job_id, project.name, inputs.get("copy_timeout", COPY_TIMEOUT))
    if status == "running" and _is_copy_overdue(run, project):
        run.warn(
            f"BIM 360: copying the template into '{project.name}' has not ended within a day "
            f"(job {job_id}) and is no longer checked; copy the template's settings by hand."
        )
        return "failed"
    if status == "failed":
        run.warn(
            f"BIM 360: copying the template into '{project.name}' failed at HQ (job {job_id}). "
            "The project exists; copy the template's settings by hand."
        )
    elif status == "running":
        run.warn(
            f"BIM 360: copying the template into '{project.name}' still runs (job {job_id}); "
            "the next `pulumi up` checks again."
        )
    return status


def _is_copy_overdue(run: Run, project: Project) -> bool:
    created = parse_time(project.created_at)
    try:
        return created is not None and run.server_now() - created > MAX_COPY_AGE
    except Bim360Error:
        return False


def _poll_until_done(run: Run, job_id: str, name: str | None, timeout: float) -> str:
    clock = run.clock
    deadline = clock.monotonic() + timeout
    interval = FIRST_POLL_INTERVAL
    while True:
        state = _poll_job(run, job_id)
        pending = deadline - clock.monotonic()
        if state != "running" or pending <= 0:
            return state
        clock.sleep(min(interval, pending))
        if interval == FIRST_POLL_INTERVAL:
            run.info(f"BIM 360: waiting for the template copy into '{name}'.")
        interval = min(interval * 2, MAX_POLL_INTERVAL)


def _poll_job(run: Run, job_id: str) -> str:
    try:
        return run.hq.jobs.get(job_id).state
    except Bim360Error:
        # The project exists, so a job that cannot be read does not fail the operation.
        return "running"


DOCS_URL: Final = "https://docs.b360.autodesk.com/projects/"

DOCS_URL_EU: Final = "https://docs.b360.eu.autodesk.com/projects/"
"""What Autodesk's Data Management API gives as a project's ``webView`` link."""


def build_outputs(
    project: Project,
    known: Fields,
    inputs: Inputs,
    *,
    copy_status: str | None = None,
    unfinished: Collection[str] = (),
) -> State:
    """Return the outputs to save in the state.

    Args:
        project: HQ's response.
        known: Values that some responses leave out: service types, account, region.
        inputs: The normalized arguments.
        copy_status: The status of the template copy.
        unfinished: The arguments that could not be applied yet.
    """
    outputs = FIELD_SPEC.build_outputs(project.get_fields(), known, inputs, unfinished)
    return _add_outputs(outputs, project.id, copy_status)


def _add_outputs(outputs: State, project_id: str, copy_status: str | None) -> State:
    """Return the outputs with the address of the project and the status of its template copy."""
    base = DOCS_URL_EU if outputs.get("region") == "EMEA" else DOCS_URL
    return State({**outputs, "url": f"{base}{project_id}", "copy_status": copy_status})


SERVICE_TYPES: Final = "service_types"


def read(run: Run, project_id: str, state: State) -> ReadResult | None:
    """Return the project as HQ has it, or None if it no longer exists.

    Args:
        run: The engine run.
        project_id: Its id.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    fetch = partial(_fetch_project, run, project_id, state)
    project = read_or_none(run, "project", state, lambda is_new: fetch(is_new=is_new))
    if project is None:
        return None
    known = {**run.account_scope, **state}
    live = FIELD_SPEC.build_read_result(project.id, project.get_fields(), known, state)
    return replace(live, outputs=_add_outputs(live.outputs, live.id, state.get("copy_status")))


def _fetch_project(run: Run, project_id: str, state: State, *, is_new: bool) -> Project:
    """Return the project; read its service types only if they are managed."""
    declared = state.get("declared", ())
    if run.hq.connection.needs_service_types(declared=SERVICE_TYPES in declared):
        return run.hq.projects.get(project_id, new_resource=is_new)
    listed = {**state, "declared": [name for name in declared if name != SERVICE_TYPES]}
    project = read_cached(run.hq.projects, project_id, listed, new_resource=is_new)
    # A list leaves the service types out, so the known ones stay, even after a GET.
    known = state.get(SERVICE_TYPES) if "account_id" in state else project.service_types
    return project.model_copy(update={SERVICE_TYPES: known})


REPEAT_REFUSAL_STATUSES: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})

REPEAT_REFUSAL_FIELDS: Final = frozenset({"name", "status"})
"""Fields whose repeated PATCH HQ may refuse: a project's own name is in use by itself, and an
archived project accepts no other change.
"""


def update(run: Run, project_id: str, state: State, inputs: Inputs) -> State:
    """Apply the arguments that differ and those that an earlier run left; return the outputs.

    Raises:
        ArchiveLimitError: The update archives the project, and the run has reached its limit.
        NotFoundError: The project no longer exists; a refresh removes it from the state.
        HqError: HQ refused a value.
        UnansweredError: HQ sent no response.
    """
    wanted = FIELD_SPEC.find_wanted_fields(state, inputs)
    wanted |= {"status"}.intersection(state.get("unfinished") or ())
    last_seen = Project.model_validate({**state, "id": project_id})
    body = FIELD_SPEC.build_patch_body(state, inputs, wanted)
    with suggest_refresh(), reserve_archive(run, body, last_seen):
        is_new = bool(body) and may_return_404(run, state)
        patch = partial(patch_project, run, project_id, state, new_resource=is_new)
        project, parked = patch_unparked_fields(body, patch)
    if "service_types" in inputs:
        state = State({**state, "service_types": inputs["service_types"]})
    copy_status = wait_for_template_copy(run, project or last_seen, state, inputs)
    return build_outputs(
        project or last_seen, state, inputs, copy_status=copy_status, unfinished=parked
    )


def reserve_archive(run: Run, body: Fields, project: Project) -> AbstractContextManager[None]:
    """Return the context in which to send a PATCH: it reserves the archiving of the project.

    Args:
        run: The engine run, with its archive limit.
        body: The fields to change.
        project: The project as HQ was last seen to have it.
    """
    if body.get("status") != "archived" or project.status == "archived":
        return nullcontext()
    return run.archive_limit.reserve(f"'{project.name}' ({project.id})")


def patch_project(
    run: Run, project_id: str, live: Fields, body: Fields, *, new_resource: bool = False
) -> Project | None:
    """Send a PATCH; return None if there is nothing to send.

    An archived project is reactivated by a request of its own, because HQ refuses other
    changes to it.

    Args:
        run: The engine run.
        project_id: Its id.
        live: HQ's last known values.
        body: The fields to change.
        new_resource: The project is recent, so a 404 may be temporary.

    Raises:
        HqError: HQ refused the change.
        UnansweredError: HQ sent no response.
    """
    project = None
    rest = dict(body)
    if live.get("status") == "archived" and body.get("status") in ("active", "inactive"):
        rest = {k: v for k, v in body.items() if (k, v) != ("status", "active")}
        back = {"status": "active"}
        project = run.hq.projects.update(project_id, back, new_resource=new_resource)
    if rest:
        project = _patch_idempotently(run, project_id, rest, new_resource=new_resource)
        warn_about_project(run, project.name or project_id, rest, project)
    return project


def warn_about_project(run: Run, name: str, body: Fields, project: Project) -> None:
    """Warn if HQ's response to a POST or PATCH has other values than its body."""
    # A response leaves the services out, or has the old ones, until HQ has activated them.
    names = {*FIELD_SPEC.patch_fields} - {"service_types"}
    sent = {name: value for name, value in body.items() if name in names}
    row = project.model_copy(update={k: v for k, v in project.get_fields().items() if k in sent})
    FIELD_SPEC.warn_about_response(run.warn, f"project '{name}'", sent, row)


def _patch_idempotently(run: Run, project_id: str, body: Fields, *, new_resource: bool) -> Project:
    """Send a PATCH; if HQ refuses it, check whether an earlier attempt has applied it."""
    exchange = NameExchange(run, "project")

    def send(changes: Fields) -> Project:
        return run.hq.projects.update(project_id, changes, new_resource=new_resource)

    try:
        return patch_with_rename(exchange, project_id, body, send)
    except HqError as error:
        if error.status not in REPEAT_REFUSAL_STATUSES or not REPEAT_REFUSAL_FIELDS & body.keys():
            raise
        try:
            live = run.hq.projects.get(project_id)
        except Bim360Error:
            raise error from None
        pending = {
            name: value for name, value in body.items() if not _is_applied(live, name, value)
        }
        if isinstance(error, ConflictError) and "name" in pending:
            return patch_after_wait(exchange, project_id, pending, send, error)
        if len(pending) == len(body):
            raise
        return send(pending) if pending else live


def _is_applied(live: Project, name: str, value: Any) -> bool:
    declared = value.split(",") if name == "service_types" else value
    return FIELD_SPEC.is_same_value(name, declared, getattr(live, name))


def delete(run: Run, project_id: str, state: State) -> None:
    """Archive the project, as HQ cannot delete one; accept one that is archived or missing.

    Args:
        run: The engine run.
        project_id: Its id.
        state: The outputs of the last run.

    Raises:
        ArchiveLimitError: The run has reached its limit.
        HqError: HQ refused, and the project is not archived.
        UnansweredError: HQ sent no response.
    """
    name = state.get("name")
    removal = plan_removal("project", state)
    if removal.kind is RemovalKind.NONE:
        run.info(f"BIM 360: project '{name}' is left as it is (retain).")
        return
    if run.ownership.was_adopted(project_id):
        message = f"project '{name}' ({project_id}) has a new resource now"
        run.warn(f"BIM 360: {message}; it is not archived.")
        return
    reserve = partial(run.archive_limit.reserve, f"'{name}' ({project_id})")
    reservation = reserve() if removal.has_effect else nullcontext()
    try:
        with reservation:
            _archive_project(run, project_id, state)
    except NotFoundError as error:
        if not is_deleted(run, error):
            raise


def _archive_project(run: Run, project_id: str, state: State) -> None:
    """Send the PATCH; if HQ refuses it, check whether an earlier attempt has archived it."""
    try:
        is_new = may_return_404(run, state)
        run.hq.projects.update(project_id, {"status": "archived"}, new_resource=is_new)
    except NotFoundError:
        raise
    except HqError as error:
        refused = HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if not (refused and _is_archived(run, project_id)):
            raise


def _is_archived(run: Run, project_id: str) -> bool:
    try:
        return run.hq.projects.get(project_id).status == "archived"
    except Bim360Error:
        return False
