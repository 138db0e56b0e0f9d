"""The thresholds that a run of the bench must meet."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.matrix import (
    BASELINE,
    MAX_BASELINE_RATIO,
    MIN_USED_SHARE,
    OPERATION_LABELS,
    THIS_PROVIDER,
    THRESHOLD_OPERATIONS,
    THRESHOLD_SIZE,
    Operation,
)
from bench.results import Measurement, Results


@dataclass(frozen=True)
class Threshold:
    """One threshold, with the measured figure in its description."""

    description: str
    is_met: bool

    @property
    def report_line(self) -> str:
        """The threshold as a line of the report."""
        return f"{'PASS' if self.is_met else 'FAIL'}  {self.description}"


def check_thresholds(results: Results) -> list[Threshold]:
    """Return every threshold for which these results have figures."""
    return [*_check_baseline_ratio(results), *_check_limit_use(results)]


def find_fastest(rows: list[Measurement], subject: str, op: Operation) -> Measurement | None:
    """Return the fastest of several runs: the least disturbed one."""
    found = [row for row in rows if (row.subject, row.op) == (subject, op)]
    return min(found, key=lambda row: row.seconds, default=None)


def _check_baseline_ratio(results: Results) -> Iterator[Threshold]:
    for op in THRESHOLD_OPERATIONS:
        row = find_fastest(results.threshold_rows, THIS_PROVIDER, op)
        baseline = find_fastest(results.threshold_rows, BASELINE, op)
        if row is None or baseline is None:
            continue
        ratio = row.seconds / baseline.seconds
        yield Threshold(
            f"{OPERATION_LABELS[op]}, {THRESHOLD_SIZE} projects: {row.seconds:.1f} s, "
            f"{ratio:.2f} times the baseline of {baseline.seconds:.1f} s "
            f"(at most {MAX_BASELINE_RATIO})",
            ratio <= MAX_BASELINE_RATIO,
        )


def _check_limit_use(results: Results) -> Iterator[Threshold]:
    limited = [row for row in results.rows if row.subject == THIS_PROVIDER and row.limit]
    if limited:
        throttled = sum(row.throttled for row in limited)
        yield Threshold(
            f"429s of this provider in {len(limited)} runs with the rate limit: {throttled}",
            not throttled,
        )
    for row in limited:
        if row.used_share is not None:
            description = (
                f"{OPERATION_LABELS[row.op]}, {row.size} projects, {row.conditions.description}: "
                f"{row.used_share:.1%} of the allowed requests used (at least {MIN_USED_SHARE:.0%})"
            )
            yield Threshold(description, row.used_share >= MIN_USED_SHARE)
