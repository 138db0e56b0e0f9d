"""The suggestion at the end of every message about an unknown name."""

from collections.abc import Iterable
from difflib import get_close_matches

LIKENESS = 0.4
"""Lower than difflib's 0.6: a far-off suggestion still shows what a name looks like here."""


def nearest_name(word: str, known: Iterable[str]) -> str | None:
    """Return the known name most like a word, whatever its case; None where none is alike."""
    spelt = {name.casefold(): name for name in known}
    alike = get_close_matches(word.casefold(), spelt, n=1, cutoff=LIKENESS)
    return spelt[alike[0]] if alike else None


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; the nearest known one is X``, or nothing where no known name is alike."""
    name = nearest_name(word, known)
    return "" if name is None else f"; the nearest known one is {name}"
