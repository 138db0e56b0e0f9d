"""Faults a client meets on the wire: lost, late, cut and dripping answers."""

import time
from collections.abc import Iterator

import pytest
import requests

from bim360_provider.emulator import RunningEmulator, serve


@pytest.fixture
def running_emulator() -> Iterator[RunningEmulator]:
    """Return an emulator that listens."""
    with serve() as running:
        yield running


def send_get(running_emulator: RunningEmulator, timeout: float = 5) -> requests.Response:
    return requests.get(f"{running_emulator.url}/hq/v1/anything", timeout=timeout)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_dropped_connection_is_a_connection_error(
    running_emulator: RunningEmulator, drop: str
) -> None:
    """No status line, no answer; the next request is fine."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"drop": drop}}
    )

    with pytest.raises(requests.ConnectionError):
        send_get(running_emulator)

    assert send_get(running_emulator).status_code == 404


def test_a_cut_body_is_noticed(running_emulator: RunningEmulator) -> None:
    """The promised length never comes."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"truncate": 10}}
    )

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="10 bytes read"):
        send_get(running_emulator)


def test_an_answer_without_content_has_no_body_unless_a_fault_gives_it_one(
    running_emulator: RunningEmulator,
) -> None:
    """HTTP has no room for a body in a 204, so one with a body is a 200."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"status": 204}}
    )
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"status": 204, "text": "no JSON"}}
    )

    empty, full = send_get(running_emulator), send_get(running_emulator)

    assert (empty.status_code, empty.text) == (204, "")
    assert (full.status_code, full.text) == (200, "no JSON")


def test_a_late_answer_runs_into_the_clients_timeout(running_emulator: RunningEmulator) -> None:
    """And holds nobody else up."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"delay": 60}}
    )

    with pytest.raises(requests.ReadTimeout):
        send_get(running_emulator, timeout=0.05)

    assert send_get(running_emulator).status_code == 404


def test_a_dripping_answer_arrives_whole(running_emulator: RunningEmulator) -> None:
    """Eight pieces, so seven pauses."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"then": {"status": 500, "drip": 0.01}}
    )
    started = time.monotonic()

    answer = send_get(running_emulator)

    assert answer.json()["errorCode"] == "ERR-003"
    assert time.monotonic() - started >= 7 * 0.01


def test_a_closing_emulator_does_not_wait_for_late_answers() -> None:
    """A minute of delay does not keep the tests a minute."""
    started = time.monotonic()

    with serve() as running:
        running.emulator.call_control_plane("POST", "/faults", {"then": {"delay": 60}})
        with pytest.raises(requests.ReadTimeout):
            send_get(running, timeout=0.05)

    assert time.monotonic() - started < 30


def test_a_megabyte_of_text_and_a_redirect_go_over_the_wire(
    running_emulator: RunningEmulator,
) -> None:
    """Unchanged."""
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"times": 1, "then": {"status": 500, "size": 1_000_000}}
    )
    running_emulator.emulator.call_control_plane(
        "POST", "/faults", {"then": {"redirect": "http://127.0.0.1:9/"}}
    )

    large = send_get(running_emulator)
    elsewhere = requests.get(f"{running_emulator.url}/hq/v1/x", timeout=5, allow_redirects=False)

    assert len(large.content) == 1_000_000
    assert elsewhere.headers["location"] == "http://127.0.0.1:9/"
