"""The matrix of measurements: subjects, sizes and network conditions."""

from dataclasses import dataclass
from typing import Final, Literal

Operation = Literal["preview", "up", "preview_unchanged", "refresh", "destroy"]

OPERATIONS: Final[tuple[Operation, ...]] = (
    "preview",
    "up",
    "preview_unchanged",
    "refresh",
    "destroy",
)
"""The operations in the order in which they run on one stack."""

OPERATION_LABELS: Final[dict[Operation, str]] = {
    "preview": "preview, all new",
    "up": "up, all new",
    "preview_unchanged": "preview, no changes",
    "refresh": "refresh",
    "destroy": "destroy",
}

LIMITED_OPERATIONS: Final[tuple[Operation, ...]] = ("up", "preview_unchanged", "refresh")
"""The operations that run with latency or a rate limit."""

THRESHOLD_OPERATIONS: Final[tuple[Operation, ...]] = (
    "preview",
    "up",
    "preview_unchanged",
    "refresh",
)
"""The operations that have a time threshold; the preview runs before the stack exists."""

THIS_PROVIDER, BASELINE, NAIVE, SCRIPT = "bim360", "noop_provider", "naive_provider", "script"
"""The modules of `bench/subjects`."""

SUBJECTS: Final = (THIS_PROVIDER, NAIVE, SCRIPT)
"""The subjects that are compared; the baseline runs once for each size."""

SUBJECT_NAMES: Final = {
    THIS_PROVIDER: "this provider",
    BASELINE: "no-op provider",
    NAIVE: "naive provider",
    SCRIPT: "plain script",
}

LATENCY: Final = 0.15
"""Seconds between a request and its response."""

RATE_LIMIT: Final = 100
"""Requests per minute: HQ's own limit for an app."""


@dataclass(frozen=True)
class Conditions:
    """Latency and rate limit between a subject and HQ.

    Attributes:
        latency: Seconds added to every response.
        limit: Requests per minute; 0 for no limit.
    """

    latency: float
    limit: int

    @property
    def description(self) -> str:
        """The conditions as shown in the report."""
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
"""The conditions of a real account."""

SIZES: Final = (1, 100, 1000)
QUICK_SIZES: Final = (1, 20)

LARGEST_SIZE: Final = 5000
"""Projects of the largest stack; only the baseline and this provider run it."""

TEAMS, TEAM_COUNT = "bim360_teams", 300
"""The subject with a team of 50 in each project, and the number of its teams."""

THRESHOLD_SIZE: Final = 200
MAX_BASELINE_RATIO: Final = 1.25
"""How many times the baseline the operations on `THRESHOLD_SIZE` projects may take."""

THRESHOLD_RUNS: Final = 5
"""Runs of each operation, alternating between the two; the fastest counts."""

MIN_USED_SHARE: Final = 0.95
"""The share of the allowed requests that must be used while there is work."""
