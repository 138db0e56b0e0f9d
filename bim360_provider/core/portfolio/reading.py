"""A CSV file as projects, judged by the same rules as a project in a stack."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bim360_provider.core.portfolio.breaks import without_broken_rows
from bim360_provider.core.portfolio.columns import (
    NAMES,
    REQUIRED,
    RESOURCE_NAME,
    Columns,
    columns,
)
from bim360_provider.core.portfolio.dates import format_fault
from bim360_provider.core.portfolio.encoding import decoded, encoding_of
from bim360_provider.core.portfolio.judging import Rules, faults_of, read_row
from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.naming import resource_name
from bim360_provider.core.portfolio.scanning import Row
from bim360_provider.core.portfolio.shifts import Layout, shift
from bim360_provider.core.portfolio.strange_headers import read_as, strange_header
from bim360_provider.core.portfolio.table import Table, table
from bim360_provider.core.settings import Settings
from bim360_provider.models import normal

__all__ = ["Entry", "Portfolio", "read_portfolio"]

Values = Mapping[str, Any]

NO_ROWS: Final = "names no projects, which would archive all that it named before"
"""A file that was cut off is likelier than a wish that `pulumi destroy` fulfils."""

MANY: Final = 3
"""Rows that have moved before the header is suspected."""


@dataclass(frozen=True)
class Entry:
    """One project of the file.

    Attributes:
        resource_name: Pulumi's name for it.
        arguments: What its line says; what all projects have in common is not in it.
        line: Where it stands.
    """

    resource_name: str
    arguments: dict[str, Any]
    line: int


@dataclass
class Portfolio:
    """The projects of a file.

    Attributes:
        entries: In the file's order.
        aside: Columns that mean nothing here.
        mistakes: Everything that is wrong; where there is anything, the entries are incomplete.
    """

    entries: list[Entry] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_portfolio(
    content: bytes,
    common: Values,
    settings: Settings,
    *,
    encoding: str | None = None,
    date_format: str | None = None,
) -> Portfolio:
    """Return the projects of a file, or all of its mistakes; nothing is asked of HQ.

    Args:
        content: The file.
        common: Arguments of every project whose line does not give them; values may be unknown.
        settings: Say whether values outside the public lists are let through.
        encoding: Python's name of the file's encoding, if it cannot be told from the file.
        date_format: How the file writes dates, in ``strptime``'s language.
    """
    fault = format_fault(date_format) if date_format else None
    if fault:
        return Portfolio(mistakes=[Mistake(fault, column="argument date_format")])
    text = decoded(content, encoding)
    if isinstance(text, Mistake):
        return Portfolio(mistakes=[text])
    cells = table(text, NAMES)
    if not cells.header:
        return Portfolio(mistakes=cells.mistakes or [Mistake("is empty")])
    codec = encoding or encoding_of(content)
    strange = strange_header(cells, codec)
    if strange:
        return Portfolio(mistakes=[strange])
    head = columns(cells.header, common, read_as(cells, codec))
    faults = faults_of(common, settings)
    rules = Rules(_layout(cells, head, common), common, faults, settings, date_format)
    mistakes = [Mistake(fault.words, column=f"argument {fault.argument}") for fault in faults]
    mistakes += head.mistakes + cells.mistakes
    if not cells.rows and not cells.mistakes:
        mistakes.append(Mistake(NO_ROWS))
    entries, found = _entries(cells, rules, head)
    return Portfolio(entries, head.aside, mistakes + found)


def _layout(cells: Table, head: Columns, common: Values) -> Layout:
    named = frozenset(position for position, cell in enumerate(cells.header) if cell.text)
    required = [each for each in REQUIRED if each not in common]
    return Layout(cells.separator, head.positions, required, named, len(cells.header))


def _entries(cells: Table, rules: Rules, head: Columns) -> tuple[list[Entry], list[Mistake]]:
    entries, moved = [], []
    rows, mistakes = without_broken_rows(cells.rows, rules.layout)
    for row in rows:
        shifted = _repeats(cells.header, row) or shift(row, rules.layout)
        if shifted:
            # Nothing else that could be said of cells under other columns would be true.
            moved.append(shifted)
            continue
        values, found = read_row(row, rules)
        mistakes += found
        name = values.get("name")
        if isinstance(name, str) and not any(each.column == "name" for each in found):
            # One name has two forms in Unicode, and which one is written depends on the system.
            values["name"] = name = unicodedata.normalize("NFC", name)
            own = values.pop(RESOURCE_NAME, None) or resource_name(name)
            entries.append(Entry(own, values, rules.cell(row, "name").line))
    return entries, [*_moved(moved, len(cells.rows), head), *mistakes, *_repeated(entries)]


def _repeats(header: Row, row: Row) -> Mistake | None:
    if [cell.text for cell in row] != [cell.text for cell in header]:
        return None
    return Mistake("repeats the header; remove the line", row[0].line)


def _moved(moved: list[Mistake], rows: int, head: Columns) -> list[Mistake]:
    """Return the rows that have moved; if most have, it is the header that has."""
    if len(moved) < MANY or len(moved) * 2 <= rows:
        return moved
    if head.mistakes:
        return []
    words = f"{moved[0].words} ({len(moved)} of {rows} lines: look at the header, too)"
    return [replace(moved[0], words=words)]


def _repeated(entries: list[Entry]) -> list[Mistake]:
    """Return the lines that name a project, or a resource, which an earlier line has named."""
    mistakes = []
    names: dict[str, int] = {}
    resources: dict[str, int] = {}
    for entry in entries:
        name = entry.arguments["name"]
        same_name = names.setdefault(name, entry.line)
        same_resource = resources.setdefault(entry.resource_name, entry.line)
        if same_name != entry.line:
            words = f"{normal.shown(name)} is the project of line {same_name} already"
            mistakes.append(Mistake(words, entry.line, "name"))
        elif same_resource != entry.line:
            words = f"{normal.shown(entry.resource_name)} is the resource of line {same_resource}"
            advice = f"already; tell them apart in a column {RESOURCE_NAME}"
            mistakes.append(Mistake(f"{words} {advice}", entry.line, "name"))
    return mistakes
