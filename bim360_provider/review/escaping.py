"""Text of people, made safe for Markdown on GitHub and for a terminal."""

import re
import unicodedata
from typing import Final

__all__ = ["markdown", "marker", "visible"]

# Punctuation with a meaning in the middle of a line of GitHub's Markdown, and at its beginning.
MEANINGFUL: Final = re.compile(r"([\\`*_\[\]#|~$])")
LEADING: Final = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))")
ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

# GitHub looks for these in the finished text, so that no backslash keeps it from telling somebody,
# linking an issue or painting an emoji. A space of no width does.
CALLS: Final = re.compile(
    r"(?<![A-Za-z0-9_])@(?=\w)|#(?=\d)|(?<=GH)-(?=\d)|:(?=//)|(?<![A-Za-z0-9_:]):(?=[a-z0-9_+-]+:(?!:))|(?<=www)\.",
    re.IGNORECASE,
)
NO_WIDTH_ENTITY: Final = "&#8203;"

INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what cannot be seen, or turns the direction of what follows."""

JOINERS: Final = frozenset({"\u200c", "\u200d"})
"""Cannot be seen either, but Persian and emojis are written with them."""


def visible(text: str) -> str:
    """Return a text in one line with nothing hidden in it: what cannot be seen is spelled out."""
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(char: str) -> str:
    if char in JOINERS or unicodedata.category(char) not in INVISIBLE:
        return char
    if char in "\n\t":
        return "⏎" if char == "\n" else " "
    return f"\\u{ord(char):04x}"


def markdown(text: str) -> str:
    """Return a text that reads as it is in a cell, a list or a heading of GitHub's Markdown.

    It can neither end a cell, nor start HTML, a link or a picture, nor mention anybody.
    """
    shown = visible(text)
    whole = NO_WIDTH_ENTITY.join(map(_escaped, CALLS.sub(r"\g<0>\0", shown).split("\0")))
    return LEADING.sub(lambda found: _led(*found.groups()), whole)


def _led(blanks: str, sign: str | None, number: str | None, point: str | None) -> str:
    """Return the beginning of a line that would be a list, or a line under a heading."""
    return f"{blanks}\\{sign}" if sign else f"{blanks}{number}\\{point}"


def _escaped(text: str) -> str:
    return MEANINGFUL.sub(r"\\\1", text.translate(ENTITIES))


def marker(title: str) -> str:
    """Return the hidden comment by which a pipeline finds the review that it wrote before."""
    safe = re.sub(r"-{2,}", "-", re.sub(r"[^\w./ -]", "_", title))
    return f"<!-- bim360 review: {safe} -->"
