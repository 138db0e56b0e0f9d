"""What must hold, and whether it does."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.grid import (
    BASELINE,
    MAX_BASELINE_RATIO,
    MIN_USED_SHARE,
    OPERATION_LABELS,
    THIS_PROVIDER,
    THRESHOLD_SIZE,
    Operation,
)
from bench.rows import Measurement, Results


@dataclass(frozen=True)
class Threshold:
    """One thing that must hold."""

    description: str
    is_met: bool

    @property
    def report_line(self) -> str:
        """The same as a line of the report."""
        return f"{'PASS' if self.is_met else 'FAIL'}  {self.description}"


def check_thresholds(results: Results) -> list[Threshold]:
    """Return every bar that these results can tell of."""
    return [*_check_baseline_ratio(results), *_check_limit_use(results)]


def find_fastest(rows: list[Measurement], contestant: str, op: Operation) -> Measurement | None:
    """Return the least disturbed of several runs."""
    found = [row for row in rows if (row.contestant, row.op) == (contestant, op)]
    return min(found, key=lambda row: row.seconds, default=None)


def _check_baseline_ratio(results: Results) -> Iterator[Threshold]:
    for op in ("preview", "up", "again", "refresh"):
        ours, floor = (find_fastest(results.bars, each, op) for each in (THIS_PROVIDER, BASELINE))
        if ours is None or floor is None:
            continue
        ratio = ours.seconds / floor.seconds
        yield Threshold(
            f"{OPERATION_LABELS[op]}, {THRESHOLD_SIZE} projects: {ours.seconds:.1f} s, {ratio:.2f} times the floor"
            f" of {floor.seconds:.1f} s (at most {MAX_BASELINE_RATIO})",
            ratio <= MAX_BASELINE_RATIO,
        )


def _check_limit_use(results: Results) -> Iterator[Threshold]:
    limited = [row for row in results.rows if row.contestant == THIS_PROVIDER and row.limit]
    if limited:
        refused = sum(row.refused for row in limited)
        yield Threshold(
            f"429s of this provider in {len(limited)} runs with the limit: {refused}", not refused
        )
    for row in limited:
        if row.used is not None:
            words = (
                f"{OPERATION_LABELS[row.op]}, {row.size} projects, {row.conditions.description}:"
                f" {row.used:.1%} of the allowed requests used (at least {MIN_USED_SHARE:.0%})"
            )
            yield Threshold(words, row.used >= MIN_USED_SHARE)
