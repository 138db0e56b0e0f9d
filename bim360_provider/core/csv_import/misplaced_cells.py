"""Detect cells that are not below their columns, and headers of other files."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bim360_provider.core.csv_import.table import (
    CLOSING_QUOTES,
    COLUMN_NAMES,
    OPENING_QUOTES,
    SEPARATORS,
    CsvTable,
    normalize_column_name,
    parse_table,
)
from bim360_provider.core.csv_import.text import Cell, CsvScanner, Mistake, Row
from bim360_provider.models import enums, normalize
from bim360_provider.models.suggestions import suggest_value

__all__ = [
    "CELL_KINDS",
    "RowLayout",
    "describe_reading",
    "find_header_fault",
    "find_shift",
    "separate_broken_rows",
]

DATE_PATTERN: Final = re.compile(
    r"\W*\d{1,4}(?:[-./]\s?|\s)(?:\d{1,2}|[^\W\d]{3,9})(?:[-./]\s?|\s)\d{1,4}\b.*"
    r"|[^\W\d]{3,9} \d{1,2},? \d{2,4}"
)

AMOUNT_PATTERN: Final = re.compile(r"\W*[^\W\d]{0,5}\W*\d[\d\s.,'\u2019_]*\W*[^\W\d]{0,5}\W*")

MAX_VALUE_LENGTH: Final = 40
"""Maximum length of a date or an amount."""

CACHE_SIZE: Final = 1000
"""Cached cells, because each attempt to shift a row checks the same cells."""

CURRENCY_CODE_LENGTH: Final = 3


@lru_cache(maxsize=CACHE_SIZE)
def _is_currency(text: str) -> bool:
    short = len(text) <= CURRENCY_CODE_LENGTH and not re.search(r"\d", text)
    return short or suggest_value(text, enums.CURRENCIES) is not None


def _is_date(text: str) -> bool:
    return len(text) <= MAX_VALUE_LENGTH and DATE_PATTERN.fullmatch(text) is not None


def _is_amount(text: str) -> bool:
    return (
        len(text) <= MAX_VALUE_LENGTH
        and AMOUNT_PATTERN.fullmatch(text) is not None
        and not _is_date(text)
    )


def _is_type(text: str) -> bool:
    return re.search(r"[^\W\d]", text) is not None and not _is_date(text)


CELL_KINDS: Final[dict[str, Callable[[str], bool]]] = {
    "start_date": _is_date,
    "end_date": _is_date,
    "project_type": _is_type,
    "value": _is_amount,
    "currency": _is_currency,
}
"""Arguments whose values have a recognizable format."""

FIRST_DIGIT_GROUP: Final = re.compile(r"\W{0,3}[1-9]\d{0,2}")

DIGIT_GROUP: Final = re.compile(r"\d{3}(?:\.\d{1,2})?")

STRAY_CELL: Final = "is below no column; is there an extra separator, or a missing quote?"

MIN_EVIDENCE: Final = 2
"""Cells of the wrong kind that indicate a shift; a single one is an ordinary mistake."""


@dataclass(frozen=True)
class RowLayout:
    """The positions of the cells in a row.

    Attributes:
        separator: The separator of the cells.
        positions: The position of each argument's column.
        required_arguments: Arguments that each row must have.
        named_positions: The positions with a name in the header.
        header_length: The number of cells in the header, with or without a name.
    """

    separator: str
    positions: Mapping[str, int]
    required_arguments: Collection[str]
    named_positions: frozenset[int]
    header_length: int

    @property
    def width(self) -> int:
        """The number of columns, up to the last one with a name."""
        return max(self.named_positions) + 1

    def count_misfits(self, texts: Sequence[str], ignored_positions: Collection[int] = ()) -> int:
        """Return the number of cells that do not fit their column or are missing.

        Args:
            texts: The cells of a row.
            ignored_positions: Positions that are not counted.
        """
        found = sum(
            position < len(texts) and bool(texts[position]) and not fits(texts[position])
            for argument, fits in CELL_KINDS.items()
            for position in [self.positions.get(argument, len(texts))]
            if position not in ignored_positions
        )
        needed = {
            self.positions[name] for name in self.required_arguments if name in self.positions
        }
        return found + sum(
            position >= len(texts) or not texts[position]
            for position in needed.difference(ignored_positions)
        )


def find_shift(row: Row, layout: RowLayout) -> Mistake | None:
    """Return a mistake if the cells of a row are not below their columns."""
    return (
        _find_single_cell(row, layout)
        or _find_torn_cell(row)
        or _find_swallowed_lines(row, layout)
        or _find_torn_amount(row, layout)
        or _find_stray_cell(row, layout)
        or _find_moved_cells(row, layout)
    )


def _find_single_cell(row: Row, layout: RowLayout) -> Mistake | None:
    """Find a line with another separator than the header's, or in quotes as a whole."""
    filled = [cell for cell in row if cell.text]
    if len(filled) != 1 or filled[0] is not row[0] or layout.width <= MIN_EVIDENCE:
        return None
    for separator in SEPARATORS:
        cells = next(CsvScanner(row[0].text, separator).read_rows(), [])
        if len(cells) < layout.width:
            continue
        if separator == layout.separator:
            return Mistake("is in quotes as a whole; remove the quotes around it", row[0].line)
        message = f"has the separator {separator!r}, but the header has {layout.separator!r}"
        return Mistake(f"{message}; use the same in all lines", row[0].line)
    return None


