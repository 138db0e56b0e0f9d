"""Values as Python, in the one form that ``ruff format`` and ``black`` leave as it is."""

import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from bim360_provider.export.declaration import Reference

__all__ = ["INDENT", "WIDTH", "literal", "number", "text"]

WIDTH: Final = 88
"""Columns of a line: what both formatters take unless told otherwise."""

INDENT: Final = 4

EXACT: Final = 2**53
"""Whole numbers below it are floats without loss."""

Spell: TypeAlias = Callable[[Reference], str]
"""Returns the variable that a reference means."""


def literal(value: Any, spell: Spell, before: int, depth: int) -> str:
    """Return a value as Python.

    Args:
        value: Text, a number, a list, a mapping, a reference, or any of these inside another.
        spell: Returns what to write for a reference.
        before: Columns of the line that are taken before it.
        depth: How deep the line is indented.
    """
    flat = _flat(value, spell)
    if before + columns(flat) + len(",") <= WIDTH:
        return flat
    if isinstance(value, Reference) and value.key is not None:
        head, _, key = flat.partition("[")
        return f"{head}[\n{' ' * (depth + INDENT)}{key[:-1]}\n{' ' * depth}]"
    return _exploded(value, spell, depth) if isinstance(value, (list, Mapping)) and value else flat


def text(value: str) -> str:
    """Return text in double quotes, or in single ones where that saves backslashes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_escaped(character, quote) for character in value) + quote


def number(value: float) -> str:
    """Return a number; a whole one without its point, and thousands apart."""
    if not math.isfinite(value):
        msg = f"{value} is no number that Python can write"
        raise ValueError(msg)
    exact = value == int(value) and abs(value) < EXACT
    return f"{int(value) if exact else value:_}".replace("e+", "e")


def columns(words: str) -> int:
    """Return how wide a terminal shows text, at most."""
    return sum(1 + (unicodedata.east_asian_width(each) in "FWA") for each in words)


def _escaped(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]


def _flat(value: Any, spell: Spell) -> str:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, Reference):
        return spell(value)
    if isinstance(value, Mapping):
        return (
            f"{{{', '.join(f'{text(key)}: {_flat(each, spell)}' for key, each in value.items())}}}"
        )
    return f"[{', '.join(_flat(each, spell) for each in value)}]"


def _exploded(value: Any, spell: Spell, depth: int) -> str:
    """Return a list or a mapping with a line for each element."""
    margin = " " * (depth + INDENT)
    lines = []
    pairs = value.items() if isinstance(value, Mapping) else ((None, each) for each in value)
    for key, each in pairs:
        head = margin if key is None else f"{margin}{text(key)}: "
        lines.append(f"{head}{literal(each, spell, columns(head), depth + INDENT)},")
    first, last = "{}" if isinstance(value, Mapping) else "[]"
    return "\n".join([first, *lines, f"{' ' * depth}{last}"])
