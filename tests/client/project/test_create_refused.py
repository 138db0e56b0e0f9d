"""Create: what HQ refuses, and who else makes the same project."""

from datetime import datetime, timezone
from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.errors import ConflictError, RejectedError, UnauthorizedError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
)

GATEWAY_TIMEOUT = build_reply(504, b"<html>504</html>")


def test_a_namesake_made_before_is_not_taken_for_ours(hq: HqFixture, client: HqClient) -> None:
    """A lost answer does not turn somebody's project into ours."""
    hq.create_project(name="Tower A", created_at="2020-01-01T00:00:00.000Z")
    hq.emulator.faults.append(Fault("POST projects", GATEWAY_TIMEOUT))

    with pytest.raises(ConflictError, match="exists already"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made.count("POST projects") == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (build_reply(400, {"code": 9400, "message": "bad"}), RejectedError),
        (build_reply(403, {"developerMessage": "no", "errorCode": "AUTH-010"}), UnauthorizedError),
        (build_reply(422, {"code": 9422, "message": "no"}), RejectedError),
    ],
)
def test_a_refusal_is_not_asked_twice(
    hq: HqFixture, client: HqClient, reply: Any, kind: type[Exception]
) -> None:
    """HQ will say no again."""
    hq.emulator.faults.append(Fault("POST projects", reply, times=9))

    with pytest.raises(kind, match="could not create project 'Tower A'"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made == ["token", "POST projects"]


def test_a_busy_hq_is_asked_again_when_it_said(hq: HqFixture, client: HqClient) -> None:
    """It refused before it acted, so the POST may be repeated."""
    hq.emulator.faults.append(Fault("POST projects", build_reply(429, retry_after="17"), times=2))

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.requests_made == ["token", *["POST projects"] * 3]
    assert hq.clock.sleeps == [17.0, 17.0]


def test_two_processes_make_one_project(hq: HqFixture) -> None:
    """One wins; the other is told of it, and adopts nothing."""
    first, second = hq.create_client(), hq.create_client()
    second.transport.get_server_time()
    hq.clock.sleep(2)
    create(build_run(first), PROJECT_INPUTS)

    with pytest.raises(ConflictError, match="made by somebody else while this run was going on"):
        create(build_run(second), PROJECT_INPUTS)

    assert hq.list_project_names() == ["Tower A"]


def test_hqs_clock_decides_and_not_this_machines(hq: HqFixture) -> None:
    """A machine whose clock is years off makes one project all the same."""
    hq.emulator.clock.set_time(datetime(2040, 1, 1, tzinfo=timezone.utc).timestamp())
    hq.emulator.faults.append(Fault("POST projects", DROPS_CONNECTION, acts_on_request=True))

    create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert hq.list_project_names() == ["Tower A"]
