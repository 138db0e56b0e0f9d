"""What one attempt may take: its seconds and its bytes."""

import threading
import time
from typing import Final

__all__ = ["Allowance", "current"]

current: Final = threading.local()
"""The allowance of the attempt that this thread is making."""


class Allowance:
    """What one attempt may take; the thread that enters it is bounded by it.

    Attributes:
        sent: Whether any byte was sent, so that HQ may have acted.
    """

    def __init__(self, seconds: float, size: int) -> None:
        """Begin an attempt.

        Args:
            seconds: For all of it, from the connection to the last byte of the response.
            size: Bytes of the response as it is received, headers included.
        """
        self._ends = time.monotonic() + seconds
        self._left = size
        self.sent = False

    def __enter__(self) -> None:
        """Bound this thread."""
        current.allowance = self

    def __exit__(self, *_error: object) -> None:
        """Release this thread."""
        current.allowance = None

    @property
    def is_spent(self) -> bool:
        """Whether the time or the bytes are used up."""
        return self._left < 0 or time.monotonic() >= self._ends

    def seconds(self, most: float | None) -> float:
        """Return how long the next read or write may take, at most the given seconds.

        Raises:
            TimeoutError: The time or the bytes are used up.
        """
        left = self._ends - time.monotonic()
        if left <= 0 or self._left < 0:
            raise TimeoutError
        return left if most is None else min(left, most)

    def receive(self, size: int) -> None:
        """Count bytes of the response."""
        self._left -= size
