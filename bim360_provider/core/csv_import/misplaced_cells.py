"""Cells that are not below their columns, and headers that do not describe projects."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bim360_provider.core.csv_import.table import (
    CLOSING,
    NAMES,
    OPENING,
    SEPARATORS,
    Table,
    column_name,
    table,
)
from bim360_provider.core.csv_import.text import Cell, Mistake, Row, Scanner
from bim360_provider.models import enums, normalize
from bim360_provider.models.suggestions import suggestion

__all__ = ["KINDS", "Layout", "read_as", "shift", "strange_header", "without_broken_rows"]

A_DATE: Final = re.compile(
    r"\W*\d{1,4}(?:[-./]\s?|\s)(?:\d{1,2}|[^\W\d]{3,9})(?:[-./]\s?|\s)\d{1,4}\b.*"
    r"|[^\W\d]{3,9} \d{1,2},? \d{2,4}"
)

AN_AMOUNT: Final = re.compile(r"\W*[^\W\d]{0,5}\W*\d[\d\s.,'\u2019_]*\W*[^\W\d]{0,5}\W*")

LONGEST: Final = 40
"""Characters of a date or an amount: a longer text is something else."""

REMEMBERED: Final = 1000
"""Cells whose kind is kept: each attempt to move a row looks at the same ones."""

CODE_LENGTH: Final = 3


@lru_cache(maxsize=REMEMBERED)
def _is_currency(text: str) -> bool:
    short = len(text) <= CODE_LENGTH and not re.search(r"\d", text)
    return short or suggestion(text, enums.CURRENCIES) is not None


def _is_date(text: str) -> bool:
    return len(text) <= LONGEST and A_DATE.fullmatch(text) is not None


def _is_amount(text: str) -> bool:
    return len(text) <= LONGEST and AN_AMOUNT.fullmatch(text) is not None and not _is_date(text)


def _is_type(text: str) -> bool:
    return re.search(r"[^\W\d]", text) is not None and not _is_date(text)


KINDS: Final[dict[str, Callable[[str], bool]]] = {
    "start_date": _is_date,
    "end_date": _is_date,
    "project_type": _is_type,
    "value": _is_amount,
    "currency": _is_currency,
}
"""Arguments whose values are recognized by their form."""

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
            words = (
                f"{normalize.shown(begins.text)} begins a cell in typographic quotes, which do not"
            )
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
    words = f"the separator parts {normalize.shown(texts[at])} and '{texts[at + 1]}'"
    return Mistake(f"{words}; write the amount without grouping", row[at].line, "value")


def _stray(row: Row, layout: Layout) -> Mistake | None:
    for position, cell in enumerate(row):
        if cell.text and position not in layout.named:
            return Mistake(f"{normalize.shown(cell.text)} {STRAY}", cell.line)
    return None


def _moved(row: Row, layout: Layout) -> Mistake | None:
    """Cells that all fit one column further left, or further right, have moved."""
    texts = [cell.text for cell in row]
    if layout.misfits(texts) < ENOUGH:
        return None
    for at in range(len(texts) - 1):
        merged = [*texts[:at], f"{texts[at]} {texts[at + 1]}", *texts[at + 2 :]]
        if texts[at] and texts[at + 1] and not layout.misfits(merged):
            words = f"the cells behind {normalize.shown(texts[at])} are one column too far right"
            advice = "if its text contains the separator, put it in quotes"
            return Mistake(f"{words}; {advice}", row[at + 1].line)
    if len(texts) > layout.width or (len(texts) == layout.width and texts[-1]):
        return None
    found = _gap(texts, layout)
    if found is None:
        return None
    words = f"the cells from {normalize.shown(texts[found])} on are one column too far left"
    return Mistake(f"{words}; is a cell or its separator missing?", row[found].line)


def _gap(texts: Sequence[str], layout: Layout) -> int | None:
    """Return where a cell, or else a separator between two, is missing."""
    for before in (0, 1):
        for at in reversed(range(before, len(texts))):
            spread = [*texts[:at], "", *texts[at:]]
            if not layout.misfits(spread, allowed=(at - before, at)):
                return at
    return None


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


NO_HEADER: Final = (
    "must name the columns, such as name, start_date, end_date, project_type, value, currency"
)

SHOWN: Final = 8
"""Columns that are shown: enough to see whether the separator is right."""

QUOTES: Final = f"{OPENING}{CLOSING}'`\u2018\u2019"

A_NAME: Final = re.compile(r"[^\W\d][\w \-/().]{0,39}")
"""A text that may be shown as the name of a column. Others could be a secret of another file."""

SERVICES: Final = "is the set-up tool's list of services; declare a Bim360ProjectAdmin per line"

USERS: Final = "is the set-up tool's list of project users; declare a Bim360Team per project"

FOLDERS: Final = (
    "is the set-up tool's template of folders and permissions, which this provider does not "
    "create; list its projects in a file with the columns of docs/csv.md"
)

LISTS: Final = (
    ({"project_name", "service_type"}, f"{SERVICES}, see docs/members.md"),
    ({"project_name", "email"}, f"{USERS}, see docs/members.md"),
    ({"project_name", "root_folder"}, FOLDERS),
)
"""Columns by which the other files of the vendor's set-up tool are recognized:
https://github.com/autodesk-platform-services/aps-bim360-project-setup"""

