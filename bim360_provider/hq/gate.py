"""The gate that every request passes: HQ's pace, and a pause for all when HQ says slow down."""

import threading
from collections.abc import Callable
from typing import Final

from bim360_provider.hq.clock import Clock
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.pace import Pace, PaceError, pace_for

__all__ = ["TOLD_WAIT", "Gate", "gate_for"]

TOLD_WAIT: Final = 2.0
"""Seconds from which on a wait is told before it begins."""


class Gate:
    """Lets requests through at HQ's pace, and none while a pause lasts."""

    def __init__(
        self,
        clock: Clock,
        notify: Callable[[str], object],
        pace: Callable[[], Pace],
        fallback: Callable[[], Pace],
    ) -> None:
        """Make a gate.

        Args:
            clock: What waits are made of.
            notify: Is told of long waits, once for all threads.
            pace: Makes the window, when the first request comes.
            fallback: Makes the window to go on with when a shared one stops answering.
        """
        self._clock = clock
        self._notify = notify
        self._make = pace
        self._fallback = fallback
        self._lock = threading.Lock()
        self._pace: Pace | None = None
        self._resume_at = 0.0
        self._told_until = 0.0

    def pass_through(self, *, counted: bool = True) -> float:
        """Return when a request may go out, with the seconds that this took.

        Args:
            counted: Whether it is one of those that HQ limits; a token is not.
        """
        came = self._clock.monotonic()
        while True:
            wait = self._pause_left() or (self._take() if counted else 0.0)
            if wait <= 0:
                return self._clock.monotonic() - came
            self._tell(wait, "the rate limit is used up")
            self._clock.sleep(wait)

    def pause(self, seconds: float) -> None:
        """Hold everybody back; told once, by the first thread that was refused."""
        with self._lock:
            self._resume_at = max(self._resume_at, self._clock.monotonic() + seconds)
        self._tell(seconds, "HQ asks to slow down (429)")

    def _pause_left(self) -> float:
        with self._lock:
            return max(0.0, self._resume_at - self._clock.monotonic())

    def _take(self) -> float:
        try:
            return self._window(self._make).take()
        except PaceError as error:
            self._notify(f"BIM 360: {error}; going on with a limit of this process alone.")
            with self._lock:
                self._pace = self._fallback()
            return self._pace.take()

    def _window(self, make: Callable[[], Pace]) -> Pace:
        with self._lock:
            self._pace = self._pace or make()
            return self._pace

    def _tell(self, wait: float, why: str) -> None:
        """Say it once for all threads that wait for the same moment."""
        now = self._clock.monotonic()
        with self._lock:
            known = self._told_until > now
            self._told_until = max(self._told_until, now + wait)
        if not known and wait > TOLD_WAIT:
            self._notify(f"BIM 360: {why}; everything waits {wait:.0f} s.")


def gate_for(connection: Connection, clock: Clock, notify: Callable[[str], object]) -> Gate:
    """Return the gate of a client id; a shared limit falls back to one of this process."""

    def window(store: str | None) -> Pace:
        limit = connection.requests_per_minute
        return pace_for(limit, store, connection.client_id, clock.monotonic)

    return Gate(clock, notify, lambda: window(connection.rate_limit_store), lambda: window(None))
