"""The settings of a soak, and its result."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class SoakConfig:
    """The settings of one soak.

    Attributes:
        seed: Determines the program, the faults and the kills.
        operations: Changes, refreshes, destroys and kills, at least.
        projects: The number of projects.
        faults: The share of requests with a fault, 0 to 1.
        kills: The share of runs with a planned kill, 0 to 1; a run that ends sooner is not killed.
        projects_only: Whether companies, people, units and images are left out.
    """

    seed: int
    operations: int = 300
    projects: int = 100
    faults: float = 0.2
    kills: float = 0.3
    projects_only: bool = False


@dataclass
class SoakResult:
    """The counts and findings of a soak."""

    config: SoakConfig
    folder: Path
    final_command: str
    runs: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    notifications: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    requests_under_faults: int = 0
    hours: float = 0.0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)