SIGNS: Final = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "vertical bars"}


def strange_header(cells: Table, encoding: str) -> Mistake | None:
    """Return why a file is not a list of projects, or None if it seems to be one.

    Args:
        cells: The file.
        encoding: The encoding that it was read with.
    """
    names = {column_name(cell.text) for cell in cells.header}
    line = cells.header[0].line
    for signature, words in LISTS:
        if signature <= names and "name" not in names:
            return Mistake(f"{words} ({read_as(cells, encoding)})", line)
    if names & NAMES:
        return None
    return Mistake(f"{_advice(cells)}; {read_as(cells, encoding)}", line)


def _advice(cells: Table) -> str:
    only = cells.header[0]
    if len(cells.header) == 1 and _is_header(table(only.text, NAMES).header):
        if only.is_quoted:
            return "is in quotes as a whole, as other lines may be; remove the quotes around lines"
        return "is separated otherwise than 'sep=' says; correct that line, or remove it"
    if _is_header([Cell(cell.text.strip(QUOTES), cell.line) for cell in cells.header]):
        return 'has quotes that do not quote; write straight ones ("), or none'
    later = next((row for row in cells.rows[:SHOWN] if _is_header(row)), None)
    if later:
        return f"is not the header, which is in line {later[0].line}; remove the lines before it"
    return NO_HEADER


def _is_header(row: Row) -> bool:
    return len({column_name(cell.text) for cell in row} & NAMES) >= ENOUGH


def read_as(cells: Table, encoding: str) -> str:
    """Return how a file was read, so that a wrong separator or encoding shows at once.

    Args:
        cells: The file.
        encoding: The encoding that it was read with.
    """
    texts = [cell.text for cell in cells.header]
    shown = ", ".join(_shown(text) for text in texts[:SHOWN])
    more = ", …" if len(texts) > SHOWN else ""
    if len(texts) == 1:
        return f"read as {encoding} text with 1 column: {shown}; none of {_signs()} separates it"
    sign = SIGNS.get(cells.separator, normalize.shown(cells.separator))
    return f"read as {encoding} text with {len(texts)} columns, separated by {sign}: {shown}{more}"


def _signs() -> str:
    *others, last = (SIGNS[each] for each in SEPARATORS)
    return f"{', '.join(others)} and {last}"


def _shown(text: str) -> str:
    if not text:
        return "''"
    return normalize.shown(text) if A_NAME.fullmatch(text) else "(no name)"
