"""The gate that every request passes: HQ's pace, and a pause for all when HQ says slow down."""

import threading
from collections.abc import Callable
from typing import Final

from bim360_provider.hq.clock import Clock
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.pace import Pace, PaceError, pace_for

__all__ = ["ADMIN_PATHS", "ADMIN_READS", "HQ", "TOLD_WAIT", "Gate", "gate_for"]

HQ, ADMIN_READS = "hq", "construction/admin"
"""The windows: one for HQ's own endpoints, and one for what construction/admin only reads."""

ADMIN_PATHS: Final = ("/construction/admin/", "/bim360/admin/")
"""Where that window is used, for reads; bim360/admin allows 600 a minute as well."""

ADMIN_READS_FACTOR: Final = 6
"""construction/admin lets a client id read 600 times a minute, HQ 100 times:
https://aps.autodesk.com/en/docs/acc/v1/overview/rate-limits/admin-rate-limits/"""

TOLD_WAIT: Final = 2.0
"""Seconds from which on a wait is told before it begins."""


class Gate:
    """Lets requests through at HQ's pace, and none while a pause lasts."""

    def __init__(
        self,
        clock: Clock,
        notify: Callable[[str], object],
        pace: Callable[[str], Pace],
        fallback: Callable[[str], Pace],
    ) -> None:
        """Make a gate.

        Args:
            clock: What waits are made of.
            notify: Is told of long waits, once for all threads.
            pace: Makes a window, when the first request for it comes.
            fallback: Makes a window to go on with when a shared one stops answering.
        """
        self._clock = clock
        self._notify = notify
        self._make = pace
        self._fallback = fallback
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}
        self._resume_at = 0.0
        self._told_until = 0.0

    def pass_through(self, window: str | None = HQ) -> float:
        """Return when a request may go out, with the seconds that this took.

        Args:
            window: The window that it needs a place in; a token needs none.
        """
        came = self._clock.monotonic()
        while True:
            wait = self._pause_left() or (self._take(window) if window else 0.0)
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

    def _take(self, window: str) -> float:
        try:
            return self._window(window).take()
        except PaceError as error:
            self._notify(f"BIM 360: {error}; going on with a limit of this process alone.")
            with self._lock:
                self._paces[window] = self._fallback(window)
            return self._paces[window].take()

    def _window(self, window: str) -> Pace:
        with self._lock:
            if window not in self._paces:
                self._paces[window] = self._make(window)
            return self._paces[window]

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

    def pace(window: str, store: str | None) -> Pace:
        limit, owner = connection.requests_per_minute, connection.client_id
        if window == ADMIN_READS:
            limit, owner = limit * ADMIN_READS_FACTOR, f"{owner} {window}"
        return pace_for(limit, store, owner, clock.monotonic)

    shared = connection.rate_limit_store
    return Gate(
        clock, notify, lambda window: pace(window, shared), lambda window: pace(window, None)
    )
