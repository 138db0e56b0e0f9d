"""Lines that break off: a line end within a cell has to be in quotes."""

from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.scanning import Row
from bim360_provider.core.portfolio.shifts import Layout

__all__ = ["without_broken_rows"]


def without_broken_rows(rows: list[Row], layout: Layout) -> tuple[list[Row], list[Mistake]]:
    """Return the rows that are whole, and a mistake for each two that are one row in two lines."""
    whole, mistakes = [], []
    at = 0
    while at < len(rows):
        following = rows[at + 1] if at + 1 < len(rows) else []
        if _are_one(rows[at], following, layout):
            words = f"breaks off, and goes on in line {following[0].line}"
            advice = "join the two lines, or put the cell that contains the line end in quotes"
            mistakes.append(Mistake(f"{words}; {advice}", rows[at][0].line))
            at += 2
        else:
            whole.append(rows[at])
            at += 1
    return whole, mistakes


def _are_one(row: Row, following: Row, layout: Layout) -> bool:
    if not following or len(row) + len(following) - 1 > layout.length:
        return False
    first, second = [cell.text for cell in row], [cell.text for cell in following]
    if not (layout.misfits(first) and layout.misfits(second)):
        return False
    return not layout.misfits([*first[:-1], f"{first[-1]}{second[0]}", *second[1:]])
