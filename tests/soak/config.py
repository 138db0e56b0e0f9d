"""What a soak is to be, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class SoakConfig:
    """What one soak is to be.

    Attributes:
        seed: Decides the program, the weather and the kills.
        operations: Changes, refreshes, destroys and kills, at least.
        projects: How many projects take part.
        faults: The share of requests that go wrong, 0 to 1.
        kills: The share of runs to which a kill is sent, 0 to 1; one that ends sooner is spared.
        projects_only: Whether companies, people, units and pictures are left out.
    """

    seed: int
    operations: int = 300
    projects: int = 100
    faults: float = 0.2
    kills: float = 0.3
    projects_only: bool = False


@dataclass
class SoakResult:
    """What a soak has counted and found."""

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
