"""A ratchet on the private words of the project: each may become rarer, none more frequent.

The words are replaced by the terms that a reader already knows: a token is *issued*, a project is
*created*, a request gets a *response*, a message has a *text*. What remains is ordinary English,
such as ``make test`` or HTTP's "410 Gone".

``python -m tests.meta.test_english`` prints the counts of today, and with the name of a rule, such
as ``tell``, every use.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.meta.source_files import ROOT, list_files

FOLDERS = ("bench", "bim360_provider", "docs", "stacks", "tests")
PAGES = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md")
SUFFIXES = (".md", ".py", ".pyi")


def compile_words(*alternatives: str, unless: str = "") -> re.Pattern[str]:
    """Return a pattern of whole words, also within an identifier, such as ``names_made``."""
    words = "|".join(alternatives)
    return re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z]){unless}", re.IGNORECASE)


PATTERNS = {
    "tell": compile_words("told", "tells?", "telling"),
    "make": compile_words("made", "anew"),
    "is no": re.compile(r"(?:is|was|are|were) no (?!longer\b)[a-z]+", re.IGNORECASE),
    "somebody": compile_words("somebody", "nobody"),
    "thing": compile_words("things?"),
    "whoever": compile_words("whoever", "whom", "whatever", "wherever"),
    "to be had": compile_words("to be (?:had|seen|made|told|known)"),
    "for ever": compile_words("for ever"),
    "no more": compile_words("(?:no|any) more", unless="(?! than)"),
    "words": compile_words("words"),
    "ask": compile_words("ask(?:s|ed|ing)?", "questions?", "answer(?:s|ed|ing)?"),
    "private": compile_words(
        "young", "gone", "twins?", "beside", "let go", "led", "struck", "meant", "spared"
    ),
}
"""What is counted, by the name of the rule."""

MAXIMUM_COUNTS = {
    "tell": 0,
    "make": 11,
    "is no": 62,
    "somebody": 3,
    "thing": 0,
    "whoever": 3,
    "to be had": 0,
    "for ever": 0,
    "no more": 1,
    "words": 11,
    "ask": 74,
    "private": 4,
}
"""How often each may occur: lower a number when its count falls, and never raise one."""


class WordUse(NamedTuple):
    """One use of a private word."""

    place: str
    line: str

    def __str__(self) -> str:
        """Return the use as editors and compilers write it."""
        return f"{self.place}: {self.line}"


def is_counted(path: Path) -> bool:
    """Return whether the words of a file count."""
    place = path.relative_to(ROOT)
    return (
        path.suffix in SUFFIXES
        and path != Path(__file__)
        and (place.parts[0] in FOLDERS or place.as_posix() in PAGES)
    )


@cache
def read_counted_files() -> tuple[tuple[str, str], ...]:
    """Return the place and the text of every file whose words count, the last edited first."""
    paths = sorted(
        filter(is_counted, list_files()), key=lambda path: path.stat().st_mtime, reverse=True
    )
    return tuple(
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths
    )


def find_uses(pattern: re.Pattern[str]) -> Iterator[WordUse]:
    """Yield every use of the words of a pattern."""
    for place, text in read_counted_files():
        for number, line in enumerate(text.splitlines(), start=1):
            for _ in pattern.finditer(line):
                yield WordUse(f"{place}:{number}", line.strip())


@pytest.mark.parametrize("rule", PATTERNS)
def test_private_words_become_rarer(rule: str) -> None:
    """A failure lists every use, those in the files that were edited last first."""
    uses = list(find_uses(PATTERNS[rule]))

    assert len(uses) <= MAXIMUM_COUNTS[rule], "\n".join(
        [f"{len(uses)} uses, at most {MAXIMUM_COUNTS[rule]} are allowed:", *map(str, uses)]
    )


def test_every_rule_has_a_maximum() -> None:
    """A rule without a number would never fail."""
    assert MAXIMUM_COUNTS.keys() == PATTERNS.keys()


@pytest.mark.parametrize(
    ("rule", "text", "count"),
    [
        ("tell", "names_told = told(Tells)", 3),
        ("tell", "toldo stools", 0),
        ("is no", "the answer is no JSON", 1),
        ("is no", "it is no longer declared", 0),
        ("no more", "there are no more", 1),
        ("no more", "no more than five", 0),
        ("ask", "the task answers with a mask", 1),
    ],
)
def test_a_rule_counts_whole_words(rule: str, text: str, count: int) -> None:
    """Also those that an underscore joins."""
    assert len(PATTERNS[rule].findall(text)) == count


def list_counts() -> Iterator[str]:
    """Yield the lines of ``MAXIMUM_COUNTS`` as they are now."""
    for rule, pattern in PATTERNS.items():
        yield f'    "{rule}": {len(list(find_uses(pattern)))},'


if __name__ == "__main__":
    found = find_uses(PATTERNS[sys.argv[1]]) if sys.argv[1:] else list_counts()
    sys.stdout.writelines(f"{each}\n" for each in found)
