"""Texts as they are compared: both Unicode forms of a letter are the same."""

import unicodedata
from typing import TypeVar

__all__ = ["composed"]

Value = TypeVar("Value")


def composed(value: Value) -> Value | str:
    """Return a text in Unicode form C, and anything else as it is."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
