"""Create: requests that HQ refuses, and concurrent creates of the same project."""

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


def test_an_older_project_of_the_same_name_is_not_accepted_as_ours(
    hq: HqFixture, client: HqClient
) -> None:
    """A lost response does not make another user's project ours."""
    hq.create_project(name="Tower A", created_at="2020-01-01T00:00:00.000Z")
    hq.emulator.faults.append(Fault("POST projects", GATEWAY_TIMEOUT))

    with pytest.raises(ConflictError, match="exists already"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log.count("POST projects") == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (build_reply(400, {"code": 9400, "message": "bad"}), RejectedError),
        (build_reply(403, {"developerMessage": "no", "errorCode": "AUTH-010"}), UnauthorizedError),
        (build_reply(422, {"code": 9422, "message": "no"}), RejectedError),
    ],
)
def test_a_refusal_is_not_retried(
    hq: HqFixture, client: HqClient, reply: Any, kind: type[Exception]
) -> None:
    """HQ would refuse again."""
    hq.emulator.faults.append(Fault("POST projects", reply, times=9))

    with pytest.raises(kind, match="could not create project 'Tower A'"):
        create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log == ["token", "POST projects"]


def test_a_rate_limited_create_is_retried_when_hq_allows_it(
    hq: HqFixture, client: HqClient
) -> None:
    """HQ refused before acting, so the POST may be repeated."""
    hq.emulator.faults.append(Fault("POST projects", build_reply(429, retry_after="17"), times=2))

    create(build_run(client), PROJECT_INPUTS)

    assert hq.emulator.request_log == ["token", *["POST projects"] * 3]
    assert hq.clock.sleeps == [17.0, 17.0]


def test_two_processes_create_one_project(hq: HqFixture) -> None:
    """One succeeds; the other gets an error and adopts nothing."""
    first, second = hq.create_client(), hq.create_client()
    second.transport.get_server_time()
    hq.clock.sleep(2)
    create(build_run(first), PROJECT_INPUTS)

    with pytest.raises(ConflictError, match="created by another user or pipeline during this run"):
        create(build_run(second), PROJECT_INPUTS)

    assert hq.list_project_names() == ["Tower A"]


def test_hqs_clock_decides_instead_of_the_local_clock(hq: HqFixture) -> None:
    """A machine whose clock is years off creates one project all the same."""
    hq.emulator.clock.set_time(datetime(2040, 1, 1, tzinfo=timezone.utc).timestamp())
    hq.emulator.faults.append(Fault("POST projects", DROPS_CONNECTION, acts_on_request=True))

    create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert hq.list_project_names() == ["Tower A"]
