"""Decode a CSV file and split it into rows of cells."""

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

__all__ = [
    "BLANKS",
    "Cell",
    "CsvScanner",
    "Mistake",
    "Row",
    "decode_file",
    "detect_encoding",
    "format_mistakes",
]

MAX_SHOWN_MISTAKES: Final = 50
"""Mistakes that are listed; more usually have a common cause."""


@dataclass(frozen=True)
class Mistake:
    """A mistake in the file, with a message that says how to correct it.

    Attributes:
        message: The mistake and its correction.
        line: The line's number, from 1; 0 for the whole file.
        column: The column's name in the header, or empty for the whole line.
    """

    message: str
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        """Return the message with its line and column."""
        line = f"line {self.line}" if self.line else ""
        place = ", ".join(part for part in (line, self.column) if part)
        return f"{place}: {self.message}" if place else self.message


def format_mistakes(source: str, mistakes: Collection[Mistake]) -> str:
    """Return the message for a file: one line for a single mistake, else a list.

    Args:
        source: The file as the user named it.
        mistakes: At least one mistake.
    """
    ordered = sorted(mistakes, key=lambda mistake: mistake.line)
    if len(ordered) == 1:
        return f"{source}: {ordered[0]}"
    lines = [f"{source} has {len(ordered)} mistakes, and nothing was declared:"]
    lines += [f"  {mistake}" for mistake in ordered[:MAX_SHOWN_MISTAKES]]
    if len(ordered) > MAX_SHOWN_MISTAKES:
        lines.append(f"  … and {len(ordered) - MAX_SHOWN_MISTAKES} more")
    return "\n".join(lines)


BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16, whose mark is a prefix of this one.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    # "Unicode Text" in Excel.
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

