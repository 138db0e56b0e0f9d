"""As many rows as a limit allows, shared fairly between the sections."""

from collections.abc import Sequence

__all__ = ["length", "taken"]


def length(text: str) -> int:
    """Return the length of a text as its strictest reader counts it: in UTF-16 code units.

    GitHub speaks of 65,536 characters, and its own client counts in JavaScript.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def taken(costs: Sequence[Sequence[int]], budget: int) -> list[int]:
    """Return how many rows of each section can be shown.

    Args:
        costs: The length of each row, by section.
        budget: The length that all rows may have together.
    """
    share = budget // max(1, len(costs))
    counts, left = [], budget
    for rows in costs:
        count, spent = _first(rows, 0, share)
        counts.append(count)
        left -= spent
    for number, rows in enumerate(costs):
        count, spent = _first(rows, counts[number], left)
        counts[number] = count
        left -= spent
    return counts


def _first(rows: Sequence[int], start: int, budget: int) -> tuple[int, int]:
    spent, count = 0, start
    while count < len(rows) and spent + rows[count] <= budget:
        spent += rows[count]
        count += 1
    return count, spent
