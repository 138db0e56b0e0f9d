"""Retry-After: all threads pause once, and one line reports it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bim360_provider.errors import RateLimitedError
from bim360_provider.hq import HqClient
from tests.support.hq import Fault, HqFixture, build_reply


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry_after": "17"}, 17.0),
        ({"retry_after": "90"}, 90.0),
        ({}, 20.0),
        ({"retry_after": "soon"}, 20.0),
    ],
)
def test_a_wait_is_as_long_as_hq_requests(
    hq: HqFixture, client: HqClient, headers: dict[str, str], waited: float
) -> None:
    """Without a time, the default of the vendor's own tool applies; the line precedes the wait."""
    hq.emulator.faults.append(Fault("GET projects", build_reply(429, **headers)))

    client.projects.list_page(0)

    assert hq.clock.sleeps == [waited]
    assert len(hq.notifications) == 1
    assert "HQ's rate limit was exceeded (429)" in hq.notifications[0][0]
    assert f" {waited:.0f} s." in hq.notifications[0][0]


def test_a_retry_date_is_compared_with_hqs_clock(hq: HqFixture, client: HqClient) -> None:
    """This machine's clock may be off."""
    hq.emulator.call_control_plane("POST", "/clock", {"set": "2040-01-01T00:00:00.000Z"})
    reply = build_reply(429, retry_after="Sun, 01 Jan 2040 00:00:30 GMT")
    hq.emulator.faults.append(Fault("GET projects", reply))

    client.projects.list_page(0)

    assert hq.clock.sleeps == [30.0]


def test_an_excessive_wait_is_an_immediate_error(hq: HqFixture, client: HqClient) -> None:
    """An hour is an outage to report, not a pause."""
    hq.emulator.faults.append(Fault("GET projects", build_reply(429, retry_after="3600")))

    with pytest.raises(RateLimitedError, match="HQ requires a wait of 3600 s, which is too long"):
        client.projects.list_page(0)

    assert hq.clock.sleeps == []


def test_repeated_refusals_are_bounded(hq: HqFixture, client: HqClient) -> None:
    """The error comes after five attempts."""
    hq.emulator.faults.append(Fault("GET projects", build_reply(429, retry_after="5"), times=99))

    with pytest.raises(RateLimitedError):
        client.projects.list_page(0)

    assert hq.emulator.request_log.count("GET projects") == 5
    assert hq.clock.sleeps == [5.0] * 4


def test_all_threads_wait_for_one_refused_request(hq: HqFixture, client: HqClient) -> None:
    """During the pause no request is sent, and one line reports it."""
    client.projects.list_page(0)
    hq.emulator.faults.append(Fault("GET projects", build_reply(429, retry_after="30"), times=4))
    barrier = threading.Barrier(4)

    def page(_: int) -> None:
        barrier.wait()
        client.projects.list_page(0)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(page, range(4)))

    assert hq.emulator.request_log.count("GET projects") <= 1 + 4 + 4
    assert sum("rate limit was exceeded" in message for message, _ in hq.notifications) >= 1


def test_hqs_own_limit_is_kept_without_a_refusal(hq: HqFixture) -> None:
    """250 requests of one app take three minutes of HQ's clock, without a 429."""
    hq.emulator.call_control_plane("PATCH", "/options", {"rate_limit_per_minute": 100})
    client = hq.create_client()

    for _ in range(250):
        client.projects.list_page(0, limit=1)

    assert hq.emulator.request_log.count("GET projects") == 250
    assert {entry.status for entry in hq.emulator.journal.find_entries()} == {200}
