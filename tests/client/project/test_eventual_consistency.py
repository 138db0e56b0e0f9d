"""Late consistency: what HQ shows late, or never, is waited for or told, and never done twice."""

from typing import Any

import pytest

from bim360_provider.core.project import create, diff, read, update
from bim360_provider.emulator import Reply
from bim360_provider.errors import ConflictError
from tests.support.hq import NO_PROJECT, TOWER, Fault, Stage, says, settings

GATEWAY_TIMEOUT: Reply = says(504, b"<html>504</html>")
A_DAY = 86_400.0


def test_a_project_that_is_not_seen_for_long_is_adopted_by_the_next_up(stage: Stage) -> None:
    """Longer than all looks: the error says to run it again, and then it is there."""
    stage.hq.ask("PATCH", "/options", {"visible_after": 120})
    stage.hq.faults += [
        Fault("POST projects", GATEWAY_TIMEOUT, acts=True),
        Fault("GET projects", says(200, []), times=7),
    ]

    with pytest.raises(ConflictError, match="run `pulumi up` again in some minutes"):
        create(stage.client(), TOWER, settings())

    assert stage.hq.asked.count("POST projects") == 2
    stage.clock.sleep(180)
    project_id, outs = create(stage.client(), TOWER, settings())
    assert stage.names() == ["Tower A"]
    assert outs["unfinished"] == []
    assert "is what an interrupted run left behind; it is adopted" in stage.warnings()[-1]
    assert project_id


def test_a_project_that_stays_out_of_sight_keeps_its_id(stage: Stage) -> None:
    """The PATCH after the create is tried for half a minute, then left to the next up."""
    inputs = {**TOWER, "status": "archived"}
    stage.hq.faults.append(Fault("PATCH project", NO_PROJECT, times=99))

    project_id, outs = create(stage.client(), inputs, settings())

    assert outs["unfinished"] == ["status"]
    assert 30 <= sum(stage.clock.naps) <= 34
    stage.hq.faults.clear()
    later = update(stage.client(), project_id, outs, inputs)
    assert (later["status"], later["unfinished"]) == ("archived", [])


def test_a_status_that_stays_pending_is_no_change(stage: Stage) -> None:
    """Only its first project admin makes a project active; until then nothing is left to do."""
    inputs = {**TOWER, "status": "active"}
    client = stage.client()
    project_id, outs = create(client, inputs, settings())

    live = read(client, project_id, outs)

    assert live is not None
    assert live.outputs["status"] == "pending"
    for state in (outs, live.outputs):
        assert (diff(state, inputs).changed, diff(state, inputs).unfinished) == ((), False)


def test_a_copy_that_never_ends_is_given_up_after_a_day(stage: Stage) -> None:
    """Told once; from then on a preview shows nothing to do."""
    template = stage.project(name="Template", service_types="field")
    stage.hq.ask("PATCH", "/options", {"job_duration": 1e9})
    inputs: dict[str, Any] = {**TOWER, "template_project_id": template["id"], "copy_timeout": 0.0}
    project_id, outs = create(stage.client(), inputs, settings())
    assert diff(outs, inputs).unfinished

    stage.clock.sleep(A_DAY + 1)
    later = update(stage.client(), project_id, outs, inputs)

    assert later["copy_status"] == "failed"
    assert "has not ended within a day" in stage.warnings()[-1]
    assert not diff(later, inputs).unfinished
    assert stage.hq.asked.count("GET job") == 2
