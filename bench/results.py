"""Measurements, and the JSON file that stores them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.matrix import BASELINE, Conditions, Operation

MINUTE: Final = 60.0

ROW_LISTS: Final = ("rows", "threshold_rows", "team_rows")


@dataclass(frozen=True)
class Measurement:
    """One operation of one subject.

    Attributes:
        subject: Module name of the subject.
        size: Number of projects.
        latency: Seconds added to every response.
        limit: Requests per minute that HQ allowed; 0 for no limit.
        op: The operation.
        seconds: Duration on the virtual clock.
        cpu: Processor seconds by role.
        memory: Megabytes at the peak by role.
        requests: Number of requests by kind, without those that got a 429.
        throttled: Number of 429 responses.
        used_share: Share of the allowed requests that was used while there was work; None without
            a rate limit, or if the work took less than a minute.
    """

    subject: str
    size: int
    latency: float
    limit: int
    op: Operation
    seconds: float
    cpu: dict[str, float]
    memory: dict[str, float]
    requests: dict[str, int]
    throttled: int
    used_share: float | None = None

    @property
    def conditions(self) -> Conditions:
        """Latency and rate limit of the run."""
        return Conditions(self.latency, self.limit)

    @property
    def total_cpu(self) -> float:
        """Processor seconds of all processes together."""
        return sum(self.cpu.values())

    @property
    def peak_memory(self) -> float:
        """Sum of the peak memory of all processes, in megabytes."""
        return sum(self.memory.values())

    @property
    def request_count(self) -> int:
        """Number of requests that count against HQ's rate limit: all except token requests."""
        return sum(count for kind, count in self.requests.items() if kind != "token")


@dataclass
class Results:
    """All measurements of one run of the bench."""

    engine: str
    machine: str
    command: str
    rows: list[Measurement] = field(default_factory=list)
    threshold_rows: list[Measurement] = field(default_factory=list)
    """The repeated runs for the thresholds that compare with the baseline."""
    team_rows: list[Measurement] = field(default_factory=list)
    """The stack of teams; its size is the number of teams."""

    def find_row(
        self, subject: str, size: int, conditions: Conditions, op: Operation
    ) -> Measurement | None:
        """Return the measurement with these coordinates, or None."""
        wanted = (subject, size, conditions, op)
        return next(
            (row for row in self.rows if (row.subject, row.size, row.conditions, row.op) == wanted),
            None,
        )

    def find_baseline(self, size: int, op: Operation) -> Measurement | None:
        """Return the baseline of a size; it sends no request, so conditions don't matter."""
        wanted = (BASELINE, size, op)
        return next((row for row in self.rows if (row.subject, row.size, row.op) == wanted), None)

    @property
    def sizes(self) -> list[int]:
        """All measured sizes, ascending."""
        return sorted({row.size for row in self.rows})


def compute_used_share(times: Sequence[float], limit: int) -> float | None:
    """Return the used share of the allowed requests, over the full minutes since the first one.

    Args:
        times: Time of each accepted request, in seconds.
        limit: Requests per minute.
    """
    if not limit or not times or max(times) - min(times) < MINUTE:
        return None
    first, minutes = min(times), int((max(times) - min(times)) // MINUTE)
    within = sum(time < first + minutes * MINUTE for time in times)
    return round(within / (minutes * limit), 4)


def save_results(results: Results, path: Path) -> None:
    """Write the results as JSON, one measurement per line."""
    head = {"engine": results.engine, "machine": results.machine, "command": results.command}
    parts = [f'"{key}": {json.dumps(value)}' for key, value in head.items()]
    parts += [f'"{key}": [\n{_format_lines(getattr(results, key))}\n]' for key in ROW_LISTS]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def _format_lines(rows: Iterable[Measurement]) -> str:
    return ",\n".join(json.dumps(asdict(row)) for row in rows)


def load_results(path: Path) -> Results:
    """Read the results from their JSON file."""
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for key in ROW_LISTS:
        data[key] = [Measurement(**row) for row in data.get(key, ())]
    return Results(**data)
