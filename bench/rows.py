"""What was measured, as rows, and as the file they are kept in."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.grid import BASELINE, Conditions, Operation

MINUTE: Final = 60.0


@dataclass(frozen=True)
class Measurement:
    """One operation of one contestant.

    Attributes:
        contestant: Who.
        size: How many projects.
        latency: Seconds that every answer took more.
        limit: Requests a minute that HQ allowed; 0 is any number.
        op: What was done.
        seconds: From start to end on the stage's clock.
        cpu: Processor seconds by role.
        memory: Megabytes at the peak by role.
        requests: How many by kind, without those that were refused.
        refused: How many HQ answered with 429.
        used: The share of the allowed requests that was used while there was work; None where
            there is no limit, or less than a minute of work.
    """

    contestant: str
    size: int
    latency: float
    limit: int
    op: Operation
    seconds: float
    cpu: dict[str, float]
    memory: dict[str, float]
    requests: dict[str, int]
    refused: int
    used: float | None = None

    @property
    def conditions(self) -> Conditions:
        """What was in the way."""
        return Conditions(self.latency, self.limit)

    @property
    def total_cpu(self) -> float:
        """Processor seconds of all processes."""
        return sum(self.cpu.values())

    @property
    def peak_memory(self) -> float:
        """Megabytes of all processes, each at its own peak."""
        return sum(self.memory.values())

    @property
    def request_count(self) -> int:
        """Requests that count against HQ's limit: all but those for a token."""
        return sum(count for kind, count in self.requests.items() if kind != "token")


@dataclass
class Results:
    """A whole run of the bench."""

    engine: str
    machine: str
    command: str
    rows: list[Measurement] = field(default_factory=list)
    bars: list[Measurement] = field(default_factory=list)
    """The runs that the bar of 1.25 times the floor is checked with."""

    def find_row(
        self, contestant: str, size: int, weather: Conditions, op: Operation
    ) -> Measurement | None:
        """Return a row, if it was run."""
        for row in self.rows:
            if (row.contestant, row.size, row.conditions, row.op) == (
                contestant,
                size,
                weather,
                op,
            ):
                return row
        return None

    def find_baseline(self, size: int, op: Operation) -> Measurement | None:
        """Return the floor of a size; no weather reaches it."""
        found = [each for each in self.rows if (each.contestant, each.size) == (BASELINE, size)]
        return next((each for each in found if each.op == op), None)

    @property
    def sizes(self) -> list[int]:
        """All sizes that were run."""
        return sorted({row.size for row in self.rows})


def compute_used_share(times: Sequence[float], limit: int) -> float | None:
    """Return how much of what HQ allows was used, over the full minutes from the first request on.

    Args:
        times: When each request was let in, in seconds.
        limit: How many a minute.
    """
    if not limit or not times or max(times) - min(times) < MINUTE:
        return None
    first, full = min(times), int((max(times) - min(times)) // MINUTE)
    within = sum(time < first + full * MINUTE for time in times)
    return round(within / (full * limit), 4)


def save_results(results: Results, path: Path) -> None:
    """Write the file, one row on a line."""
    head = {"engine": results.engine, "machine": results.machine, "command": results.command}
    parts = [f'"{key}": {json.dumps(value)}' for key, value in head.items()]
    parts += [f'"{key}": [\n{_format_lines(getattr(results, key))}\n]' for key in ("rows", "bars")]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def _format_lines(rows: Iterable[Measurement]) -> str:
    return ",\n".join(json.dumps(asdict(row)) for row in rows)


def load_results(path: Path) -> Results:
    """Read the file."""
    known: dict[str, Any] = json.loads(path.read_text("utf-8"))
    rows, bars = ([Measurement(**row) for row in known.pop(key)] for key in ("rows", "bars"))
    return Results(**known, rows=rows, bars=bars)
