"""The jobs that copy a template's settings.

The page https://aps.autodesk.com/en/docs/bim360/v1/reference/http/jobs-:job_id-GET/ exists, but its
response table could not be read. That a job has ``account_id``, ``name`` and ``details`` is
observed in https://pypi.org/project/adeskForgeWrapper/; the rest is invented, see invented.py.
"""

from bim360_provider.emulator.errors import missing
from bim360_provider.emulator.invented import COPY_JOB, JobState
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row

QUEUED_SHARE = 0.25
"""Part of ``job_duration`` spent in the queue: long enough for a poll to see both states."""


def job_id(call: Call) -> str:
    """Return a new id: 32 hexadecimal digits, no dashes, as in the documented example."""
    return call.backend.ids.make("job").hex


def start(call: Call, job_id: str, project: Row) -> None:
    """Start copying into a new project."""
    row: Row = {
        "id": job_id,
        "account_id": call.account.id,
        "project_id": project["id"],
        "started": call.backend.clock.now(),
    }
    call.backend.store.insert("jobs", row)


def shown(call: Call) -> Reply:
    """Answer GET job."""
    sql = "SELECT * FROM jobs WHERE account_id = ? AND id = ?"
    job = call.backend.store.row(sql, [call.account.id, call.params["job_id"]])
    if job is None:
        raise missing(entity="job")
    age = call.backend.clock.now() - float(job["started"] or 0)
    state, message = _state(age, call)
    return Reply.json(
        200,
        {
            "id": job["id"],
            "account_id": job["account_id"],
            "name": COPY_JOB,
            "status": state.value,
            "message": message,
            "details": {"project_id": job["project_id"]},
        },
    )


def _state(age: float, call: Call) -> tuple[JobState, str | None]:
    duration = call.options.job_duration
    if age < duration * QUEUED_SHARE:
        return JobState.QUEUED, None
    if age < duration:
        return JobState.PROCESSING, None
    if call.options.job_outcome == "failed":
        return JobState.FAILED, "the template could not be copied"
    return JobState.SUCCESS, None
