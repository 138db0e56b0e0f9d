"""Where the processes of a test are killed: Python reads this file before anything else of theirs.

It is on the path of no other process, and the product knows nothing of it. ``CRASH_AT`` names the
point, such as ``POST:acted`` or ``PATCH:before:2`` (the second one), ``CRASH_KILLS`` who dies
there, ``CRASH_DIR`` where the processes of the test leave their numbers.
"""

import functools
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

POINT = os.environ.get("CRASH_AT", "")
KILLS = os.environ.get("CRASH_KILLS", "host").split()
FOLDER = Path(os.environ.get("CRASH_DIR", "."))
SPEED = float(os.environ.get("CRASH_SPEED", "1"))
"""How many times faster than real the host's clock runs."""

TOKEN = "/token"
JOB = "/jobs/"

name, where, number = (*POINT.split(":"), "1", "1", "1")[:3]
passed = itertools.count(1)


def reach(what: str, moment: str) -> None:
    """Kill those who are to die here, if this is the point."""
    if (what, moment) != (name, where) or next(passed) != int(number):
        return
    FOLDER.joinpath("reached").touch()
    numbers = [int(FOLDER.joinpath(victim).read_text(encoding="ascii")) for victim in KILLS]
    for victim in sorted(numbers, key=lambda each: each == os.getpid()):
        os.kill(victim, signal.SIGKILL)


def watch(owner: Any, method: str, what: Callable[..., str], before: str, after: str) -> None:
    """Let a method reach two points: before it is called, and after it has returned."""
    wrapped = getattr(owner, method)

    @functools.wraps(wrapped)
    def watched(*args: Any, **kwargs: Any) -> Any:
        reach(what(*args, **kwargs), before)
        result = wrapped(*args, **kwargs)
        reach(what(*args, **kwargs), after)
        return result

    setattr(owner, method, watched)


def asked(method: str, url: str) -> str:
    """Name a request: its method, or what it is for."""
    if url.endswith(TOKEN):
        return "token"
    return "job" if JOB in url else method


def watch_host() -> None:
    """A host passes these: before a request, acted on, answered, and its result returned."""
    from requests import Session  # noqa: PLC0415 - the same

    from bim360_provider.dynamic.base import Door  # noqa: PLC0415 - a program must not pay for it
    from bim360_provider.hq.transport import http  # noqa: PLC0415 - the same
    from bim360_provider.hq.transport.clock import SystemClock  # noqa: PLC0415 - the same

    watch(http.Wire, "send", lambda _, call: asked(call.method, call.url), "before", "answered")
    watch(Session, "request", lambda _, method, url, **__: asked(method, url), "sending", "acted")
    for call in ("create", "update", "delete"):
        watch(Door, call, lambda *_, call=call: call, "called", "returned")
    if SPEED != 1:
        quicken(SystemClock)
        http.READ_TIMEOUT /= SPEED  # type: ignore[misc] # a constant for everybody else


def quicken(clock: Any) -> None:
    """Let a minute of waiting last a second or so."""
    sleep, monotonic = clock.sleep, clock.monotonic
    clock.sleep = lambda self, seconds: sleep(self, seconds / SPEED)
    clock.monotonic = lambda self: monotonic(self) * SPEED


def watch_engine() -> None:
    """An engine passes these: the host was asked, and has told the result."""
    from bim360_provider.testing.engine.plugin.provider_client import Provider  # noqa: PLC0415 - see above

    for call in ("create", "update", "delete"):
        watch(Provider, call, lambda *_, call=call: call, "asked", "told")


if "host" in sys.orig_argv or "pulumi.dynamic" in sys.orig_argv:
    FOLDER.joinpath("host").write_text(str(os.getpid()), encoding="ascii")
    watch_host()
elif "bim360_provider.testing" in sys.orig_argv:
    FOLDER.joinpath("engine").write_text(str(os.getpid()), encoding="ascii")
    watch_engine()
