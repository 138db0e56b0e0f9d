"""A value as errors show it: on one line, short, and so that it can be seen."""

from typing import Final

from bim360_provider.models import secrecy

__all__ = ["SHOWN", "shown", "visible"]

SHOWN: Final = 60
"""Characters of a value that are shown: who wrote it knows the rest."""


def shown(value: object) -> str:
    """Return a value as an error shows it: one short line, quoted when it is text."""
    if secrecy.hides(value):
        return secrecy.MASK
    words = f"'{value}'" if isinstance(value, str) else f"{value!r}"
    words = visible(" ".join(words.split()))
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"


def visible(words: str) -> str:
    """Return a text of any length as an error shows it: on one line, all of it to be seen."""
    return "".join(_visible(character) for character in words)


def _visible(character: str) -> str:
    """Return a character that would steer a terminal, or not show at all, as its code."""
    return character if character.isprintable() else ascii(character)[1:-1]
