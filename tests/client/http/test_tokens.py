"""Tokens: when they are fetched, renewed and shared."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.errors import UnansweredError, UnauthorizedError, UnavailableError
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.retry import MAX_ATTEMPTS
from tests.support.hq import FakeClock, Fault, HqFixture, build_reply

PAGES = 4

JOIN_TIMEOUT = 20.0
"""Seconds until the test gives up; normally it takes milliseconds."""


def list_in_threads(client: HqClient) -> None:
    """List the projects from four threads at the same moment, as Pulumi's host does."""
    barrier = threading.Barrier(PAGES)

    def page(_: int) -> None:
        barrier.wait()
        client.projects.list_page(0)

    with ThreadPoolExecutor(PAGES) as pool:
        list(pool.map(page, range(PAGES)))


def test_four_threads_share_one_token(hq: HqFixture, client: HqClient) -> None:
    """They all start at the same moment."""
    list_in_threads(client)

    assert hq.emulator.request_log.count("token") == 1
    assert hq.emulator.request_log.count("GET projects") == PAGES


def test_a_token_is_renewed_five_minutes_before_its_end(hq: HqFixture, client: HqClient) -> None:
    """No single request takes longer."""
    client.projects.list_page(0)
    hq.clock.sleep(3600 - 301)
    client.projects.list_page(0)
    assert hq.emulator.request_log.count("token") == 1

    hq.clock.sleep(2)
    client.projects.list_page(0)

    assert hq.emulator.request_log.count("token") == 2


def test_a_short_token_is_used_for_half_its_life(hq: HqFixture, client: HqClient) -> None:
    """Otherwise a token of four minutes would never be used."""
    hq.emulator.call_control_plane("PATCH", "/options", {"token_lifetime": 240})
    client.projects.list_page(0)
    hq.clock.sleep(119)
    client.projects.list_page(0)
    assert hq.emulator.request_log.count("token") == 1

    hq.clock.sleep(2)
    client.projects.list_page(0)

    assert hq.emulator.request_log.count("token") == 2


def test_a_revoked_token_is_renewed_once_for_four_threads(hq: HqFixture, client: HqClient) -> None:
    """One thread fetches a token, the others use it; each request is sent again."""
    client.projects.list_page(0)
    hq.emulator.call_control_plane("DELETE", "/tokens")
    hq.emulator.request_log.clear()

    list_in_threads(client)

    assert hq.emulator.request_log.count("token") == 1
    assert PAGES < hq.emulator.request_log.count("GET projects") <= 2 * PAGES


def test_a_second_401_is_a_refusal(hq: HqFixture, client: HqClient) -> None:
    """A fresh token that is refused would be refused again."""
    refusal = build_reply(
        401, {"developerMessage": "The token is not valid.", "errorCode": "AUTH-006"}
    )
    hq.emulator.faults.append(Fault("GET projects", refusal, times=9))

    with pytest.raises(UnauthorizedError, match=r"AUTH-006.*Check the machine's clock"):
        client.projects.list_page(0)

    assert hq.emulator.request_log == ["token", "GET projects", "token", "GET projects"]


def test_a_revoked_token_does_not_duplicate_a_project(hq: HqFixture, client: HqClient) -> None:
    """The gateway refuses before HQ sees the POST, so it may be sent again."""
    client.projects.list_page(0)
    hq.emulator.call_control_plane("DELETE", "/tokens")
    hq.create_project()

    assert hq.emulator.request_log.count("token") == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"access_token": "x"},
        {"access_token": "x", "expires_in": "soon"},
        {"access_token": "x", "expires_in": None},
        {"access_token": None, "expires_in": 3600},
        {"access_token": "two\nlines", "expires_in": 3600},
        {"access_token": "x", "expires_in": float("nan")},
        "token",
    ],
)
def test_a_response_without_a_token_is_reported_in_one_line(hq: HqFixture, body: Any) -> None:
    """Another kind of server listens at that address."""
    hq.emulator.faults.append(Fault("token", build_reply(200, body), times=9))

    with pytest.raises(UnansweredError, match="could not get a token") as caught:
        hq.create_client().projects.list_page(0)

    assert "\n" not in str(caught.value)
    assert set(hq.emulator.request_log) == {"token"}


def test_an_unavailable_token_is_requested_by_one_thread(hq: HqFixture) -> None:
    """Waiting threads share the failure; otherwise each would spend two minutes on a dead HQ."""
    renewal_released = threading.Event()

    class Slow(FakeClock):
        def sleep(self, seconds: float) -> None:
            renewal_released.wait(JOIN_TIMEOUT)
            super().sleep(seconds)

    hq.emulator.faults.append(Fault("token", build_reply(503), times=100))
    hq.clock = Slow()
    client = hq.create_client()
    messages: list[str] = []

    def page() -> None:
        with pytest.raises(UnavailableError) as error:
            client.projects.list_page(0)
        messages.append(str(error.value))

    threads = [threading.Thread(target=page) for _ in range(PAGES)]
    for thread in threads:
        thread.start()
    while (
        sum(thread.is_alive() for thread in threads) < PAGES
        or "token" not in hq.emulator.request_log
    ):
        renewal_released.wait(0.01)
    renewal_released.set()
    for thread in threads:
        thread.join(JOIN_TIMEOUT)

    assert len(messages) == PAGES
    assert len(set(messages)) == 1
    assert hq.emulator.request_log.count("token") <= 2 * MAX_ATTEMPTS