WORKBOOK_SIGNATURES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of the files of Excel, LibreOffice and Numbers: a ZIP or an OLE container."""

SAVE_ADVICE: Final = "save the file as 'CSV UTF-8'"

SAMPLE_SIZE: Final = 128
"""Bytes that are used to detect UTF-16; column names are ASCII."""

MAX_SHOWN_LINES: Final = 5
"""Line numbers that one message shows."""

NON_CP1252_LETTER: Final = re.compile(rb"[A-Za-z][\x80-\x91\x93-\x9f][a-z]")
"""A letter of Mac Roman, cp850 or cp437 that is a sign in cp1252; 0x92 is its apostrophe."""

SINGLE_BYTE_CODEC: Final = re.compile(r"cp\d{3,4}|iso8859-\d+|mac-\w+|koi8-\w|ascii|latin")

DOUBLE_BYTE_CODE_PAGES: Final = ("cp932", "cp936", "cp949", "cp950", "cp1361")

ESCAPE_CODECS: Final = ("idna", "punycode", "unicode-escape", "raw-unicode-escape")
"""Python codecs that are not file encodings."""


def decode_file(content: bytes, encoding: str | None = None) -> str | Mistake:
    """Return the text of a file, or a mistake if it cannot be read.

    Args:
        content: The file.
        encoding: Python's name of its encoding. Default: see ``detect_encoding``.
    """
    if content.startswith(WORKBOOK_SIGNATURES):
        return Mistake(f"is a workbook of a spreadsheet program, not a CSV file: {SAVE_ADVICE}")
    found = detect_encoding(content)
    fault = _find_encoding_fault(content, encoding, found) if encoding is not None else None
    if fault:
        return Mistake(fault)
    codec = found if encoding is None else encoding
    try:
        text = content.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return _describe_decode_error(content, codec, encoding, error)
    except (LookupError, UnicodeError, ValueError):
        return Mistake(f"encoding='{encoding}' is not known; {_format_advice(content, encoding)}")
    nul = text.find("\0")
    if nul >= 0:
        advice = _format_advice(content, encoding)
        message = f"contains a NUL character, so it is not {codec} text: {advice}"
        return Mistake(message, _find_line_number(text[:nul].encode(errors="replace")))
    return text


def detect_encoding(content: bytes) -> str:
    """Return Python's name of a file's encoding, by its byte order mark or its NUL bytes.

    Every second byte of ASCII text in UTF-16 is NUL. The default is UTF-8.
    """
    for mark, codec in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return codec
    sample = content[:SAMPLE_SIZE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even + odd < len(sample) / 4:
        return "utf-8"
    if min(even, odd) > max(even, odd) / 4:
        return "utf-8"
    return "utf-16-be" if even > odd else "utf-16-le"


def _find_encoding_fault(content: bytes, encoding: str, found: str) -> str | None:
    """Return the message for an encoding that contradicts the content, or None."""
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, UnicodeError, ValueError, TypeError):
        name = ESCAPE_CODECS[0]
    if name in ESCAPE_CODECS:
        return f"encoding={encoding!r} is not known; {_format_advice(content, encoding)}"
    marked = found != "utf-8" or content.startswith(codecs.BOM_UTF8)
    if SINGLE_BYTE_CODEC.match(name) and name not in DOUBLE_BYTE_CODE_PAGES:
        if marked or (not content.isascii() and _is_decodable(content, "utf-8")):
            return f"is {found} text, not {encoding}: leave out the argument encoding"
    elif name.startswith("utf-16") and not found.startswith(name) and _is_decodable(content, found):
        return f"is {found} text, not {encoding}: {_format_advice(content, encoding)}"
    return None


def _describe_decode_error(
    content: bytes, codec: str, encoding: str | None, error: UnicodeDecodeError
) -> Mistake:
    shown = encoding or codec
    byte = f"byte 0x{content[error.start]:02X}" if error.start < len(content) else "the end"
    before = content[: error.start]
    if codec.startswith(("utf-16", "utf-32")):
        before = before.decode(codec, errors="ignore").encode(errors="ignore")
    return Mistake(
        f"is not {shown} text ({byte}): {_format_advice(content, encoding)}",
        _find_line_number(before),
    )


def _format_advice(content: bytes, encoding: str | None) -> str:
    """Return an advice that works for the bytes of an unreadable file."""
    found = detect_encoding(content)
    if _is_decodable(content, found) and encoding is not None:
        return "leave out the argument encoding"
    lines = _find_non_utf8_lines(content) if found == "utf-8" else []
    if lines and _has_mixed_encodings(content):
        shown = ", ".join(map(str, lines[:MAX_SHOWN_LINES]))
        shown += ", …" if len(lines) > MAX_SHOWN_LINES else ""
        return (
            f"other lines are UTF-8, so the file mixes two encodings; type the letters in "
            f"line {shown} again in an editor, and save the file as UTF-8"
        )
    if encoding is None and lines and _may_be_cp1252(content):
        return f"{SAVE_ADVICE}, or name its encoding, such as encoding='cp1252'"
    return f"{SAVE_ADVICE}, or name its encoding in the argument encoding"


def _may_be_cp1252(content: bytes) -> bool:
    return _is_decodable(content, "cp1252") and NON_CP1252_LETTER.search(content) is None


def _has_mixed_encodings(content: bytes) -> bool:
    """Return whether some lines are non-ASCII UTF-8, which another encoding would misread."""
    return any(
        not line.isascii() and _is_decodable(line, "utf-8") for line in _split_lines(content)
    )


def _find_non_utf8_lines(content: bytes) -> list[int]:
    return [
        number
        for number, each in enumerate(_split_lines(content), 1)
        if not _is_decodable(each, "utf-8")
    ]


def _split_lines(content: bytes) -> list[bytes]:
    return re.split(rb"\r\n|\r|\n", content)


def _is_decodable(content: bytes, codec: str) -> bool:
    try:
        text = content.decode(codec)
    except UnicodeError:
        return False
    return "\0" not in text


def _find_line_number(before: bytes) -> int:
    """Return the number of the line that some bytes lead to; any end of line counts once."""
    unix = before.replace(b"\r\n", b"\n")
    return 1 + unix.count(b"\n") + unix.count(b"\r")


BLANKS: Final = " \t\u00a0\u2007\u202f\u3000\ufeff"
"""Spaces of all widths, and a byte order mark, which may be next to a separator."""

END_OF_LINE: Final = re.compile(r"\r\n|\r|\n")

MAX_CELL_LENGTH: Final = 131_072
"""Characters of a cell; a longer cell is the rest of the file after an unclosed quote."""

OVERLONG_CELL: Final = 'a cell is too long; is a closing quote (") missing?'

UNCLOSED_QUOTE: Final = 'a quote (") is opened here and never closed'

TEXT_AFTER_QUOTE: Final = 'a cell continues after its closing quote; double a quote inside it ("")'


@dataclass(frozen=True)
class Cell:
    """A cell's text without surrounding space.

    Attributes:
        text: The text.
        line: The number of its first line.
        is_quoted: Whether the cell is in quotes.
    """

    text: str
    line: int
    is_quoted: bool = False


Row = list[Cell]


class CsvScanner:
    """Reads the rows of a text, until its end or the first fault.

    Attributes:
        fault: The mistake that ended the reading, or None.
    """

    def __init__(self, text: str, separator: str, line: int = 1) -> None:
        """Set the text, the separator of its cells, and the number of its first line."""
        self.fault: Mistake | None = None
        self._text = text
        self._separator = separator
        self._line = line
        self._position = 0
        blanks = re.escape(BLANKS.replace(separator, ""))
        self._blanks_pattern = re.compile(f"[{blanks}]*")
        self._plain_text_pattern = re.compile(f"[^{re.escape(separator)}\r\n]*")

    def read_rows(self) -> Iterator[Row]:
        """Yield each row; an empty line is a row with one empty cell."""
        while self._position < len(self._text):
            row = self._read_row()
            if self.fault:
                return
            yield row

    def _read_row(self) -> Row:
        row = []
        while True:
            row.append(self._read_cell())
            if self.fault or self._text[self._position : self._position + 1] != self._separator:
                break
            self._position += 1
        end = END_OF_LINE.match(self._text, self._position)
        if end and not self.fault:
            self._position, self._line = end.end(), self._line + 1
        return row

    def _read_cell(self) -> Cell:
        line = self._line
        opening = self._skip_blanks(self._position)
        if self._text[opening : opening + 1] == '"':
            text = self._read_quoted_text(opening + 1)
            return Cell(text.strip(), line, is_quoted=True)
        found = self._plain_text_pattern.match(self._text, self._position)
        self._position = found.end() if found else self._position
        text = found[0] if found else ""
        if len(text) > MAX_CELL_LENGTH:
            self._record_fault(OVERLONG_CELL, line)
        return Cell(text.strip(), line)

    def _read_quoted_text(self, start: int) -> str:
        line, end = self._line, self._find_closing_quote(start)
        if end < 0:
            self._record_fault(UNCLOSED_QUOTE, line)
            return ""
        text = self._text[start:end]
        self._line += len(END_OF_LINE.findall(text))
        self._position = self._skip_blanks(end + 1)
        if self._text[self._position : self._position + 1] not in ("", self._separator, "\r", "\n"):
            where = "" if self._line == line else f" in line {self._line}"
            self._record_fault(TEXT_AFTER_QUOTE.replace(" quote;", f" quote{where};", 1), line)
        elif len(text) > MAX_CELL_LENGTH:
            self._record_fault(OVERLONG_CELL, line)
        return text.replace('""', '"')

    def _find_closing_quote(self, start: int) -> int:
        """Return the position of the closing quote, or -1; a doubled quote is text."""
        end = self._text.find('"', start)
        while end >= 0 and self._text[end + 1 : end + 2] == '"':
            end = self._text.find('"', end + 2)
        return end

    def _skip_blanks(self, at: int) -> int:
        found = self._blanks_pattern.match(self._text, at)
        return found.end() if found else at

    def _record_fault(self, message: str, line: int) -> None:
        self.fault = Mistake(f"{message}; the rest was not read", line)
