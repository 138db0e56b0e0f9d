"""What comes after a project is made: its status and its template, neither of which may lose it."""

from typing import Any

import pytest

from bim360_provider.core.project import create, diff, update
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_PROJECT, TOWER, Fault, Stage, says, settings


@pytest.fixture
def templated(stage: Stage) -> dict[str, Any]:
    """Return the arguments of a tower made from a template."""
    template = stage.project(name="Template", service_types="field")
    return {**TOWER, "template_project_id": template["id"]}


def test_a_project_can_be_archived_from_the_start(stage: Stage, client: HqClient) -> None:
    """HQ's POST takes no status, so a PATCH follows."""
    _, outs = create(client, {**TOWER, "status": "archived"}, settings())

    assert outs["status"] == "archived"
    assert stage.hq.asked == ["token", "POST projects", "PATCH project"]


def test_a_status_hq_refuses_now_is_set_by_a_later_up(stage: Stage, client: HqClient) -> None:
    """A project nobody joined cannot become inactive; its id is kept all the same."""
    inputs = {**TOWER, "status": "inactive"}

    project_id, outs = create(client, inputs, settings())

    assert outs["unfinished"] == ["status"]
    assert "The project exists" in stage.warnings()[0]
    assert diff(outs, inputs).unfinished

    stage.hq.ask("PATCH", f"/projects/{project_id}", {"status": "active"})
    later = update(client, project_id, outs, inputs)

    assert (later["status"], later["unfinished"]) == ("inactive", [])
    assert not diff(later, inputs).unfinished


@pytest.mark.parametrize("reply", [says(403), says(422), HANGS_UP, says(200, b"<html>"), says(503)])
def test_no_failure_after_the_create_loses_the_id(
    stage: Stage, client: HqClient, reply: Any
) -> None:
    """Pulumi saves nothing of a create that raises."""
    stage.hq.faults.append(Fault("PATCH project", reply, times=99))

    project_id, outs = create(client, {**TOWER, "status": "archived"}, settings())

    assert project_id
    assert outs["unfinished"] == ["status"]


def test_a_404_on_what_was_just_made_is_waited_out(stage: Stage, client: HqClient) -> None:
    """HQ shows a new project a moment late."""
    stage.hq.faults.append(Fault("PATCH project", NO_PROJECT, times=3))

    _, outs = create(client, {**TOWER, "status": "archived"}, settings())

    assert outs["status"] == "archived"
    assert stage.clock.naps == [4.0, 4.0, 4.0]


def test_a_template_copy_is_waited_for(stage: Stage, client: HqClient, templated: Any) -> None:
    """At growing distances, and told once."""
    stage.hq.ask("PATCH", "/options", {"job_duration": 10})

    _, outs = create(client, templated, settings())

    assert outs["copy_status"] == "done"
    assert stage.clock.naps == [2.0, 4.0, 8.0]
    assert sum("waiting for the template copy" in message for message, _ in stage.told) == 1


def test_a_failed_copy_is_a_warning_and_final(
    stage: Stage, client: HqClient, templated: Any
) -> None:
    """HQ cannot repeat it; the next up does not ask for it again."""
    stage.hq.ask("PATCH", "/options", {"job_outcome": "failed"})

    project_id, outs = create(client, templated, settings())
    stage.hq.asked.clear()
    later = update(client, project_id, outs, {**templated, "city": "Oslo"})

    assert (outs["copy_status"], later["copy_status"]) == ("failed", "failed")
    assert "copy the template's settings by hand" in stage.warnings()[0]
    assert not diff(outs, templated).unfinished
    assert stage.hq.asked == ["PATCH project"]


def test_a_copy_that_outlasts_its_bound_is_looked_at_by_the_next_up(
    stage: Stage, client: HqClient, templated: Any
) -> None:
    """The up ends in time; the state says what is left."""
    stage.hq.ask("PATCH", "/options", {"job_duration": 1000})
    inputs = {**templated, "copy_timeout": 30.0}

    project_id, outs = create(client, inputs, settings())

    assert outs["copy_status"] == "running"
    assert sum(stage.clock.naps) == 30.0
    assert diff(outs, inputs).unfinished

    stage.clock.sleep(1000)
    later = update(client, project_id, outs, inputs)

    assert later["copy_status"] == "done"
    assert "PATCH project" not in stage.hq.asked


def test_a_job_that_an_answer_leaves_out_is_remembered(
    stage: Stage, client: HqClient, templated: Any
) -> None:
    """Or the copy would count as running for ever."""
    project_id, outs = create(client, {**templated, "copy_timeout": 0.0}, settings())
    stage.clock.sleep(60)
    bare = says(200, {"id": project_id, "name": "Tower A", "copy_project_job_id": None})
    stage.hq.faults.append(Fault("PATCH project", bare))

    later = update(client, project_id, outs, {**templated, "city": "Oslo"})

    assert later["copy_status"] == "done"
    assert later["copy_project_job_id"] == outs["copy_project_job_id"]


def test_a_bound_of_nothing_looks_once(stage: Stage, client: HqClient, templated: Any) -> None:
    """For who does not want to wait at all."""
    _, outs = create(client, {**templated, "copy_timeout": 0.0}, settings())

    assert outs["copy_status"] == "running"
    assert stage.hq.asked.count("GET job") == 1
    assert stage.clock.naps == []


@pytest.mark.parametrize(
    "reply",
    [
        *(says(403), says(404), says(503), says(429, retry_after="3600"), HANGS_UP),
        *(says(200, b"<html>"), says(200, []), says(200, {"status": 7}), says(200, "done")),
    ],
)
def test_a_job_that_cannot_be_looked_at_does_not_lose_the_project(
    stage: Stage, client: HqClient, templated: Any, reply: Any
) -> None:
    """It counts as still running."""
    stage.hq.faults.append(Fault("GET job", reply, times=99))

    project_id, outs = create(client, {**templated, "copy_timeout": 10.0}, settings())

    assert project_id
    assert outs["copy_status"] == "running"
