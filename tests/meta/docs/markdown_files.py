"""Read sections, tables and examples of Markdown files."""

import re

from tests.meta.source_files import ROOT

TableRow = tuple[str, ...]

# A cell may hold an escaped bar.
CELL_SEPARATOR = re.compile(r"(?<!\\)\|")
CODE_NAME = re.compile(r"`([^`]+)`")


def read_document(document: str) -> str:
    """Return the text of a document of the project."""
    return (ROOT / document).read_text(encoding="utf-8")


def read_section(document: str, heading: str) -> str:
    """Return the text below a heading, up to the next one of the same level."""
    _, _, rest = f"\n{read_document(document)}".partition(f"\n{heading}\n")
    marks = heading.split(" ", maxsplit=1)[0]
    return re.split(rf"^{marks} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def parse_rows(text: str) -> list[TableRow]:
    """Return the rows of the first table, without its header."""
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    table = lines[0].splitlines()[2:] if lines else []
    return [tuple(cell.strip() for cell in CELL_SEPARATOR.split(line)[1:-1]) for line in table]


def parse_name(cell: str) -> str:
    """Return the first name in backticks of a cell."""
    found = CODE_NAME.search(cell)
    return found[1] if found else cell


def list_examples(text: str, language: str) -> list[str]:
    """Return the code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
