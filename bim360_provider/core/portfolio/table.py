"""The text of a CSV file as cells, each of which knows its line."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from bim360_provider.core.portfolio.mistakes import Mistake

__all__ = ["Cell", "Row", "Table", "table"]

SEPARATORS: Final = (";", ",", "\t")

DIRECTIVE: Final = re.compile(r"sep=(?P<separator>.)\s*", re.IGNORECASE)
"""A first line by which Excel is told the separator."""

END_OF_LINE: Final = re.compile(r"\r\n|\r|\n")

FAULTS: Final = (
    ("unexpected end of data", 'a quote (") is opened here and never closed'),
    ("expected after", 'a cell goes on after its closing quote; write a quote in it twice ("")'),
    ("field larger", 'a cell is longer than a book; is a quote (") missing its partner?'),
)
"""What Python's reader says, and what people are told."""


@dataclass(frozen=True)
class Cell:
    """A cell's text without surrounding space, and the line that it begins in."""

    text: str
    line: int


Row = list[Cell]


@dataclass
class Table:
    """A file's rows; those without any text are left out.

    Attributes:
        header: The first row.
        rows: The others.
        mistakes: Why it was not read to its end.
    """

    header: Row = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def table(text: str) -> Table:
    """Return the cells of a CSV file whose separator is the one that its header uses."""
    found = Table()
    first, _, rest = text.partition("\n")
    directive = DIRECTIVE.fullmatch(first)
    if directive:
        rows = _rows(rest, directive["separator"], 2, found.mistakes)
    else:
        rows = _rows(text, _separator(text), 1, found.mistakes)
    filled = (row for row in rows if any(cell.text for cell in row))
    found.header = next(filled, [])
    found.rows = list(filled)
    return found


def _separator(text: str) -> str:
    """Return the separator that the header has most of; quoted ones do not count."""
    header = next(filter(str.strip, text.splitlines()), "")
    plain = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=plain.count) if plain else SEPARATORS[0]


def _rows(text: str, separator: str, line: int, mistakes: list[Mistake]) -> Iterator[Row]:
    # Only with newline="" do quoted line ends stay as they are, and all count as an editor counts.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = line
    try:
        for texts in reader:
            yield _cells(texts, begins)
            begins = line + reader.line_num
    except csv.Error as error:
        fault = next((words for sign, words in FAULTS if sign in str(error)), str(error))
        mistakes.append(Mistake(f"{fault}; what follows was not read", begins))


def _cells(texts: list[str], line: int) -> Row:
    cells = []
    for text in texts:
        cells.append(Cell(text.strip(), line))
        line += len(END_OF_LINE.findall(text))
    return cells
