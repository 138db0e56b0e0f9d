"""A template copy: waited for within a bound, never a reason to lose the project's id."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bim360_provider.errors import Bim360Error
from bim360_provider.hq import HqClient
from bim360_provider.hq.clock import parse_time
from bim360_provider.models import Project

__all__ = ["COPY_TIMEOUT", "follow_copy"]

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
