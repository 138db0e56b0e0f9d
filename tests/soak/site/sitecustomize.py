"""Python loads this in every process of a soak; in the provider's host, waiting costs no time.

A wait moves the emulator's clock, and with it this process's own, so that pauses, rate windows,
the ages of leftovers and HQ's dates fit together as they would in real time.
"""

import json
import os
import sys
import threading
import time
import urllib.request
from pathlib import Path

CLOCK_VARIABLE = "SOAK_CLOCK"
"""The environment variable with the URL of the emulator's clock."""

PID_FILE_VARIABLE = "SOAK_HOST_PID"
"""The environment variable with the file in which the host leaves its process id."""

READ_TIMEOUT = 2.0
"""Seconds in place of the provider's own 70, so that a time-out costs a soak no minute."""

MAX_REAL_WAIT = 0.1
"""Seconds of a wait for another thread of the same host, such as for a name: it takes real time."""


class EmulatorTime:
    """Time that waits advance; threads that wait at once wait together."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._advanced_seconds = 0.0
        self._lock = threading.Lock()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def monotonic(self) -> float:
        """Return this process's seconds plus the time of all waits."""
        return time.monotonic() + self._advanced_seconds

    def sleep(self, seconds: float) -> None:
        """Advance the time of all processes to the end of the wait, unless another thread did."""
        if seconds <= MAX_REAL_WAIT:
            time.sleep(seconds)
            return
        until = self.monotonic() + seconds
        with self._lock:
            rest = until - self.monotonic()
            if rest > 0:
                self._advance(rest)
                self._advanced_seconds += rest

    def _advance(self, seconds: float) -> None:
        body = json.dumps({"advance": seconds}).encode()
        self._opener.open(urllib.request.Request(self._url, body)).close()  # noqa: S310 - our own


def install_clock(url: str) -> None:
    """Replace the real clock by the emulator's."""
    from bim360_provider.hq.transport import http  # noqa: PLC0415 - the program must not pay for it
    from bim360_provider.hq.transport.clock import SystemClock  # noqa: PLC0415 - as above

    steered = EmulatorTime(url)
    setattr(http, "READ_TIMEOUT", READ_TIMEOUT)  # noqa: B010 - the constant is Final
    for name in ("monotonic", "sleep"):
        setattr(SystemClock, name, getattr(steered, name))


if CLOCK_VARIABLE in os.environ and "host" in sys.orig_argv:
    Path(os.environ[PID_FILE_VARIABLE]).write_text(str(os.getpid()), "ascii")
    install_clock(os.environ[CLOCK_VARIABLE])
