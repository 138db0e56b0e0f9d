"""What must hold, and whether it does."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.grid import BAR, BAR_SIZE, FLOOR, OURS, USED, WORDS, Op
from bench.rows import Results, Row


@dataclass(frozen=True)
class Bar:
    """One thing that must hold."""

    words: str
    holds: bool

    @property
    def line(self) -> str:
        """The same as a line of the report."""
        return f"{'PASS' if self.holds else 'FAIL'}  {self.words}"


def bars(results: Results) -> list[Bar]:
    """Return every bar that these results can tell of."""
    return [*_against_the_floor(results), *_with_the_limit(results)]


def fastest(rows: list[Row], contestant: str, op: Op) -> Row | None:
    """Return the least disturbed of several runs."""
    found = [row for row in rows if (row.contestant, row.op) == (contestant, op)]
    return min(found, key=lambda row: row.seconds, default=None)


def _against_the_floor(results: Results) -> Iterator[Bar]:
    for op in ("preview", "up", "again", "refresh"):
        ours, floor = (fastest(results.bars, each, op) for each in (OURS, FLOOR))
        if ours is None or floor is None:
            continue
        ratio = ours.seconds / floor.seconds
        yield Bar(
            f"{WORDS[op]}, {BAR_SIZE} projects: {ours.seconds:.1f} s, {ratio:.2f} times the floor"
            f" of {floor.seconds:.1f} s (at most {BAR})",
            ratio <= BAR,
        )


def _with_the_limit(results: Results) -> Iterator[Bar]:
    limited = [row for row in results.rows if row.contestant == OURS and row.limit]
    if limited:
        refused = sum(row.refused for row in limited)
        yield Bar(
            f"429s of this provider in {len(limited)} runs with the limit: {refused}", not refused
        )
    for row in limited:
        if row.used is not None:
            words = (
                f"{WORDS[row.op]}, {row.size} projects, {row.weather.words}:"
                f" {row.used:.1%} of the allowed requests used (at least {USED:.0%})"
            )
            yield Bar(words, row.used >= USED)
