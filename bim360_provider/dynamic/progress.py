"""Reports how many resources are done and how long the rest will take, once a minute at most."""

import threading
import time
from collections.abc import Callable
from typing import Final

__all__ = ["REPORT_INTERVAL", "ProgressReport", "format_time_left"]

REPORT_INTERVAL: Final = 60.0
"""Seconds between two reports; a run that is shorter has none."""

MINUTE: Final = 60.0

MAX_MINUTES: Final = 120
"""Longer times are given in hours."""


class ProgressReport:
    """Counts the resources of a run; shared by threads.

    The time left is estimated from the pace since the last report, because unchanged resources
    are done at once and the others wait for the rate limit.
    """

    def __init__(
        self, notify: Callable[[str], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Create a report of a run that begins with its first resource.

        Args:
            notify: Shows a message.
            clock: Returns monotonic seconds.
        """
        self._notify = notify
        self._clock = clock
        self._lock = threading.Lock()
        self._total = 0
        self._done = 0
        self._last_report: tuple[float, int] | None = None

    def add(self) -> None:
        """Count a resource of the run; if all earlier ones are done, a new run begins."""
        with self._lock:
            if self._total == self._done:
                self._total = self._done = 0
                self._last_report = self._clock(), 0
            self._total += 1

    def finish(self, count_all: Callable[[], int] | None = None) -> None:
        """Count a resource as done; report the progress if the last report is a minute old.

        Args:
            count_all: Returns the number of all resources, called before a report only; by default
                the number that was added. No report follows if it is not above the number done.
        """
        with self._lock:
            self._done += 1
            done, now = self._done, self._clock()
            reported_at, reported = self._last_report = self._last_report or (now, 0)
            if now - reported_at < REPORT_INTERVAL:
                return
            self._last_report = now, done
            total = self._total
        total = count_all() if count_all else total
        if total > done:
            seconds = (total - done) * (now - reported_at) / (done - reported)
            self._notify(
                f"BIM 360: {done:,} of {total:,} resources done; {format_time_left(seconds)} left."
            )


def format_time_left(seconds: float) -> str:
    """Return a time as text, such as "about 8 minutes"."""
    minutes = round(seconds / MINUTE)
    if minutes < 1:
        return "less than a minute"
    if minutes <= MAX_MINUTES:
        return f"about {minutes} {'minute' if minutes == 1 else 'minutes'}"
    return f"about {round(minutes / MINUTE)} hours"
