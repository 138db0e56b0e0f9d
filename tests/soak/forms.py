"""Texts for comparisons: both Unicode forms of a letter are the same."""

import unicodedata
from typing import TypeVar

__all__ = ["normalize_unicode"]

Value = TypeVar("Value")


def normalize_unicode(value: Value) -> Value | str:
    """Return a text in Unicode form C, and any other value unchanged."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
