"""Status and template of a new project: a failure after the create does not lose the project."""

from typing import Any

import pytest

from bim360_provider.core.project import create, diff, update
from bim360_provider.hq import HqClient
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    PROJECT_NOT_FOUND,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)


@pytest.fixture
def inputs_with_template(hq: HqFixture) -> dict[str, Any]:
    """Return the arguments of a tower created from a template."""
    template = hq.create_project(name="Template", service_types="field")
    return {**PROJECT_INPUTS, "template_project_id": template["id"]}


def test_a_project_can_be_created_as_archived(hq: HqFixture, client: HqClient) -> None:
    """HQ's POST takes no status, so a PATCH follows."""
    _, outs = create(build_run(client), {**PROJECT_INPUTS, "status": "archived"})

    assert outs["status"] == "archived"
    assert hq.emulator.request_log == ["token", "POST projects", "PATCH project"]


def test_a_refused_status_is_set_by_a_later_up(hq: HqFixture, client: HqClient) -> None:
    """A project without members cannot become inactive; the state keeps its id all the same."""
    inputs = {**PROJECT_INPUTS, "status": "inactive"}

    project_id, outs = create(build_run(client), inputs)

    assert outs["unfinished"] == ["status"]
    assert "The project exists" in hq.list_warnings()[0]
    assert diff(outs, inputs).is_unfinished

    hq.emulator.call_control_plane("PATCH", f"/projects/{project_id}", {"status": "active"})
    later = update(build_run(client), project_id, outs, inputs)

    assert (later["status"], later["unfinished"]) == ("inactive", [])
    assert not diff(later, inputs).is_unfinished


@pytest.mark.parametrize(
    "reply",
    [
        build_reply(403),
        build_reply(422),
        DROPS_CONNECTION,
        build_reply(200, b"<html>"),
        build_reply(503),
    ],
)
def test_no_failure_after_the_create_loses_the_id(
    hq: HqFixture, client: HqClient, reply: Any
) -> None:
    """Pulumi saves nothing of a create that raises an error."""
    hq.emulator.faults.append(Fault("PATCH project", reply, times=99))

    project_id, outs = create(build_run(client), {**PROJECT_INPUTS, "status": "archived"})

    assert project_id
    assert outs["unfinished"] == ["status"]


def test_a_404_right_after_the_create_is_retried(hq: HqFixture, client: HqClient) -> None:
    """HQ shows a new project with a delay."""
    hq.emulator.faults.append(Fault("PATCH project", PROJECT_NOT_FOUND, times=3))

    _, outs = create(build_run(client), {**PROJECT_INPUTS, "status": "archived"})

    assert outs["status"] == "archived"
    assert hq.clock.sleeps == [4.0, 4.0, 4.0]


def test_a_create_waits_for_the_template_copy(
    hq: HqFixture, client: HqClient, inputs_with_template: Any
) -> None:
    """It polls at growing intervals and reports the wait once."""
    hq.emulator.call_control_plane("PATCH", "/options", {"job_duration": 10})

    _, outs = create(build_run(client), inputs_with_template)

    assert outs["copy_status"] == "done"
    assert hq.clock.sleeps == [2.0, 4.0, 8.0]
    assert sum("waiting for the template copy" in message for message, _ in hq.notifications) == 1


def test_a_failed_copy_is_a_final_warning(
    hq: HqFixture, client: HqClient, inputs_with_template: Any
) -> None:
    """HQ cannot repeat it, and the next up does not request it again."""
    hq.emulator.call_control_plane("PATCH", "/options", {"job_outcome": "failed"})

    project_id, outs = create(build_run(client), inputs_with_template)
    hq.emulator.request_log.clear()
    later = update(build_run(client), project_id, outs, {**inputs_with_template, "city": "Oslo"})

    assert (outs["copy_status"], later["copy_status"]) == ("failed", "failed")
    assert "copy the template's settings by hand" in hq.list_warnings()[0]
    assert not diff(outs, inputs_with_template).is_unfinished
    assert hq.emulator.request_log == ["PATCH project"]


def test_the_next_up_checks_a_copy_that_exceeded_its_timeout(
    hq: HqFixture, client: HqClient, inputs_with_template: Any
) -> None:
    """The up ends in time; the state records what is left to do."""
    hq.emulator.call_control_plane("PATCH", "/options", {"job_duration": 1000})
    inputs = {**inputs_with_template, "copy_timeout": 30.0}

    project_id, outs = create(build_run(client), inputs)

    assert outs["copy_status"] == "running"
    assert sum(hq.clock.sleeps) == 30.0
    assert diff(outs, inputs).is_unfinished

    hq.clock.sleep(1000)
    later = update(build_run(client), project_id, outs, inputs)

    assert later["copy_status"] == "done"
    assert "PATCH project" not in hq.emulator.request_log


def test_a_job_missing_from_the_response_is_remembered(
    hq: HqFixture, client: HqClient, inputs_with_template: Any
) -> None:
    """Otherwise the copy would count as running permanently."""
    project_id, outs = create(build_run(client), {**inputs_with_template, "copy_timeout": 0.0})
    hq.clock.sleep(60)
    bare = build_reply(200, {"id": project_id, "name": "Tower A", "copy_project_job_id": None})
    hq.emulator.faults.append(Fault("PATCH project", bare))

    later = update(build_run(client), project_id, outs, {**inputs_with_template, "city": "Oslo"})

    assert later["copy_status"] == "done"
    assert later["copy_project_job_id"] == outs["copy_project_job_id"]


def test_a_copy_timeout_of_zero_polls_once(
    hq: HqFixture, client: HqClient, inputs_with_template: Any
) -> None:
    """Users who do not want to wait set it."""
    _, outs = create(build_run(client), {**inputs_with_template, "copy_timeout": 0.0})

    assert outs["copy_status"] == "running"
    assert hq.emulator.request_log.count("GET job") == 1
    assert hq.clock.sleeps == []


@pytest.mark.parametrize(
    "reply",
    [
        *(
            build_reply(403),
            build_reply(404),
            build_reply(503),
            build_reply(429, retry_after="3600"),
            DROPS_CONNECTION,
        ),
        *(
            build_reply(200, b"<html>"),
            build_reply(200, []),
            build_reply(200, {"status": 7}),
            build_reply(200, "done"),
        ),
    ],
)
def test_an_unreadable_job_does_not_lose_the_project(
    hq: HqFixture, client: HqClient, inputs_with_template: Any, reply: Any
) -> None:
    """It counts as still running."""
    hq.emulator.faults.append(Fault("GET job", reply, times=99))

    project_id, outs = create(build_run(client), {**inputs_with_template, "copy_timeout": 10.0})

    assert project_id
    assert outs["copy_status"] == "running"
