"""Escape user text for GitHub Markdown and for a terminal."""

import re
import unicodedata
from typing import Final

__all__ = ["build_marker", "escape_invisible_characters", "escape_markdown"]

# Punctuation with a meaning in the middle and at the start of a line of GitHub Markdown.
MARKDOWN_PUNCTUATION_PATTERN: Final = re.compile(r"([\\`*_\[\]#|~$])")
LINE_START_PATTERN: Final = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))")
HTML_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

AUTOLINK_PATTERN: Final = re.compile(
    r"@|\$|://|www\.|[#!&^]\d|[~%][\w\"]|\bGH-\d|\b(?:CVE|GHSA)-\w|:[\w+-]+:|\b[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
"""Text that GitHub or GitLab turns into a link, mention, emoji or formula, even if escaped.

https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting and
https://docs.gitlab.com/user/markdown/ list them. Code spans are exempt, so a word with one of them
is shown as code.
"""

WORD_PATTERN: Final = re.compile(r"[^\s|]+")
"""A word that may become a code span; a bar would end a table cell even in code."""

WORD_CORE_PATTERN: Final = re.compile(r"""^([(\['"]*)(.*?)([)\].,;:!?'"]*)$""")
"""The punctuation before a word, the word, and the punctuation after it."""

INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of invisible and direction-changing characters."""

BLANK_CHARACTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Blank characters in the Unicode categories of letters and marks."""

JOINER_CHARACTERS: Final = frozenset({"\u200c", "\u200d"})
"""Invisible characters that are kept: Persian and emoji need them."""


def escape_invisible_characters(text: str) -> str:
    """Return a text on one line with invisible characters as escape sequences."""
    is_plain = text.isprintable() and BLANK_CHARACTERS.isdisjoint(text)
    return text if is_plain else "".join(map(_escape_character, text))


def _escape_character(char: str) -> str:
    is_visible = (
        unicodedata.category(char) not in INVISIBLE_CATEGORIES and char not in BLANK_CHARACTERS
    )
    if char in JOINER_CHARACTERS or is_visible:
        return char
    if char in "\n\t":
        return "⏎" if char == "\n" else " "
    return f"\\u{ord(char):04x}"


def escape_markdown(text: str) -> str:
    """Return a text escaped for a cell, list or heading of GitHub Markdown.

    It cannot end a cell, start HTML, a link or a picture, or mention a user. It renders as the
    text itself without additional characters, so that it can be copied.
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
    """Return the start and end of a word without the punctuation around it."""
    found = WORD_CORE_PATTERN.match(word)
    if found and AUTOLINK_PATTERN.search(found[2]):
        return found.start(2), found.end(2)
    return 0, len(word)


def _format_code_span(word: str) -> str:
    """Return a word as a code span; the word may contain backticks."""
    longest = max(map(len, re.findall("`+", word)), default=0)
    fence, space = "`" * (longest + 1), " " if "`" in (word[0], word[-1]) else ""
    return f"{fence}{space}{word}{space}{fence}"


def _escape_line_start(blanks: str, sign: str | None, number: str | None, point: str | None) -> str:
    """Return an escaped line start that would begin a list or underline a heading."""
    return f"{blanks}\\{sign}" if sign else f"{blanks}{number}\\{point}"


def _escape_punctuation(text: str) -> str:
    return MARKDOWN_PUNCTUATION_PATTERN.sub(r"\\\1", text.translate(HTML_ENTITIES))


def build_marker(title: str) -> str:
    """Return the hidden comment by which a pipeline finds its previous review."""
    safe = re.sub(r"-{2,}", "-", re.sub(r"[^\w./ -]", "_", title))
    return f"<!-- bim360 review: {safe} -->"
