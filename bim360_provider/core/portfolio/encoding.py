"""The bytes of a text file that a spreadsheet wrote, as text."""

import codecs
from typing import Final

from bim360_provider.core.portfolio.mistakes import Mistake

__all__ = ["decoded"]

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    # What Excel calls "Unicode Text".
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

ADVICE: Final = "save the file as 'CSV UTF-8', or name its encoding, such as encoding='cp1252'"


def decoded(content: bytes, encoding: str | None = None) -> str | Mistake:
    """Return the text of a file, or why it cannot be read.

    Args:
        content: The file.
        encoding: Python's name of its encoding; without one a byte order mark decides, and a
            file that has none is UTF-8.
    """
    mark, codec = next((each for each in MARKS if content.startswith(each[0])), (b"", "utf-8"))
    if encoding is not None:
        mark, codec = b"", encoding
    content = content[len(mark) :]
    try:
        text = content.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        byte = f"0x{content[error.start]:02X}"
        words = f"is not {codec} text (byte {byte}): {ADVICE}"
        return Mistake(words, _line(content[: error.start]))
    except LookupError:
        return Mistake(f"encoding='{encoding}' is not known; {ADVICE}")
    nul = text.find("\0")
    if nul >= 0:
        return Mistake(f"holds a NUL, which is no text: {ADVICE}", _line(text[:nul].encode()))
    return text


def _line(before: bytes) -> int:
    """Return the number of the line that some bytes lead to; any end of line counts once."""
    unix = before.replace(b"\r\n", b"\n")
    return 1 + unix.count(b"\n") + unix.count(b"\r")
