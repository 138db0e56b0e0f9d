"""Python loads this in every process of a bench; where requests are sent, it steers their time.

A wait of the provider's host, and the latency of each request, are spent on the stage's clock
(``bench/timekeeper.py``), which runs at the speed of real time and skips what everybody waits
for. `threading` and its kin are loaded before, because they wait in real time.
"""

import os
import sys

FOLDER_VARIABLE = "BENCH_STAGE"
"""The environment variable with the folder of the stage's clock; unset, nothing is steered."""

LATENCY_VARIABLE = "BENCH_LATENCY"
"""The one with the seconds between a request and its answer."""


def is_requesting_process() -> bool:
    """Tell whether this is the provider's host or the script, and not engine or program."""
    words = sys.orig_argv
    return "host" in words or any(
        word in {"pulumi.dynamic", "bench.contestants.script"} for word in words
    )


def install_clock(place: str, latency: float) -> None:
    """Put the stage's clock in the place of the real one."""
    import concurrent.futures  # noqa: F401, PLC0415 - keeps its own clock
    import queue  # noqa: F401, PLC0415 - as above
    import threading  # noqa: F401, PLC0415 - as above
    import time  # noqa: PLC0415 - processes that are not steered pay for nothing

    from bench.stage_time import VirtualClockClient  # noqa: PLC0415 - as above

    stage = VirtualClockClient(place)
    setattr(time, "monotonic", stage.monotonic)  # noqa: B010 - a module is put to other use
    setattr(time, "sleep", stage.sleep)  # noqa: B010 - as above
    if latency:
        delay_responses(stage.sleep, latency)


def delay_responses(sleep: "object", latency: float) -> None:
    """Let every answer over HTTP take so many seconds more."""
    import http.client  # noqa: PLC0415 - as above
    from typing import Any  # noqa: PLC0415 - as above

    prompt: Any = http.client.HTTPConnection.getresponse
    wait: Any = sleep

    def getresponse(self: Any) -> Any:
        wait(latency)
        return prompt(self)

    setattr(http.client.HTTPConnection, "getresponse", getresponse)  # noqa: B010 - as above


if FOLDER_VARIABLE in os.environ and is_requesting_process():
    install_clock(os.environ[FOLDER_VARIABLE], float(os.environ.get(LATENCY_VARIABLE, "0")))
