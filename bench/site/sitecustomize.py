"""Puts processes that send requests on the virtual clock; Python loads this in every process.

Sleeps of the provider's host and the latency of each request pass on the virtual clock
(``bench/virtual_clock.py``), which runs at the speed of real time and skips idle waits.
`threading`, `queue` and `concurrent.futures` are imported first, because they wait in real time.
"""

import os
import sys

FOLDER_VARIABLE = "BENCH_CLOCK_FOLDER"
"""The variable with the folder of the virtual clock; unset, the process keeps real time."""

LATENCY_VARIABLE = "BENCH_LATENCY"
"""The variable with the seconds between a request and its response."""


def is_requesting_process() -> bool:
    """Return whether this is the provider's host or the script, not the engine or the program."""
    return not {"host", "pulumi.dynamic", "bench.subjects.script"}.isdisjoint(sys.orig_argv)


def install_clock(folder: str, latency: float) -> None:
    """Replace `time.monotonic` and `time.sleep` by the virtual clock."""
    import concurrent.futures  # noqa: F401, PLC0415 - keeps its own clock
    import queue  # noqa: F401, PLC0415 - as above
    import threading  # noqa: F401, PLC0415 - as above
    import time  # noqa: PLC0415 - other processes must not pay for it

    from bench.virtual_clock_client import VirtualClockClient  # noqa: PLC0415 - as above

    clock = VirtualClockClient(folder)
    setattr(time, "monotonic", clock.monotonic)  # noqa: B010 - replaces a function of a module
    setattr(time, "sleep", clock.sleep)  # noqa: B010 - as above
    if latency:
        delay_responses(clock.sleep, latency)


def delay_responses(sleep: "object", latency: float) -> None:
    """Delay every HTTP response by this many seconds."""
    import http.client  # noqa: PLC0415 - as above
    from typing import Any  # noqa: PLC0415 - as above

    undelayed: Any = http.client.HTTPConnection.getresponse
    wait: Any = sleep

    def getresponse(self: Any) -> Any:
        wait(latency)
        return undelayed(self)

    setattr(http.client.HTTPConnection, "getresponse", getresponse)  # noqa: B010 - as above


if FOLDER_VARIABLE in os.environ and is_requesting_process():
    install_clock(os.environ[FOLDER_VARIABLE], float(os.environ.get(LATENCY_VARIABLE, "0")))
