"""The emulator's own time: real time, moved or frozen at will."""

import time
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import formatdate

EARLIEST, LATEST = -62_000_000_000.0, 221_845_392_000.0
"""The years 5 and 9000 in seconds since the epoch: moments beyond cannot be written."""


class Clock:
    """Seconds since the epoch, as the emulator sees them; it starts at real time and runs."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._offset = 0.0
        self._frozen_at: float | None = None

    def now(self) -> float:
        """Return the emulator's time in seconds since the epoch."""
        return self._frozen_at if self._frozen_at is not None else self._wall() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward, frozen or not, as far as there are moments."""
        now = self.now()
        seconds = min(max(now + seconds, EARLIEST), LATEST) - now
        if self._frozen_at is not None:
            self._frozen_at += seconds
        else:
            self._offset += seconds

    def move_to(self, moment: float) -> None:
        """Set the clock to a moment in seconds since the epoch."""
        self.advance(moment - self.now())

    def freeze(self) -> None:
        """Stop the clock where it is."""
        self._frozen_at = self.now()

    def thaw(self) -> None:
        """Let the clock run on from where it stood."""
        stood_at, self._frozen_at = self.now(), None
        self.move_to(stood_at)

    def reset(self) -> None:
        """Go back to real time."""
        self._offset, self._frozen_at = 0.0, None

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen_at is not None


def stamp(moment: float) -> str:
    """Return a moment as HQ writes it: ``2016-04-05T07:26:20.858Z``."""
    text = datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def moment_of(text: str) -> float:
    """Return the moment a timestamp such as ``2016-04-05T07:26:20.858Z`` names.

    Raises:
        ValueError: There is no such moment.
    """
    # Python 3.10 reads neither "Z" nor a fraction that has not three or six digits.
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = datetime.fromisoformat(f"{whole}+00:00").timestamp()
    return seconds + float(f"0.{fraction or 0}")


def http_date(moment: float) -> str:
    """Return a moment in the form of the ``Date`` header."""
    return formatdate(moment, usegmt=True)