def _find_torn_cell(row: Row) -> Mistake | None:
    """Find a cell in typographic quotes that is split by a separator in it."""
    first = None
    for cell in row:
        opens, closes = (
            cell.text[:1] in tuple(OPENING_QUOTES),
            cell.text[-1:] in tuple(CLOSING_QUOTES),
        )
        if first and closes and not opens:
            message = f"{normalize.quote_value(first.text)} begins a cell in typographic quotes"
            advice = 'which do not protect a separator; use straight quotes (")'
            return Mistake(f"{message}, {advice}", first.line)
        if not cell.is_quoted and opens and not closes:
            first = cell
    return None


def _find_swallowed_lines(row: Row, layout: RowLayout) -> Mistake | None:
    """Find an unclosed quote that merges several lines into one cell, even an ignored one."""
    for cell in row:
        lines = cell.text.splitlines()
        for line in lines[1:]:
            if layout.width > MIN_EVIDENCE and line.count(layout.separator) >= layout.width - 1:
                last = cell.line + len(lines) - 1
                message = f"a quoted cell contains whole lines, up to line {last}"
                return Mistake(f'{message}; is a closing quote (") missing?', cell.line)
    return None


def _find_torn_amount(row: Row, layout: RowLayout) -> Mistake | None:
    """Find an unquoted amount such as 3,000 that is split by the comma separator."""
    texts = [cell.text for cell in row]
    at = layout.positions.get("value", len(texts))
    end = at + 1
    while end < len(texts) and DIGIT_GROUP.fullmatch(texts[end]):
        end += 1
    if end <= at + 1 or not FIRST_DIGIT_GROUP.fullmatch(texts[at]):
        return None
    if any(cell.is_quoted for cell in row[at:end]):
        return None
    merged = [*texts[:at], ",".join(texts[at:end]), *texts[end:]]
    fits_merged = layout.count_misfits(texts) and not layout.count_misfits(merged)
    has_more_cells = layout.separator == "," and len(texts) > layout.header_length
    if not fits_merged and not has_more_cells:
        return None
    parts = f"{normalize.quote_value(texts[at])} and '{texts[at + 1]}'"
    message = f"the separator splits the amount into {parts}; write it without grouping"
    return Mistake(message, row[at].line, "value")


def _find_stray_cell(row: Row, layout: RowLayout) -> Mistake | None:
    for position, cell in enumerate(row):
        if cell.text and position not in layout.named_positions:
            return Mistake(f"{normalize.quote_value(cell.text)} {STRAY_CELL}", cell.line)
    return None


def _find_moved_cells(row: Row, layout: RowLayout) -> Mistake | None:
    """Find cells that all fit one column further left or right."""
    texts = [cell.text for cell in row]
    if layout.count_misfits(texts) < MIN_EVIDENCE:
        return None
    for at in range(len(texts) - 1):
        merged = [*texts[:at], f"{texts[at]} {texts[at + 1]}", *texts[at + 2 :]]
        if texts[at] and texts[at + 1] and not layout.count_misfits(merged):
            cells = f"the cells after {normalize.quote_value(texts[at])}"
            advice = "if its text contains the separator, put it in quotes"
            return Mistake(f"{cells} are one column too far right; {advice}", row[at + 1].line)
    if len(texts) > layout.width or (len(texts) == layout.width and texts[-1]):
        return None
    found = _find_gap(texts, layout)
    if found is None:
        return None
    cells = f"the cells from {normalize.quote_value(texts[found])} on"
    advice = "is a cell or its separator missing?"
    return Mistake(f"{cells} are one column too far left; {advice}", row[found].line)


def _find_gap(texts: Sequence[str], layout: RowLayout) -> int | None:
    """Return the position of a missing cell, or else of a missing separator."""
    for before in (0, 1):
        for at in reversed(range(before, len(texts))):
            filled = [*texts[:at], "", *texts[at:]]
            if not layout.count_misfits(filled, ignored_positions=(at - before, at)):
                return at
    return None


def separate_broken_rows(rows: list[Row], layout: RowLayout) -> tuple[list[Row], list[Mistake]]:
    """Return the complete rows, and a mistake for each row that is split into two lines."""
    complete, mistakes = [], []
    at = 0
    while at < len(rows):
        following = rows[at + 1] if at + 1 < len(rows) else []
        if _is_broken_row(rows[at], following, layout):
            message = f"is incomplete and continues in line {following[0].line}"
            advice = "join the two lines, or put the cell that contains the line end in quotes"
            mistakes.append(Mistake(f"{message}; {advice}", rows[at][0].line))
            at += 2
        else:
            complete.append(rows[at])
            at += 1
    return complete, mistakes


