"""Create: what HQ refuses, and who else makes the same project."""

from datetime import datetime, timezone
from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.errors import ConflictError, RejectedError, UnauthorizedError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, TOWER, Fault, Stage, says, settings

GATEWAY_TIMEOUT = says(504, b"<html>504</html>")


def test_a_namesake_made_before_is_not_taken_for_ours(stage: Stage, client: HqClient) -> None:
    """A lost answer does not turn somebody's project into ours."""
    stage.project(name="Tower A", created_at="2020-01-01T00:00:00.000Z")
    stage.hq.faults.append(Fault("POST projects", GATEWAY_TIMEOUT))

    with pytest.raises(ConflictError, match="exists already"):
        create(client, TOWER, settings())

    assert stage.hq.asked.count("POST projects") == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (says(400, {"code": 9400, "message": "bad"}), RejectedError),
        (says(403, {"developerMessage": "no", "errorCode": "AUTH-010"}), UnauthorizedError),
        (says(422, {"code": 9422, "message": "no"}), RejectedError),
    ],
)
def test_a_refusal_is_not_asked_twice(
    stage: Stage, client: HqClient, reply: Any, kind: type[Exception]
) -> None:
    """HQ will say no again."""
    stage.hq.faults.append(Fault("POST projects", reply, times=9))

    with pytest.raises(kind, match="could not create project 'Tower A'"):
        create(client, TOWER, settings())

    assert stage.hq.asked == ["token", "POST projects"]


def test_a_busy_hq_is_asked_again_when_it_said(stage: Stage, client: HqClient) -> None:
    """It refused before it acted, so the POST may be repeated."""
    stage.hq.faults.append(Fault("POST projects", says(429, retry_after="17"), times=2))

    create(client, TOWER, settings())

    assert stage.hq.asked == ["token", *["POST projects"] * 3]
    assert stage.clock.naps == [17.0, 17.0]


def test_two_processes_make_one_project(stage: Stage) -> None:
    """One wins; the other is told of it, and adopts nothing."""
    first, second = stage.client(), stage.client()
    second.transport.now()
    stage.clock.sleep(2)
    create(first, TOWER, settings())

    with pytest.raises(ConflictError, match="made by somebody else while this run was going on"):
        create(second, TOWER, settings())

    assert stage.names() == ["Tower A"]


def test_hqs_clock_decides_and_not_this_machines(stage: Stage) -> None:
    """A machine whose clock is years off makes one project all the same."""
    stage.hq.clock.move_to(datetime(2040, 1, 1, tzinfo=timezone.utc).timestamp())
    stage.hq.faults.append(Fault("POST projects", HANGS_UP, acts=True))

    create(stage.client(), TOWER, settings())

    assert stage.names() == ["Tower A"]
