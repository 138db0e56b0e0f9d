"""The gate that every request passes: when HQ says slow down, all threads wait once."""

import threading
from collections.abc import Callable
from typing import Final

from bim360_provider.hq.clock import Clock

__all__ = ["TOLD_WAIT", "Gate"]

TOLD_WAIT: Final = 2.0
"""Seconds from which on a wait is told before it begins."""


class Gate:
    """Lets requests through, except while a pause lasts."""

    def __init__(self, clock: Clock, notify: Callable[[str], object]) -> None:
        self._clock = clock
        self._notify = notify
        self._lock = threading.Lock()
        self._resume_at = 0.0

    def pass_through(self) -> None:
        """Return when a request may go out."""
        with self._lock:
            left = self._resume_at - self._clock.monotonic()
        if left > 0:
            self._clock.sleep(left)

    def pause(self, seconds: float) -> None:
        """Hold everybody back; told once, by the first thread that was refused."""
        with self._lock:
            now = self._clock.monotonic()
            first = self._resume_at <= now
            self._resume_at = max(self._resume_at, now + seconds)
        if first and seconds > TOLD_WAIT:
            self._notify(f"BIM 360: HQ asks to slow down (429); everything waits {seconds:.0f} s.")
