"""The suggestion at the end of every message about an unknown name."""

from collections.abc import Iterable
from difflib import get_close_matches

LIKENESS = 0.4
"""Lower than difflib's 0.6: a far-off suggestion still shows what a name looks like here."""


def nearest_name(word: str, known: Iterable[str]) -> str | None:
    """Return the known name most like a word, None where none is alike."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=LIKENESS)), None)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; the nearest known one is X``, or nothing where no known name is alike."""
    name = nearest_name(word, known)
    return "" if name is None else f"; the nearest known one is {name}"
