"""A CSV file as a header and rows, whatever separates its cells."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.scanning import END_OF_LINE, Row, Scanner

__all__ = ["Table", "column_name", "table"]

SEPARATORS: Final = (";", ",", "\t", "|")

LONGEST: Final = 100
"""Characters of the line that names the separator."""

DIRECTIVE: Final = re.compile(r'\s*"?sep=(?P<separator>[^\w"\s]|\t)"?[;,\t]*\s*', re.IGNORECASE)
"""A first line that sets the separator for Excel; spreadsheets add separators to it."""


@dataclass
class Table:
    """A file's rows; those without any text are left out.

    Attributes:
        header: The first row.
        rows: The others.
        separator: What stands between cells.
        mistakes: Why it was not read to its end.
    """

    header: Row = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    separator: str = SEPARATORS[0]
    mistakes: list[Mistake] = field(default_factory=list)


def table(text: str, names: Collection[str] = ()) -> Table:
    """Return the cells of a CSV file.

    Args:
        text: The text of the file.
        names: Names of columns: the separator is the one that finds most of them in the header.
    """
    end = END_OF_LINE.search(text)
    first, rest = (text[: end.start()], text[end.end() :]) if end else (text, "")
    directive = DIRECTIVE.fullmatch(first[:LONGEST])
    if directive:
        return _read(rest, directive["separator"], 2)
    return _read(text, _separator(text, names), 1)


def column_name(text: str) -> str:
    """Return ``start_date`` for ``Start Date``."""
    return re.sub(r"[\s_-]+", "_", text.casefold())


def _read(text: str, separator: str, line: int) -> Table:
    scanner = Scanner(text, separator, line)
    filled = [row for row in scanner.rows() if any(cell.text for cell in row)]
    mistakes = [scanner.fault] if scanner.fault else []
    return Table(filled[0] if filled else [], filled[1:], separator, mistakes)


def _separator(text: str, names: Collection[str]) -> str:
    """Return the separator that finds most names in the header, or else makes most cells of it."""

    def success(separator: str) -> tuple[int, int]:
        scanner = Scanner(text, separator)
        header = next((row for row in scanner.rows() if any(cell.text for cell in row)), None)
        if scanner.fault:
            return -1, 0
        if header is None:
            # The file holds nothing but this separator.
            return len(names) + 1, 0
        return sum(column_name(cell.text) in names for cell in header), len(header)

    return max(SEPARATORS, key=success)
