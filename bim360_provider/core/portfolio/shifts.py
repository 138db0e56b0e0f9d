"""Rows whose cells are not under their columns: one mistake in place of one for each cell."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bim360_provider.core.portfolio.kinds import KINDS
from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.residue import CLOSING, OPENING
from bim360_provider.core.portfolio.scanning import Row, Scanner
from bim360_provider.core.portfolio.table import SEPARATORS
from bim360_provider.models import normal

__all__ = ["Layout", "shift"]

FIRST_GROUP: Final = re.compile(r"\W{0,3}[1-9]\d{0,2}")
A_GROUP: Final = re.compile(r"\d{3}(?:\.\d{1,2})?")
STRAY: Final = "stands under no column; is there a separator too many, or a quote too few?"
ENOUGH: Final = 2
"""Cells of the wrong kind: one is a mistake of its own, two hint at a shift."""


@dataclass(frozen=True)
class Layout:
    """Where the cells of a row belong.

    Attributes:
        separator: What stands between cells.
        positions: Where each argument's column is.
        required: Arguments that no row may lack.
        named: The positions that the header has a name for.
        length: The number of cells of the header, named or not.
    """

    separator: str
    positions: Mapping[str, int]
    required: Collection[str]
    named: frozenset[int]
    length: int

    @property
    def width(self) -> int:
        """Return the number of columns, up to the last that has a name."""
        return max(self.named) + 1

    def misfits(self, texts: Sequence[str], allowed: Collection[int] = ()) -> int:
        """Return how many cells are of another kind than their column, or are missing.

        Args:
            texts: The cells of a row.
            allowed: Positions that are not looked at.
        """
        found = sum(
            position < len(texts) and bool(texts[position]) and not fits(texts[position])
            for argument, fits in KINDS.items()
            for position in [self.positions.get(argument, len(texts))]
            if position not in allowed
        )
        needed = {self.positions[name] for name in self.required if name in self.positions}
        return found + sum(
            position >= len(texts) or not texts[position] for position in needed.difference(allowed)
        )


def shift(row: Row, layout: Layout) -> Mistake | None:
    """Return why the cells of a row are not under their columns, or None if they are."""
    return (
        _one_cell(row, layout)
        or _torn(row)
        or _swallowed(row, layout)
        or _torn_amount(row, layout)
        or _stray(row, layout)
        or _moved(row, layout)
    )


def _one_cell(row: Row, layout: Layout) -> Mistake | None:
    """A line with another separator than the header, or in quotes as a whole, is one cell."""
    filled = [cell for cell in row if cell.text]
    if len(filled) != 1 or filled[0] is not row[0] or layout.width <= ENOUGH:
        return None
    for separator in SEPARATORS:
        cells = next(Scanner(row[0].text, separator).rows(), [])
        if len(cells) < layout.width:
            continue
        if separator == layout.separator:
            return Mistake("is in quotes as a whole; remove the quotes around it", row[0].line)
        words = f"is separated by {separator!r}, but the header by {layout.separator!r}"
        return Mistake(f"{words}; use the same in all lines", row[0].line)
    return None


def _torn(row: Row) -> Mistake | None:
    """A cell in typographic quotes is torn by the separator in it."""
    begins = None
    for cell in row:
        opens, closes = cell.text[:1] in tuple(OPENING), cell.text[-1:] in tuple(CLOSING)
        if begins and closes and not opens:
            words = f"{normal.shown(begins.text)} begins a cell in typographic quotes, which do not"
            return Mistake(f'{words} keep a cell together; use straight quotes (")', begins.line)
        if not cell.is_quoted and opens and not closes:
            begins = cell
    return None


def _swallowed(row: Row, layout: Layout) -> Mistake | None:
    """A quote without its partner takes whole lines into one cell, also of an ignored column."""
    for cell in row:
        lines = cell.text.splitlines()
        for line in lines[1:]:
            if layout.width > ENOUGH and line.count(layout.separator) >= layout.width - 1:
                last = cell.line + len(lines) - 1
                words = f"a quoted cell holds whole lines, up to line {last}"
                return Mistake(f'{words}; is a quote (") missing its partner?', cell.line)
    return None


def _torn_amount(row: Row, layout: Layout) -> Mistake | None:
    """An amount such as 3,000 without quotes is two cells where commas separate."""
    texts = [cell.text for cell in row]
    at = layout.positions.get("value", len(texts))
    end = at + 1
    while end < len(texts) and A_GROUP.fullmatch(texts[end]):
        end += 1
    if end <= at + 1 or not FIRST_GROUP.fullmatch(texts[at]):
        return None
    if any(cell.is_quoted for cell in row[at:end]):
        return None
    merged = [*texts[:at], ",".join(texts[at:end]), *texts[end:]]
    mended = layout.misfits(texts) and not layout.misfits(merged)
    has_more_cells = layout.separator == "," and len(texts) > layout.length
    if not mended and not has_more_cells:
        return None
    words = f"the separator parts {normal.shown(texts[at])} and '{texts[at + 1]}'"
    return Mistake(f"{words}; write the amount without grouping", row[at].line, "value")


def _stray(row: Row, layout: Layout) -> Mistake | None:
    for position, cell in enumerate(row):
        if cell.text and position not in layout.named:
            return Mistake(f"{normal.shown(cell.text)} {STRAY}", cell.line)
    return None


def _moved(row: Row, layout: Layout) -> Mistake | None:
    """Cells that all fit one column further left, or further right, have moved."""
    texts = [cell.text for cell in row]
    if layout.misfits(texts) < ENOUGH:
        return None
    for at in range(len(texts) - 1):
        merged = [*texts[:at], f"{texts[at]} {texts[at + 1]}", *texts[at + 2 :]]
        if texts[at] and texts[at + 1] and not layout.misfits(merged):
            words = f"the cells behind {normal.shown(texts[at])} are one column too far right"
            advice = "if its text contains the separator, put it in quotes"
            return Mistake(f"{words}; {advice}", row[at + 1].line)
    if len(texts) > layout.width or (len(texts) == layout.width and texts[-1]):
        return None
    found = _gap(texts, layout)
    if found is None:
        return None
    words = f"the cells from {normal.shown(texts[found])} on are one column too far left"
    return Mistake(f"{words}; is a cell or its separator missing?", row[found].line)


def _gap(texts: Sequence[str], layout: Layout) -> int | None:
    """Return where a cell, or else a separator between two, is missing."""
    for before in (0, 1):
        for at in reversed(range(before, len(texts))):
            spread = [*texts[:at], "", *texts[at:]]
            if not layout.misfits(spread, allowed=(at - before, at)):
                return at
    return None
