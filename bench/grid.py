"""What is run: contestants, sizes, and what is in their way."""

from dataclasses import dataclass
from typing import Final, Literal

Op = Literal["preview", "up", "again", "refresh", "destroy"]

OPS: Final[tuple[Op, ...]] = ("preview", "up", "again", "refresh", "destroy")
"""In this order: a preview of what is new, an up, a preview of what is unchanged, and so on."""

WORDS: Final[dict[Op, str]] = {
    "preview": "preview, all new",
    "up": "up, all new",
    "again": "preview, nothing to do",
    "refresh": "refresh",
    "destroy": "destroy",
}

OURS, FLOOR, TUTORIAL, SCRIPT = "ours", "floor", "tutorial", "script"
CONTESTANTS: Final = (OURS, TUTORIAL, SCRIPT)

NAMES: Final = {
    OURS: "this provider",
    FLOOR: "no-op provider",
    TUTORIAL: "tutorial provider",
    SCRIPT: "plain script",
}

LATENCY: Final = 0.15
"""Seconds between a request and its answer."""

LIMIT: Final = 100
"""Requests a minute: HQ's own, for each app."""


@dataclass(frozen=True)
class Weather:
    """What is between a contestant and HQ.

    Attributes:
        latency: Seconds that every answer takes more.
        limit: Requests a minute; 0 is no limit.
    """

    latency: float
    limit: int

    @property
    def words(self) -> str:
        """The same for people."""
        limit = f"{self.limit} a minute" if self.limit else "no limit"
        return f"{self.latency * 1000:.0f} ms, {limit}"


CALM: Final = Weather(0.0, 0)
WEATHERS: Final = (CALM, Weather(LATENCY, 0), Weather(0.0, LIMIT), Weather(LATENCY, LIMIT))
REAL: Final = WEATHERS[-1]
"""What a real account is like."""

SIZES: Final = (1, 100, 1000)
QUICK_SIZES: Final = (1, 20)

SCALE: Final = 5000
"""How many projects the largest stack has; only the floor and this provider run it."""

BAR_SIZE: Final = 200
BAR: Final = 1.25
"""Times the floor that up, preview and refresh of `BAR_SIZE` projects may take."""

BAR_RUNS: Final = 5
"""Of so many runs of each, taken in turn, the fastest counts: it is the least disturbed one."""

USED: Final = 0.95
"""The share of the allowed requests that has to be used while there is work."""
