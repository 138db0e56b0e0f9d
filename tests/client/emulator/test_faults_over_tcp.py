"""Faults over TCP: dropped, delayed, truncated and slow responses."""

import time
from collections.abc import Iterator

import pytest
import requests

from bim360_provider.emulator import RunningEmulator, serve


@pytest.fixture
def running_emulator() -> Iterator[RunningEmulator]:
    """Return a running emulator."""
    with serve() as running:
        yield running


def send_get(running_emulator: RunningEmulator, timeout: float = 5) -> requests.Response:
    return requests.get(f"{running_emulator.url}/hq/v1/anything", timeout=timeout)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_dropped_connection_is_a_connection_error(
    running_emulator: RunningEmulator, drop: str
) -> None:
    """There is no status line; the next request succeeds."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"drop": drop}}
    )

    with pytest.raises(requests.ConnectionError):
        send_get(running_emulator)

    assert send_get(running_emulator).status_code == 404


def test_a_truncated_body_is_an_error(running_emulator: RunningEmulator) -> None:
    """The body is shorter than its Content-Length."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"truncate": 10}}
    )

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="10 bytes read"):
        send_get(running_emulator)


def test_a_204_has_no_body_unless_a_fault_sets_one(
    running_emulator: RunningEmulator,
) -> None:
    """HTTP allows no body in a 204, so a response with a body is a 200."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"status": 204}}
    )
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"status": 204, "text": "no JSON"}}
    )

    empty, full = send_get(running_emulator), send_get(running_emulator)

    assert (empty.status_code, empty.text) == (204, "")
    assert (full.status_code, full.text) == (200, "no JSON")


def test_a_delayed_response_exceeds_the_timeout_of_the_client(
    running_emulator: RunningEmulator,
) -> None:
    """Other requests are not delayed."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"delay": 60}}
    )

    with pytest.raises(requests.ReadTimeout):
        send_get(running_emulator, timeout=0.05)

    assert send_get(running_emulator).status_code == 404


def test_a_slow_response_arrives_completely(running_emulator: RunningEmulator) -> None:
    """Eight chunks with seven pauses."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"then": {"status": 500, "drip": 0.01}}
    )
    start = time.monotonic()

    response = send_get(running_emulator)

    assert response.json()["errorCode"] == "ERR-003"
    assert time.monotonic() - start >= 7 * 0.01


def test_a_closing_emulator_does_not_wait_for_delayed_responses() -> None:
    """Tests need not wait for a delay of a minute."""
    start = time.monotonic()

    with serve() as running:
        running.emulator.call_control_plane("POST", "/faults", {"then": {"delay": 60}})
        with pytest.raises(requests.ReadTimeout):
            send_get(running, timeout=0.05)

    assert time.monotonic() - start < 30


def test_a_large_body_and_a_redirect_arrive_unchanged(
    running_emulator: RunningEmulator,
) -> None:
    """A megabyte of text, and a Location header."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"status": 500, "size": 1_000_000}}
    )
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"then": {"redirect": "http://127.0.0.1:9/"}}
    )

    large = send_get(running_emulator)
    redirect = requests.get(f"{running_emulator.url}/hq/v1/x", timeout=5, allow_redirects=False)

    assert len(large.content) == 1_000_000
    assert redirect.headers["location"] == "http://127.0.0.1:9/"
