"""Documents read by heading, table and example: what the tests of their truth look at."""

import re

from tests.meta.source_files import ROOT

Row = tuple[str, ...]

# A cell may hold an escaped bar.
CELL = re.compile(r"(?<!\\)\|")
NAMES = re.compile(r"`([^`]+)`")


def text_of(document: str) -> str:
    """Return a document of the project."""
    return (ROOT / document).read_text(encoding="utf-8")


def section(document: str, heading: str) -> str:
    """Return what stands under a heading, down to the next one of its kind."""
    _, _, rest = f"\n{text_of(document)}".partition(f"\n{heading}\n")
    marks = heading.split(" ", maxsplit=1)[0]
    return re.split(rf"^{marks} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[Row]:
    """Return the rows of the first table, without its head."""
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    table = lines[0].splitlines()[2:] if lines else []
    return [tuple(cell.strip() for cell in CELL.split(line)[1:-1]) for line in table]


def name_of(cell: str) -> str:
    """Return the name that a cell writes as code."""
    found = NAMES.search(cell)
    return found[1] if found else cell


def examples(text: str, language: str) -> list[str]:
    """Return the blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
