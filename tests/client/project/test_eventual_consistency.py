"""Eventual consistency: delays of HQ are waited out or reported, and nothing is done twice."""

from typing import Any

import pytest

from bim360_provider.core.project import create, diff, read, update
from bim360_provider.emulator import Reply
from bim360_provider.errors import ConflictError
from tests.support.hq import (
    PROJECT_INPUTS,
    PROJECT_NOT_FOUND,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

GATEWAY_TIMEOUT: Reply = build_reply(504, b"<html>504</html>")
A_DAY = 86_400.0


def test_the_next_up_adopts_a_project_that_stayed_invisible(hq: HqFixture) -> None:
    """It appears after the last search: the error says to run up again, and then it is found."""
    hq.emulator.call_control_plane("PATCH", "/options", {"visible_after": 120})
    hq.emulator.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts_on_request=True),
        Fault("GET projects", build_reply(200, []), times=7),
    ]

    with pytest.raises(ConflictError, match="run `pulumi up` again in a few minutes"):
        create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert hq.emulator.request_log.count("POST projects") == 2
    hq.clock.sleep(180)
    project_id, outs = create(build_run(hq.create_client()), PROJECT_INPUTS)
    assert hq.list_project_names() == ["Tower A"]
    assert outs["unfinished"] == []
    assert "is a leftover of an interrupted run and is adopted" in hq.list_warnings()[-1]
    assert project_id


def test_a_project_that_stays_invisible_keeps_its_id(hq: HqFixture) -> None:
    """The PATCH after the create is retried for half a minute, then left to the next up."""
    inputs = {**PROJECT_INPUTS, "status": "archived"}
    hq.emulator.faults.append(Fault("PATCH project", PROJECT_NOT_FOUND, times=99))

    project_id, outs = create(build_run(hq.create_client()), inputs)

    assert outs["unfinished"] == ["status"]
    assert 30 <= sum(hq.clock.sleeps) <= 34
    hq.emulator.faults.clear()
    later = update(build_run(hq.create_client()), project_id, outs, inputs)
    assert (later["status"], later["unfinished"]) == ("archived", [])


def test_a_pending_status_is_not_a_change(hq: HqFixture) -> None:
    """Only a first project admin activates a project; until then nothing is left to do."""
    inputs = {**PROJECT_INPUTS, "status": "active"}
    client = hq.create_client()
    project_id, outs = create(build_run(client), inputs)

    live = read(build_run(client), project_id, outs)

    assert live is not None
    assert live.outputs["status"] == "pending"
    for state in (outs, live.outputs):
        assert (diff(state, inputs).changed_arguments, diff(state, inputs).is_unfinished) == (
            (),
            False,
        )


def test_an_endless_copy_is_given_up_after_a_day(hq: HqFixture) -> None:
    """It is reported once; from then on a preview shows no change."""
    template = hq.create_project(name="Template", service_types="field")
    hq.emulator.call_control_plane("PATCH", "/options", {"job_duration": 1e9})
    inputs: dict[str, Any] = {
        **PROJECT_INPUTS,
        "template_project_id": template["id"],
        "copy_timeout": 0.0,
    }
    project_id, outs = create(build_run(hq.create_client()), inputs)
    assert diff(outs, inputs).is_unfinished

    hq.clock.sleep(A_DAY + 1)
    later = update(build_run(hq.create_client()), project_id, outs, inputs)

    assert later["copy_status"] == "failed"
    assert "has not ended within a day" in hq.list_warnings()[-1]
    assert not diff(later, inputs).is_unfinished
    assert hq.emulator.request_log.count("GET job") == 2
