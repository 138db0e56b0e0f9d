"""Text of people, made safe for Markdown on GitHub and for a terminal."""

import re
import unicodedata
from typing import Final

__all__ = ["markdown", "marker", "visible"]

# Punctuation with a meaning in the middle of a line of GitHub's Markdown, and at its beginning.
MEANINGFUL: Final = re.compile(r"([\\`*_\[\]#|~$])")
LEADING: Final = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))")
ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

CALLS: Final = re.compile(
    r"@|\$|://|www\.|[#!&^]\d|[~%][\w\"]|\bGH-\d|\b(?:CVE|GHSA)-\w|:[\w+-]+:|\b[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
"""What GitHub or GitLab makes a link, a mention, an emoji or a formula of, escaped or not.

https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting and
https://docs.gitlab.com/user/markdown/ list them. None is looked for in code, so a word with one of
them is shown as code.
"""

WORDS: Final = re.compile(r"[^\s|]+")
"""What becomes code as a whole; a bar would end the cell of a table there."""

PUNCTUATION: Final = re.compile(r"""^([(\['"]*)(.*?)([)\].,;:!?'"]*)$""")
"""What stands around a word, the word, and what stands behind it."""

INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what cannot be seen, or turns the direction of what follows."""

BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks, by Unicode's categories, that nothing is drawn for."""

JOINERS: Final = frozenset({"\u200c", "\u200d"})
"""Cannot be seen either, but Persian and emojis are written with them."""


def visible(text: str) -> str:
    """Return a text in one line with nothing hidden in it: what cannot be seen is spelled out."""
    plain = text.isprintable() and BLANKS.isdisjoint(text)
    return text if plain else "".join(map(_seen, text))


def _seen(char: str) -> str:
    seen = unicodedata.category(char) not in INVISIBLE and char not in BLANKS
    if char in JOINERS or seen:
        return char
    if char in "\n\t":
        return "⏎" if char == "\n" else " "
    return f"\\u{ord(char):04x}"


def markdown(text: str) -> str:
    """Return a text that reads as it is in a cell, a list or a heading of GitHub's Markdown.

    It can neither end a cell, nor start HTML, a link or a picture, nor mention anyone. What it
    shows is the text itself, without a character more, so that it can be copied.
    """
    shown, end = visible(text).strip(" "), 0
    parts = []
    for found in WORDS.finditer(shown):
        if CALLS.search(found[0]):
            start, stop = _core(found[0])
            code = shown[found.start() + start : found.start() + stop]
            parts += [_escaped(shown[end : found.start() + start]), _code(code)]
            end = found.start() + stop
    parts.append(_escaped(shown[end:]))
    return LEADING.sub(lambda found: _led(*found.groups()), "".join(parts))


def _core(word: str) -> tuple[int, int]:
    """Return where a word begins and ends without the punctuation around it."""
    found = PUNCTUATION.match(word)
    if found and CALLS.search(found[2]):
        return found.start(2), found.end(2)
    return 0, len(word)


def _code(word: str) -> str:
    """Return a word as a code span, whatever backticks it holds."""
    longest = max(map(len, re.findall("`+", word)), default=0)
    fence, space = "`" * (longest + 1), " " if "`" in (word[0], word[-1]) else ""
    return f"{fence}{space}{word}{space}{fence}"


def _led(blanks: str, sign: str | None, number: str | None, point: str | None) -> str:
    """Return the beginning of a line that would be a list, or a line under a heading."""
    return f"{blanks}\\{sign}" if sign else f"{blanks}{number}\\{point}"


def _escaped(text: str) -> str:
    return MEANINGFUL.sub(r"\\\1", text.translate(ENTITIES))


def marker(title: str) -> str:
    """Return the hidden comment by which a pipeline finds the review that it wrote before."""
    safe = re.sub(r"-{2,}", "-", re.sub(r"[^\w./ -]", "_", title))
    return f"<!-- bim360 review: {safe} -->"