def _is_broken_row(row: Row, following: Row, layout: RowLayout) -> bool:
    if not following or len(row) + len(following) - 1 > layout.header_length:
        return False
    first, second = [cell.text for cell in row], [cell.text for cell in following]
    if not (layout.count_misfits(first) and layout.count_misfits(second)):
        return False
    return not layout.count_misfits([*first[:-1], f"{first[-1]}{second[0]}", *second[1:]])


MISSING_HEADER: Final = (
    "must name the columns, such as name, start_date, end_date, project_type, value, currency"
)

MAX_SHOWN_COLUMNS: Final = 8
"""Columns that a message shows, enough to recognize a wrong separator."""

QUOTE_CHARACTERS: Final = f"{OPENING_QUOTES}{CLOSING_QUOTES}'`\u2018\u2019"

COLUMN_NAME_PATTERN: Final = re.compile(r"[^\W\d][\w \-/().]{0,39}")
"""A column name that messages may show; another text could be a secret of another file."""

SERVICES_FILE: Final = (
    "is the set-up tool's list of services; declare a Bim360ProjectAdmin per line"
)

USERS_FILE: Final = "is the set-up tool's list of project users; declare a Bim360Team per project"

FOLDERS_FILE: Final = (
    "is the set-up tool's template of folders and permissions, which this provider does not "
    "create; list its projects in a file with the columns of docs/how-to/csv.md"
)

FOREIGN_FILES: Final = (
    ({"project_name", "service_type"}, f"{SERVICES_FILE}, see docs/reference/members.md"),
    ({"project_name", "email"}, f"{USERS_FILE}, see docs/reference/members.md"),
    ({"project_name", "root_folder"}, FOLDERS_FILE),
)
"""Columns that identify other files of the vendor's set-up tool:
https://github.com/autodesk-platform-services/aps-bim360-project-setup"""

SEPARATOR_LABELS: Final = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "vertical bars"}


def find_header_fault(cells: CsvTable, encoding: str) -> Mistake | None:
    """Return a mistake if a file is not a list of projects.

    Args:
        cells: The file.
        encoding: The encoding with which it was read.
    """
    names = {normalize_column_name(cell.text) for cell in cells.header}
    line = cells.header[0].line
    for signature, message in FOREIGN_FILES:
        if signature <= names and "name" not in names:
            return Mistake(f"{message} ({describe_reading(cells, encoding)})", line)
    if names & COLUMN_NAMES:
        return None
    return Mistake(f"{_format_advice(cells)}; {describe_reading(cells, encoding)}", line)


def _format_advice(cells: CsvTable) -> str:
    only = cells.header[0]
    if len(cells.header) == 1 and _is_header(parse_table(only.text, COLUMN_NAMES).header):
        if only.is_quoted:
            return "is in quotes as a whole, as other lines may be; remove the quotes around lines"
        return "has another separator than 'sep=' sets; correct that line, or remove it"
    if _is_header([Cell(cell.text.strip(QUOTE_CHARACTERS), cell.line) for cell in cells.header]):
        return 'has quotes that do not protect a cell; use straight quotes ("), or none'
    later = next((row for row in cells.rows[:MAX_SHOWN_COLUMNS] if _is_header(row)), None)
    if later:
        return f"is not the header, which is in line {later[0].line}; remove the lines before it"
    return MISSING_HEADER


def _is_header(row: Row) -> bool:
    return len({normalize_column_name(cell.text) for cell in row} & COLUMN_NAMES) >= MIN_EVIDENCE


def describe_reading(cells: CsvTable, encoding: str) -> str:
    """Return the encoding, the separator and the columns with which a file was read.

    Args:
        cells: The file.
        encoding: The encoding with which it was read.
    """
    texts = [cell.text for cell in cells.header]
    shown = ", ".join(_format_column(text) for text in texts[:MAX_SHOWN_COLUMNS])
    more = ", …" if len(texts) > MAX_SHOWN_COLUMNS else ""
    if len(texts) == 1:
        none = f"none of {_format_separators()} separates it"
        return f"read as {encoding} text with 1 column: {shown}; {none}"
    sign = SEPARATOR_LABELS.get(cells.separator, normalize.quote_value(cells.separator))
    return f"read as {encoding} text with {len(texts)} columns, separated by {sign}: {shown}{more}"


def _format_separators() -> str:
    *others, last = (SEPARATOR_LABELS[each] for each in SEPARATORS)
    return f"{', '.join(others)} and {last}"


def _format_column(text: str) -> str:
    if not text:
        return "''"
    return normalize.quote_value(text) if COLUMN_NAME_PATTERN.fullmatch(text) else "(no name)"
