"""The emulator's clock: real time, which can be moved or frozen."""

import time
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import formatdate

EARLIEST_TIME, LATEST_TIME = -62_000_000_000.0, 221_845_392_000.0
"""The years 5 and 9000 in seconds since the epoch: times beyond cannot be formatted."""


class EmulatorClock:
    """The emulator's time in seconds since the epoch; it starts at real time."""

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._offset = 0.0
        self._frozen_time: float | None = None

    def now(self) -> float:
        """Return the emulator's time in seconds since the epoch."""
        return (
            self._frozen_time
            if self._frozen_time is not None
            else self._wall_clock() + self._offset
        )

    def advance(self, seconds: float) -> None:
        """Move the clock forward, frozen or not, within the formattable times."""
        now = self.now()
        seconds = min(max(now + seconds, EARLIEST_TIME), LATEST_TIME) - now
        if self._frozen_time is not None:
            self._frozen_time += seconds
        else:
            self._offset += seconds

    def set_time(self, moment: float) -> None:
        """Set the clock to a time in seconds since the epoch."""
        self.advance(moment - self.now())

    def freeze(self) -> None:
        """Stop the clock at its current time."""
        self._frozen_time = self.now()

    def thaw(self) -> None:
        """Let the clock continue from its current time."""
        stood_at, self._frozen_time = self.now(), None
        self.set_time(stood_at)

    def reset(self) -> None:
        """Go back to real time."""
        self._offset, self._frozen_time = 0.0, None

    @property
    def is_frozen(self) -> bool:
        """Whether the clock is stopped."""
        return self._frozen_time is not None


def format_timestamp(moment: float) -> str:
    """Format a time as HQ does: ``2016-04-05T07:26:20.858Z``."""
    text = datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def parse_timestamp(text: str) -> float:
    """Parse a timestamp such as ``2016-04-05T07:26:20.858Z``.

    Raises:
        ValueError: It is not a valid time.
    """
    # Python 3.10 parses neither "Z" nor a fraction without exactly three or six digits.
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = datetime.fromisoformat(f"{whole}+00:00").timestamp()
    return seconds + float(f"0.{fraction or 0}")


def format_http_date(moment: float) -> str:
    """Format a time for the ``Date`` header."""
    return formatdate(moment, usegmt=True)
