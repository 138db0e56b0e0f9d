"""The job that copies a template's settings."""

import re

import pytest

from bim360_provider.emulator import ACCOUNT_ID, Emulator
from tests.support.emulator import Call


@pytest.fixture
def job_id(send_request: Call, project_body: dict[str, object]) -> str:
    """Create a project from a template and return the id of its job."""
    template = send_request("POST", "projects", project_body | {"name": "Template"}).parse_content()
    created = send_request(
        "POST", "projects", project_body | {"template_project_id": template["id"]}
    ).parse_content()
    return str(created["copy_project_job_id"])


def status_of(send_request: Call, job_id: str) -> str:
    content = send_request("GET", f"jobs/{job_id}").parse_content()
    return str(content["status"])


def test_a_job_id_is_32_hexadecimal_digits(job_id: str) -> None:
    """As in the documented example."""
    assert re.fullmatch("[0-9a-f]{32}", job_id)


def test_a_job_has_its_account_and_details(send_request: Call, job_id: str) -> None:
    """Observed in a client; the values are invented."""
    job = send_request("GET", f"jobs/{job_id}").parse_content()

    assert (job["id"], job["account_id"], job["name"]) == (job_id, ACCOUNT_ID, "copy_project")
    assert "project_id" in job["details"]


def test_a_job_goes_from_queued_to_success(
    emulator: Emulator, send_request: Call, job_id: str
) -> None:
    """The states are invented; the time is the emulator's."""
    seen = [status_of(send_request, job_id)]
    for _ in range(2):
        emulator.clock.advance(1)
        seen.append(status_of(send_request, job_id))

    assert seen == ["queued", "processing", "success"]


def test_an_option_lets_a_job_fail(emulator: Emulator, send_request: Call, job_id: str) -> None:
    """Clients that wait for a job can be tested with it."""
    emulator.call_control_plane("PATCH", "/options", {"job_outcome": "failed", "job_duration": 0})

    content = send_request("GET", f"jobs/{job_id}").parse_content()

    assert (content["status"], content["message"]) == ("failed", "the template could not be copied")


def test_an_unknown_job_is_404(send_request: Call) -> None:
    """The message is that for projects (inference)."""
    reply = send_request("GET", "jobs/aca11a7abd1747cdab996548d0e6fe25")

    assert reply.parse_content() == {"code": 1004, "message": "this job doesn't exist."}
