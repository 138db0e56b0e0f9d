"""What is run: contestants, sizes, and what is in their way."""

from dataclasses import dataclass
from typing import Final, Literal

Operation = Literal["preview", "up", "again", "refresh", "destroy"]

OPERATIONS: Final[tuple[Operation, ...]] = ("preview", "up", "again", "refresh", "destroy")
"""In this order: a preview of what is new, an up, a preview of what is unchanged, and so on."""

OPERATION_LABELS: Final[dict[Operation, str]] = {
    "preview": "preview, all new",
    "up": "up, all new",
    "again": "preview, nothing to do",
    "refresh": "refresh",
    "destroy": "destroy",
}

THIS_PROVIDER, BASELINE, TUTORIAL, SCRIPT = "ours", "floor", "tutorial", "script"
CONTESTANTS: Final = (THIS_PROVIDER, TUTORIAL, SCRIPT)

CONTESTANT_NAMES: Final = {
    THIS_PROVIDER: "this provider",
    BASELINE: "no-op provider",
    TUTORIAL: "tutorial provider",
    SCRIPT: "plain script",
}

LATENCY: Final = 0.15
"""Seconds between a request and its answer."""

RATE_LIMIT: Final = 100
"""Requests a minute: HQ's own, for each app."""


@dataclass(frozen=True)
class Conditions:
    """What is between a contestant and HQ.

    Attributes:
        latency: Seconds that every answer takes more.
        limit: Requests a minute; 0 is no limit.
    """

    latency: float
    limit: int

    @property
    def description(self) -> str:
        """The same for people."""
        limit = f"{self.limit} a minute" if self.limit else "no limit"
        return f"{self.latency * 1000:.0f} ms, {limit}"


IDEAL_CONDITIONS: Final = Conditions(0.0, 0)
ALL_CONDITIONS: Final = (
    IDEAL_CONDITIONS,
    Conditions(LATENCY, 0),
    Conditions(0.0, RATE_LIMIT),
    Conditions(LATENCY, RATE_LIMIT),
)
REAL_CONDITIONS: Final = ALL_CONDITIONS[-1]
"""What a real account is like."""

SIZES: Final = (1, 100, 1000)
QUICK_SIZES: Final = (1, 20)

LARGEST_SIZE: Final = 5000
"""How many projects the largest stack has; only the floor and this provider run it."""

THRESHOLD_SIZE: Final = 200
MAX_BASELINE_RATIO: Final = 1.25
"""Times the floor that up, preview and refresh of `BAR_SIZE` projects may take."""

THRESHOLD_RUNS: Final = 5
"""Of so many runs of each, taken in turn, the fastest counts: it is the least disturbed one."""

MIN_USED_SHARE: Final = 0.95
"""The share of the allowed requests that has to be used while there is work."""
