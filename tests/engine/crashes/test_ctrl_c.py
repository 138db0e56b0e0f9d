"""Ctrl-C during a long wait: the run ends within the wait's limit, and saves its results.

The provider's clock runs twenty times faster than real, so that a minute lasts three seconds.
"""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.crashes.crash_harness import (
    PROCESS_TIMEOUT,
    CrashStack,
    create_crash_stack,
    only_in_make_crashes,
)

FAST = 20.0
"""How many times faster than real the provider waits."""

INTERRUPTED = 130
"""Exit code of a run that was ended by Ctrl-C."""

IN_FLIGHT = 16
"""Concurrent calls of an engine, by default."""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[CrashStack]:
    """Return a stack and its HQ."""
    with create_crash_stack(tmp_path) as created:
        yield created


def interrupted_at(stack: CrashStack, text: str) -> tuple[int, float]:
    """Press Ctrl-C in an up when the text appears; return exit code and seconds until its end."""
    output: list[str] = []
    with stack.start("up", speed=FAST) as process:
        assert process.stdout is not None
        while not output or text not in output[-1]:
            output.append(process.stdout.readline())
            assert output[-1], "".join(output)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PROCESS_TIMEOUT)
    return process.returncode, time.monotonic() - began


def test_a_queue_for_the_rate_limit_ends_after_one_window(stack: CrashStack) -> None:
    """Calls in flight are completed within a minute; queued ones are not started."""
    stack.env["BIM360_REQUESTS_PER_MINUTE"] = "10"
    stack.declare(*[{"name": f"Tower {number}"} for number in range(29)])

    code, seconds = interrupted_at(stack, "the rate limit is used up")

    created = len(stack.list_projects())
    assert code == INTERRUPTED
    assert seconds < PROCESS_TIMEOUT / 2
    assert 10 <= created <= 10 + IN_FLIGHT
    assert sorted(stack.list_project_ids()) == sorted(
        project["id"] for project in stack.list_projects()
    )

    stack.env["BIM360_REQUESTS_PER_MINUTE"] = "0"
    assert stack.up().changes == {"same": 1 + created, "create": 30 - created}
    assert stack.list_requests() == ["POST projects"] * (30 - created)


@only_in_make_crashes
def test_a_pause_that_hq_requires_is_waited_out(stack: CrashStack) -> None:
    """At most a minute and a half; the current create is then completed and saved."""
    rule = {"match": {"method": "POST"}, "after": 1, "times": 1}
    stack.hq.call_control_plane(
        "POST", "/faults", {**rule, "then": {"status": 429, "retry_after": 60}}
    )

    code, seconds = interrupted_at(stack, "HQ's rate limit was exceeded (429)")

    assert (code, len(stack.list_project_ids())) == (INTERRUPTED, 1)
    assert seconds < PROCESS_TIMEOUT / 2
    assert stack.up().changes == {"same": 2}


@only_in_make_crashes
def test_a_template_copy_is_waited_for_as_long_as_declared(stack: CrashStack) -> None:
    """The project is saved; the next up checks its copy again."""
    assert stack.up().ok
    stack.hq.call_control_plane(
        "PATCH", f"/projects/{stack.list_project_ids()[0]}", {"status": "active"}
    )
    stack.hq.call_control_plane("PATCH", "/options", {"job_duration": 1000})
    copy = {"name": "Copy", "template_project_id": stack.list_project_ids()[0], "copy_timeout": 120}
    stack.declare(copy)

    code, seconds = interrupted_at(stack, "waiting for the template copy")

    assert (code, len(stack.list_project_ids())) == (INTERRUPTED, 2)
    assert seconds < PROCESS_TIMEOUT / 2
    stack.hq.clock.advance(1000)
    assert stack.up().changes == {"same": 2, "update": 1}
    assert stack.list_requests() == ["GET job"]


@only_in_make_crashes
def test_a_missing_response_times_out(stack: CrashStack) -> None:
    """After 70 seconds; the project that HQ created nevertheless is found and saved."""
    rule = {"match": {"method": "POST", "path": "/hq/v1/accounts/:account_id/projects"}}
    then = {"act": True, "delay": 6}
    stack.hq.call_control_plane("POST", "/faults", {**rule, "times": 1, "then": then})

    code, seconds = interrupted_at(stack, "checking whether 'Tower A' was created")

    assert (code, len(stack.list_project_ids())) == (INTERRUPTED, 1)
    assert seconds < PROCESS_TIMEOUT / 2
    assert stack.up().changes == {"same": 2}
    assert stack.list_requests() == []
