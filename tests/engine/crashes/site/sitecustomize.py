"""Kills the processes of a test at a point: Python imports this file before anything else.

No other process has it on its path, and the package does not know it. ``CRASH_AT`` names the
point, such as ``POST:acted`` or ``PATCH:before:2`` (the second one), ``CRASH_KILLS`` the
processes to kill, ``CRASH_DIR`` the folder in which the processes write their ids.
"""

import functools
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

KILL_POINT = os.environ.get("CRASH_AT", "")
VICTIMS = os.environ.get("CRASH_KILLS", "host").split()
FOLDER = Path(os.environ.get("CRASH_DIR", "."))
CLOCK_SPEED = float(os.environ.get("CRASH_SPEED", "1"))
"""How many times faster than real the host's clock runs."""

TOKEN_PATH = "/token"
JOB_PATH = "/jobs/"

name, where, number = (*KILL_POINT.split(":"), "1", "1", "1")[:3]
hits = itertools.count(1)


def kill_at(what: str, moment: str) -> None:
    """Kill the victims, if this is the point."""
    if (what, moment) != (name, where) or next(hits) != int(number):
        return
    FOLDER.joinpath("reached").touch()
    numbers = [int(FOLDER.joinpath(victim).read_text(encoding="ascii")) for victim in VICTIMS]
    for victim in sorted(numbers, key=lambda each: each == os.getpid()):
        os.kill(victim, signal.SIGKILL)


def add_kill_points(
    owner: Any, method: str, what: Callable[..., str], before: str, after: str
) -> None:
    """Add two points to a method: before it is called, and after it has returned."""
    wrapped = getattr(owner, method)

    @functools.wraps(wrapped)
    def watched(*args: Any, **kwargs: Any) -> Any:
        kill_at(what(*args, **kwargs), before)
        result = wrapped(*args, **kwargs)
        kill_at(what(*args, **kwargs), after)
        return result

    setattr(owner, method, watched)


def request_name(method: str, url: str) -> str:
    """Return the name of a request: its method, or its purpose."""
    if url.endswith(TOKEN_PATH):
        return "token"
    return "job" if JOB_PATH in url else method


def add_host_kill_points() -> None:
    """Add the points of a host: around a request, its response and the result of a call."""
    from requests import Session  # noqa: PLC0415 - the same

    from bim360_provider.dynamic.base import Bim360ProviderBase  # noqa: PLC0415 - a program must not pay for it
    from bim360_provider.hq.transport import http  # noqa: PLC0415 - the same
    from bim360_provider.hq.transport.clock import SystemClock  # noqa: PLC0415 - the same

    add_kill_points(
        http.HttpSession,
        "send",
        lambda _, call: request_name(call.method, call.url),
        "before",
        "received",
    )
    add_kill_points(
        Session,
        "request",
        lambda _, method, url, **__: request_name(method, url),
        "sending",
        "acted",
    )
    for call in ("create", "update", "delete"):
        add_kill_points(Bim360ProviderBase, call, lambda *_, call=call: call, "called", "returned")
    if CLOCK_SPEED != 1:
        speed_up_clock(SystemClock)
        http.READ_TIMEOUT /= CLOCK_SPEED  # type: ignore[misc] # a constant everywhere else


def speed_up_clock(clock: Any) -> None:
    """Make a minute of waiting last a second or so."""
    sleep, monotonic = clock.sleep, clock.monotonic
    clock.sleep = lambda self, seconds: sleep(self, seconds / CLOCK_SPEED)
    clock.monotonic = lambda self: monotonic(self) * CLOCK_SPEED


def add_engine_kill_points() -> None:
    """Add the points of an engine: it calls the host, and reports the result."""
    from bim360_provider.testing.engine.plugin.provider_client import ProviderClient  # noqa: PLC0415 - see above

    for call in ("create", "update", "delete"):
        add_kill_points(ProviderClient, call, lambda *_, call=call: call, "called", "reported")


if "host" in sys.orig_argv or "pulumi.dynamic" in sys.orig_argv:
    FOLDER.joinpath("host").write_text(str(os.getpid()), encoding="ascii")
    add_host_kill_points()
elif "bim360_provider.testing" in sys.orig_argv:
    FOLDER.joinpath("engine").write_text(str(os.getpid()), encoding="ascii")
    add_engine_kill_points()
