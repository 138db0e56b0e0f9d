"""The jobs that copy a template into a new project."""

from bim360_provider.emulator.assumptions import COPY_FAILED_MESSAGE, COPY_JOB_NAME, JobState
from bim360_provider.emulator.http.errors import build_not_found_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage.database import Row

QUEUED_SHARE = 0.25
"""The queued part of ``job_duration``; polling can observe both states."""


def create_job_id(call: ApiCall) -> str:
    """Return a new id: 32 hexadecimal digits without dashes, as in the documented example."""
    return call.hq.ids.create_id("job").hex


def start_job(call: ApiCall, job_id: str, project: Row) -> None:
    """Start the copy of a template into a new project."""
    row: Row = {
        "id": job_id,
        "account_id": call.account.id,
        "project_id": project["id"],
        "started": call.hq.clock.now(),
    }
    call.hq.store.insert("jobs", row)


def get_job(call: ApiCall) -> Reply:
    """Handle GET job."""
    sql = "SELECT * FROM jobs WHERE account_id = ? AND id = ?"
    job = call.hq.store.fetch_one(sql, [call.account.id, call.params["job_id"]])
    if job is None:
        raise build_not_found_error(entity="job")
    age = call.hq.clock.now() - float(job["started"] or 0)
    state, message = _compute_job_state(age, call)
    return Reply.from_content(
        200,
        {
            "id": job["id"],
            "account_id": job["account_id"],
            "name": COPY_JOB_NAME,
            "status": state.value,
            "message": message,
            "details": {"project_id": job["project_id"]},
        },
    )


def _compute_job_state(age: float, call: ApiCall) -> tuple[JobState, str | None]:
    duration = call.options.job_duration
    if age < duration * QUEUED_SHARE:
        return JobState.QUEUED, None
    if age < duration:
        return JobState.PROCESSING, None
    if call.options.job_outcome == "failed":
        return JobState.FAILED, COPY_FAILED_MESSAGE
    return JobState.SUCCESS, None
