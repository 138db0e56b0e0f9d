"""Tokens and headers: who asks, and what travels with each request."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.errors import UnansweredError, UnauthorizedError, UnavailableError
from bim360_provider.hq import HqClient
from bim360_provider.hq.transport.retry import ATTEMPTS
from tests.support.hq import Fault, Stage, SteeredClock, says

PAGES = 4

PATIENCE = 20.0
"""Seconds until the test gives up; normally it takes milliseconds."""


def list_in_threads(client: HqClient) -> None:
    """List the projects from four threads at the same moment, as Pulumi's host would."""
    together = threading.Barrier(PAGES)

    def page(_: int) -> None:
        together.wait()
        client.projects.page(0)

    with ThreadPoolExecutor(PAGES) as pool:
        list(pool.map(page, range(PAGES)))


def test_four_threads_share_one_token(stage: Stage, client: HqClient) -> None:
    """However they begin together."""
    list_in_threads(client)

    assert stage.hq.asked.count("token") == 1
    assert stage.hq.asked.count("GET projects") == PAGES


def test_a_token_is_renewed_five_minutes_before_its_end(stage: Stage, client: HqClient) -> None:
    """Longer than any one request can take."""
    client.projects.page(0)
    stage.clock.sleep(3600 - 301)
    client.projects.page(0)
    assert stage.hq.asked.count("token") == 1

    stage.clock.sleep(2)
    client.projects.page(0)

    assert stage.hq.asked.count("token") == 2


def test_a_short_token_is_used_for_half_its_life(stage: Stage, client: HqClient) -> None:
    """Otherwise one of four minutes would never be used at all."""
    stage.hq.ask("PATCH", "/options", {"token_lifetime": 240})
    client.projects.page(0)
    stage.clock.sleep(119)
    client.projects.page(0)
    assert stage.hq.asked.count("token") == 1

    stage.clock.sleep(2)
    client.projects.page(0)

    assert stage.hq.asked.count("token") == 2


def test_a_revoked_token_is_renewed_once_for_four_threads(stage: Stage, client: HqClient) -> None:
    """The first thread fetches, the others take what it got; each question is asked again."""
    client.projects.page(0)
    stage.hq.ask("DELETE", "/tokens")
    stage.hq.asked.clear()

    list_in_threads(client)

    assert stage.hq.asked.count("token") == 1
    assert PAGES < stage.hq.asked.count("GET projects") <= 2 * PAGES


def test_a_second_401_is_a_refusal(stage: Stage, client: HqClient) -> None:
    """A fresh token that is not taken will not be taken the next time."""
    refusal = says(401, {"developerMessage": "The token is not valid.", "errorCode": "AUTH-006"})
    stage.hq.faults.append(Fault("GET projects", refusal, times=9))

    with pytest.raises(UnauthorizedError, match=r"AUTH-006.*Check the machine's clock"):
        client.projects.page(0)

    assert stage.hq.asked == ["token", "GET projects", "token", "GET projects"]


def test_a_revoked_token_does_not_make_a_second_project(stage: Stage, client: HqClient) -> None:
    """The gateway refuses before HQ sees the POST, so it may be sent again."""
    client.projects.page(0)
    stage.hq.ask("DELETE", "/tokens")
    stage.project()

    assert stage.hq.asked.count("token") == 1


@pytest.mark.parametrize(
    "answer",
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
def test_an_answer_without_a_token_is_told_in_one_line(stage: Stage, answer: Any) -> None:
    """Some other server answers at that address."""
    stage.hq.faults.append(Fault("token", says(200, answer), times=9))

    with pytest.raises(UnansweredError, match="could not get a token") as caught:
        stage.client().projects.page(0)

    assert "\n" not in str(caught.value)
    assert set(stage.hq.asked) == {"token"}


def test_a_token_that_cannot_be_had_is_asked_for_by_one_thread(stage: Stage) -> None:
    """Who waited for it shares the failure; a dead HQ must not cost each of them two minutes."""
    waiting = threading.Event()

    class Slow(SteeredClock):
        def sleep(self, seconds: float) -> None:
            waiting.wait(PATIENCE)
            super().sleep(seconds)

    stage.hq.faults.append(Fault("token", says(503), times=100))
    stage.clock = Slow()
    client = stage.client()
    failed: list[str] = []

    def page() -> None:
        with pytest.raises(UnavailableError) as error:
            client.projects.page(0)
        failed.append(str(error.value))

    threads = [threading.Thread(target=page) for _ in range(PAGES)]
    for thread in threads:
        thread.start()
    while sum(thread.is_alive() for thread in threads) < PAGES or "token" not in stage.hq.asked:
        waiting.wait(0.01)
    waiting.set()
    for thread in threads:
        thread.join(PATIENCE)

    assert len(failed) == PAGES
    assert len(set(failed)) == 1
    assert stage.hq.asked.count("token") <= 2 * ATTEMPTS
