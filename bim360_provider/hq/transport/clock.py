"""Time: this machine's for waiting, HQ's for saying what came first."""

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
"""Years of a ``Date`` that is believed: to later ones no time could be added."""

HOUR, DAY, YEAR = 3600.0, 86_400.0, 366 * 86_400.0


class Clock(Protocol):
    """What waits are made of; tests bring their own."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def jitter(self) -> float:
        """Return a factor between 0.5 and 1 that keeps threads from moving in step."""


class SystemClock:
    """The real clock."""

    def monotonic(self) -> float:
        """Return this process's monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep for real."""
        time.sleep(seconds)

    def jitter(self) -> float:
        """Return a random factor between 0.5 and 1."""
        return random.uniform(0.5, 1)  # noqa: S311 - spreads retries, guards nothing


class ServerClock:
    """HQ's time, from the ``Date`` of its answers.

    The estimate never runs ahead of HQ: ``Date`` is cut to the second and was
    written before it reached us. So whatever HQ makes after we asked for the
    time is never older than what we were told.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last_date: tuple[datetime, float] | None = None
        self._run_start: datetime | None = None

    def sync(self, date: str | None) -> None:
        """Take the ``Date`` header of an answer that has just arrived."""
        told = parse_http_date(date)
        if told is None or told.year not in PLAUSIBLE_YEARS:
            return
        with self._lock:
            self._last_date = (told, self._monotonic())
            self._run_start = self._run_start or told

    @property
    def run_start(self) -> datetime:
        """HQ's time when this process heard from it first."""
        return self._run_start or self.now()

    def now(self) -> datetime:
        """Return HQ's time as of now; this machine's if HQ never told."""
        with self._lock:
            if self._last_date is None:
                return datetime.now(UTC)
            told, at = self._last_date
            return told + timedelta(seconds=self._monotonic() - at)


def parse_http_date(words: str | None) -> datetime | None:
    """Return the moment that a header such as ``Date`` names, or None if it names none."""
    try:
        moment = parsedate_to_datetime(words or "")
    except (IndexError, OverflowError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_time(words: str | None) -> datetime | None:
    """Return one of HQ's timestamps, or None if there is none that can be read.

    HQ writes ``2016-04-05T07:26:20.858Z``, and in older rows ``2016-04-07 08:00:24.020422``.
    """
    if not words:
        return None
    cut = words.strip().replace(" ", "T").removesuffix("Z")
    form = "%Y-%m-%dT%H:%M:%S.%f" if "." in cut else "%Y-%m-%dT%H:%M:%S"
    try:
        return datetime.strptime(cut, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def format_duration(seconds: float) -> str:
    """Return a time as people read it: in seconds, hours or days, at most ``more than a year``."""
    if seconds >= YEAR:
        return "more than a year"
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:.0f} days"
    return f"{seconds / HOUR:.0f} hours" if seconds >= 2 * HOUR else f"{seconds:.0f} s"
