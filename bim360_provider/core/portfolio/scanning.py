"""The text of a CSV file as rows of cells: quotes, separators and ends of lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bim360_provider.core.portfolio.mistakes import Mistake

__all__ = ["BLANKS", "Cell", "Row", "Scanner"]

BLANKS: Final = " \t\u00a0\u2007\u202f\u3000\ufeff"
"""What may stand between a separator and a quote: spaces of every width, and a lost mark."""

END_OF_LINE: Final = re.compile(r"\r\n|\r|\n")

LONGEST: Final = 131_072
"""Characters of a cell: a longer one is the rest of the file behind a quote."""

TOO_LONG: Final = 'a cell is longer than a book; is a quote (") missing its partner?'
NEVER_CLOSED: Final = 'a quote (") is opened here and never closed'
GOES_ON: Final = 'a cell goes on after its closing quote; write a quote in it twice ("")'


@dataclass(frozen=True)
class Cell:
    """A cell's text without surrounding space.

    Attributes:
        text: What the cell says.
        line: The line that it begins in.
        is_quoted: Whether it stands in quotes, so that each sign in it is meant.
    """

    text: str
    line: int
    is_quoted: bool = False


Row = list[Cell]


class Scanner:
    """Reads a text row by row, until its end or the first fault.

    Attributes:
        fault: Why the text was not read to its end.
    """

    def __init__(self, text: str, separator: str, line: int = 1) -> None:
        """Take the text, what separates its cells, and the number of its first line."""
        self.fault: Mistake | None = None
        self._text = text
        self._separator = separator
        self._line = line
        self._at = 0
        blanks = re.escape(BLANKS.replace(separator, ""))
        self._blanks = re.compile(f"[{blanks}]*")
        self._plain = re.compile(f"[^{re.escape(separator)}\r\n]*")

    def rows(self) -> Iterator[Row]:
        """Yield each row; a line without a character is a row of one empty cell."""
        while self._at < len(self._text):
            row = self._row()
            if self.fault:
                return
            yield row

    def _row(self) -> Row:
        row = []
        while True:
            row.append(self._cell())
            if self.fault or self._text[self._at : self._at + 1] != self._separator:
                break
            self._at += 1
        end = END_OF_LINE.match(self._text, self._at)
        if end and not self.fault:
            self._at, self._line = end.end(), self._line + 1
        return row

    def _cell(self) -> Cell:
        line = self._line
        opening = self._past_blanks(self._at)
        if self._text[opening : opening + 1] == '"':
            text = self._quoted(opening + 1)
            return Cell(text.strip(), line, is_quoted=True)
        found = self._plain.match(self._text, self._at)
        self._at = found.end() if found else self._at
        text = found[0] if found else ""
        if len(text) > LONGEST:
            self._fail(TOO_LONG, line)
        return Cell(text.strip(), line)

    def _quoted(self, start: int) -> str:
        line, end = self._line, self._closing_quote(start)
        if end < 0:
            self._fail(NEVER_CLOSED, line)
            return ""
        text = self._text[start:end]
        self._line += len(END_OF_LINE.findall(text))
        self._at = self._past_blanks(end + 1)
        if self._text[self._at : self._at + 1] not in ("", self._separator, "\r", "\n"):
            where = "" if self._line == line else f" in line {self._line}"
            self._fail(GOES_ON.replace(" quote;", f" quote{where};", 1), line)
        elif len(text) > LONGEST:
            self._fail(TOO_LONG, line)
        return text.replace('""', '"')

    def _closing_quote(self, start: int) -> int:
        """Return where the quote that ends a cell stands, or -1; two in a row are text."""
        end = self._text.find('"', start)
        while end >= 0 and self._text[end + 1 : end + 2] == '"':
            end = self._text.find('"', end + 2)
        return end

    def _past_blanks(self, at: int) -> int:
        found = self._blanks.match(self._text, at)
        return found.end() if found else at

    def _fail(self, words: str, line: int) -> None:
        self.fault = Mistake(f"{words}; what follows was not read", line)
