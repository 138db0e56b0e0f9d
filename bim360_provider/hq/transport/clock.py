"""Clocks: this machine's for waits, HQ's for the order of events."""

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

__all__ = [
    "YEAR",
    "Clock",
    "ServerClock",
    "SystemClock",
    "format_duration",
    "parse_http_date",
    "parse_time",
]

UTC: Final = timezone.utc

PLAUSIBLE_YEARS: Final = range(2000, 9000)
"""Years of an accepted ``Date``; arithmetic with later ones would overflow."""

HOUR, DAY, YEAR = 3600.0, 86_400.0, 366 * 86_400.0


class Clock(Protocol):
    """The clock of waits; tests pass their own."""

    def monotonic(self) -> float:
        """Return monotonic seconds."""

    def sleep(self, seconds: float) -> None:
        """Sleep for these seconds."""

    def jitter(self) -> float:
        """Return a factor between 0.5 and 1 that spreads the retries of threads."""


class SystemClock:
    """The real clock."""

    def monotonic(self) -> float:
        """Return this process's monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep for these seconds."""
        time.sleep(seconds)

    def jitter(self) -> float:
        """Return a random factor between 0.5 and 1."""
        return random.uniform(0.5, 1)  # noqa: S311 - spreads retries, protects no secret


class ServerClock:
    """HQ's time, from the ``Date`` header of its responses.

    The estimate is never ahead of HQ: ``Date`` is truncated to the second and was written
    before the response arrived. So a resource that HQ creates after the estimate is never
    older than the estimate.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last_date: tuple[datetime, float] | None = None
        self._run_start: datetime | None = None

    def sync(self, date: str | None) -> None:
        """Set the time from the ``Date`` header of a response that has just arrived."""
        server_time = parse_http_date(date)
        if server_time is None or server_time.year not in PLAUSIBLE_YEARS:
            return
        with self._lock:
            self._last_date = (server_time, self._monotonic())
            self._run_start = self._run_start or server_time

    @property
    def is_synced(self) -> bool:
        """Whether HQ has responded yet."""
        return self._last_date is not None

    @property
    def run_start(self) -> datetime:
        """HQ's time at the first response to this process."""
        return self._run_start or self.now()

    def now(self) -> datetime:
        """Return HQ's current time; this machine's before the first response."""
        with self._lock:
            if self._last_date is None:
                return datetime.now(UTC)
            server_time, at = self._last_date
            return server_time + timedelta(seconds=self._monotonic() - at)


def parse_http_date(text: str | None) -> datetime | None:
    """Parse a header such as ``Date``; return None if it is not a date."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (IndexError, OverflowError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_time(text: str | None) -> datetime | None:
    """Parse one of HQ's timestamps; return None if it is not readable.

    HQ writes ``2016-04-05T07:26:20.858Z``, and in older rows ``2016-04-07 08:00:24.020422``.
    """
    if not text:
        return None
    cut = text.strip().replace(" ", "T").removesuffix("Z")
    form = "%Y-%m-%dT%H:%M:%S.%f" if "." in cut else "%Y-%m-%dT%H:%M:%S"
    try:
        return datetime.strptime(cut, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def format_duration(seconds: float) -> str:
    """Format a duration for users: in seconds, hours or days, at most ``more than a year``."""
    if seconds >= YEAR:
        return "more than a year"
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:.0f} days"
    return f"{seconds / HOUR:.0f} hours" if seconds >= 2 * HOUR else f"{seconds:.0f} s"
