"""The Unicode forms of a text: people see no difference, and a comparison of bytes does."""

import unicodedata

__all__ = ["composed", "decomposed"]


def composed(words: str) -> str:
    """Return a text in Unicode's normal form C, in which two spellings of ``é`` are one.

    macOS and some spreadsheets write names in form D: https://unicode.org/reports/tr15/ .
    """
    return words if words.isascii() else unicodedata.normalize("NFC", words)


def decomposed(words: str) -> str | None:
    """Return a text in Unicode's normal form D; None where that is the same as form C."""
    form_d = words if words.isascii() else unicodedata.normalize("NFD", words)
    return None if form_d == words else form_d
