"""Text of people, made safe for Markdown on GitHub and for a terminal."""

import re
import unicodedata
from typing import Final

__all__ = ["build_marker", "escape_invisible_characters", "escape_markdown"]

# Punctuation with a meaning in the middle of a line of GitHub's Markdown, and at its beginning.
MARKDOWN_PUNCTUATION_PATTERN: Final = re.compile(r"([\\`*_\[\]#|~$])")
LINE_START_PATTERN: Final = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))")
HTML_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

AUTOLINK_PATTERN: Final = re.compile(
    r"@|\$|://|www\.|[#!&^]\d|[~%][\w\"]|\bGH-\d|\b(?:CVE|GHSA)-\w|:[\w+-]+:|\b[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
"""What GitHub or GitLab makes a link, a mention, an emoji or a formula of, escaped or not.

https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting and
https://docs.gitlab.com/user/markdown/ list them. None is looked for in code, so a word with one of
them is shown as code.
"""

WORD_PATTERN: Final = re.compile(r"[^\s|]+")
"""What becomes code as a whole; a bar would end the cell of a table there."""

WORD_CORE_PATTERN: Final = re.compile(r"""^([(\['"]*)(.*?)([)\].,;:!?'"]*)$""")
"""What stands around a word, the word, and what stands behind it."""

INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what cannot be seen, or turns the direction of what follows."""

BLANK_CHARACTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks, by Unicode's categories, that nothing is drawn for."""

JOINER_CHARACTERS: Final = frozenset({"\u200c", "\u200d"})
"""Cannot be seen either, but Persian and emojis are written with them."""


def escape_invisible_characters(text: str) -> str:
    """Return a text in one line with nothing hidden in it: what cannot be seen is spelled out."""
    plain = text.isprintable() and BLANK_CHARACTERS.isdisjoint(text)
    return text if plain else "".join(map(_escape_character, text))


def _escape_character(char: str) -> str:
    seen = unicodedata.category(char) not in INVISIBLE_CATEGORIES and char not in BLANK_CHARACTERS
    if char in JOINER_CHARACTERS or seen:
        return char
    if char in "\n\t":
        return "⏎" if char == "\n" else " "
    return f"\\u{ord(char):04x}"


def escape_markdown(text: str) -> str:
    """Return a text that reads as it is in a cell, a list or a heading of GitHub's Markdown.

    It can neither end a cell, nor start HTML, a link or a picture, nor mention anyone. What it
    shows is the text itself, without a character more, so that it can be copied.
    """
    shown, end = escape_invisible_characters(text).strip(" "), 0
    parts = []
    for found in WORD_PATTERN.finditer(shown):
        if AUTOLINK_PATTERN.search(found[0]):
            start, stop = _find_word_core(found[0])
            code = shown[found.start() + start : found.start() + stop]
            parts += [
                _escape_punctuation(shown[end : found.start() + start]),
                _format_code_span(code),
            ]
            end = found.start() + stop
    parts.append(_escape_punctuation(shown[end:]))
    return LINE_START_PATTERN.sub(lambda found: _escape_line_start(*found.groups()), "".join(parts))


def _find_word_core(word: str) -> tuple[int, int]:
    """Return where a word begins and ends without the punctuation around it."""
    found = WORD_CORE_PATTERN.match(word)
    if found and AUTOLINK_PATTERN.search(found[2]):
        return found.start(2), found.end(2)
    return 0, len(word)


def _format_code_span(word: str) -> str:
    """Return a word as a code span, whatever backticks it holds."""
    longest = max(map(len, re.findall("`+", word)), default=0)
    fence, space = "`" * (longest + 1), " " if "`" in (word[0], word[-1]) else ""
    return f"{fence}{space}{word}{space}{fence}"


def _escape_line_start(blanks: str, sign: str | None, number: str | None, point: str | None) -> str:
    """Return the beginning of a line that would be a list, or a line under a heading."""
    return f"{blanks}\\{sign}" if sign else f"{blanks}{number}\\{point}"


def _escape_punctuation(text: str) -> str:
    return MARKDOWN_PUNCTUATION_PATTERN.sub(r"\\\1", text.translate(HTML_ENTITIES))


def build_marker(title: str) -> str:
    """Return the hidden comment by which a pipeline finds the review that it wrote before."""
    safe = re.sub(r"-{2,}", "-", re.sub(r"[^\w./ -]", "_", title))
    return f"<!-- bim360 review: {safe} -->"
