"""Read a CSV file as projects, with the same rules as a project in a stack."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bim360_provider.core import project
from bim360_provider.core.csv_import.misplaced_cells import (
    RowLayout,
    describe_reading,
    find_header_fault,
    find_shift,
    separate_broken_rows,
)
from bim360_provider.core.csv_import.table import (
    COLUMN_NAMES,
    PROVIDER_ARGUMENTS,
    REQUIRED_ARGUMENTS,
    RESOURCE_NAME_COLUMN,
    ColumnMap,
    CsvTable,
    find_cell_fault,
    map_columns,
    parse_table,
)
from bim360_provider.core.csv_import.text import Cell, Mistake, Row, decode_file, detect_encoding
from bim360_provider.core.csv_import.values import find_format_fault, parse_value
from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import UNKNOWN, Problem
from bim360_provider.models import normalize

__all__ = [
    "CsvProject",
    "CsvProjects",
    "RowRules",
    "build_resource_name",
    "build_slug",
    "check_common_arguments",
    "read_csv_projects",
    "read_row",
]

Values = Mapping[str, Any]

EMPTY_ROW: Final = "has no value in any column of a project; remove the line"

MISSING_VALUES_ADVICE: Final = "write them, or remove the line if it is not a project"

MAX_RESOURCE_NAME_LENGTH: Final = 255
"""Characters of a resource name: Pulumi has no limit, but the backends' file names do."""


@dataclass(frozen=True)
class RowRules:
    """What every row is read with.

    Attributes:
        layout: Where the cells of a row belong.
        common: Arguments of every project whose line does not give them.
        faults: What is wrong with those, which is not told again for every line.
        settings: Say whether values outside the public lists are let through.
        date_format: How the file writes dates.
    """

    layout: RowLayout
    common_arguments: Values
    faults: tuple[Problem, ...]
    settings: Settings
    date_format: str | None

    def get_cell(self, row: Row, argument: str) -> Cell:
        """Return an argument's cell; an empty one at the row's end where the row has none."""
        position = self.layout.positions.get(argument, len(row))
        return row[position] if position < len(row) else Cell("", row[-1].line)

    def find_missing_arguments(self, values: Values) -> list[str]:
        """Return the arguments that a row lacks although their columns are there."""
        needed = [name for name in self.layout.required_arguments if name in self.layout.positions]
        return [name for name in needed if name not in values]


def check_common_arguments(common: Values, settings: Settings) -> tuple[Problem, ...]:
    """Return what is wrong with arguments that all projects are to have."""
    faults = []
    if "name" in common:
        faults.append(Problem("name", "is each project's own: it must be a column"))
    faults += [
        Problem(name, "is said by a Bim360Provider in opts=")
        for name in PROVIDER_ARGUMENTS
        if name in common
    ]
    _, problems = project.check({}, common, settings)
    return (*faults, *(each for each in problems if each.argument in common and not each.warning))


def read_row(row: Row, rules: RowRules) -> tuple[dict[str, Any], list[Mistake]]:
    """Return what a row says, empty cells left out, and everything that is wrong with it."""
    values, mistakes = _parse_row(row, rules)
    if not values and not mistakes:
        return {}, [Mistake(EMPTY_ROW, row[0].line)]
    return values, mistakes + _check_row(row, values, rules)


def _parse_row(row: Row, rules: RowRules) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    mistakes = []
    for argument in rules.layout.positions:
        cell = rules.get_cell(row, argument)
        if not cell.text:
            continue
        try:
            values[argument] = _parse_cell(argument, cell, rules.date_format)
        except ValueError as error:
            # A value that is wrong is judged once, and compared with no other.
            values[argument] = UNKNOWN
            mistakes.append(Mistake(str(error), cell.line, argument))
    return values, mistakes


def _parse_cell(argument: str, cell: Cell, date_format: str | None) -> Any:
    fault = find_cell_fault(cell)
    if fault:
        raise ValueError(fault)
    value = parse_value(argument, cell.text, date_format)
    return (
        normalize.limit_text(MAX_RESOURCE_NAME_LENGTH)(value)
        if argument == RESOURCE_NAME_COLUMN
        else value
    )


def _check_row(row: Row, values: Values, rules: RowRules) -> list[Mistake]:
    given = {name: each for name, each in values.items() if name != RESOURCE_NAME_COLUMN}
    _, problems = project.check({}, {**rules.common_arguments, **given}, rules.settings)
    missing = rules.find_missing_arguments(values)
    together = missing if len(missing) > 1 else []
    sources = {*rules.layout.positions, *rules.common_arguments}.difference(together)
    mistakes = [
        Mistake(problem.message, rules.get_cell(row, problem.argument).line, problem.argument)
        for problem in problems
        if problem.argument in sources and problem not in rules.faults and not problem.warning
    ]
    if together:
        mistakes.append(
            Mistake(f"has no {', '.join(together)}; {MISSING_VALUES_ADVICE}", row[0].line)
        )
    return mistakes


MAX_SLUG_LENGTH: Final = 60
"""Characters that are kept: as many as a preview shows in a line."""

HASH_LENGTH: Final = 8
"""Hexadecimal digits of the hash: two of the same words meet once in four thousand million."""

LATIN_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "þ": "th", "ð": "d", "đ": "d", "ł": "l"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
"""Latin letters that Unicode does not take apart into a plain one and its mark."""


def build_resource_name(project_name: str) -> str:
    """Return ``harbor-point-tower`` for ``Harbor Point Tower``.

    Where letters or signs are lost, a hash of the exact name tells it from the others.
    """
    words = build_slug(project_name)
    if words.replace("-", " ") == project_name.lower():
        return words
    digest = hashlib.sha256(project_name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{words or 'project'}-{digest}"


def build_slug(name: str) -> str:
    """Return the letters and digits of a name, with dashes between the words; none may be left."""
    latin = unicodedata.normalize("NFKD", name.lower().translate(LATIN_LETTERS))
    plain = latin.encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:MAX_SLUG_LENGTH].strip("-")


MISSING_ROWS: Final = "names no projects, which would archive all that it named before"
"""A file that was cut off is likelier than a wish that `pulumi destroy` fulfils."""

MIN_MOVED_ROWS: Final = 3
"""Rows that have moved before the header is suspected."""


@dataclass(frozen=True)
class CsvProject:
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
class CsvProjects:
    """The projects of a file.

    Attributes:
        entries: In the file's order.
        aside: Columns that mean nothing here.
        mistakes: Everything that is wrong; where there is anything, the entries are incomplete.
    """

    entries: list[CsvProject] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_csv_projects(
    content: bytes,
    common: Values,
    settings: Settings,
    *,
    encoding: str | None = None,
    date_format: str | None = None,
) -> CsvProjects:
    """Return the projects of a file, or all of its mistakes; nothing is asked of HQ.

    Args:
        content: The file.
        common: Arguments of every project whose line does not give them; values may be unknown.
        settings: Say whether values outside the public lists are let through.
        encoding: Python's name of the file's encoding, if it cannot be told from the file.
        date_format: How the file writes dates, in ``strptime``'s language.
    """
    fault = find_format_fault(date_format) if date_format else None
    if fault:
        return CsvProjects(mistakes=[Mistake(fault, column="argument date_format")])
    text = decode_file(content, encoding)
    if isinstance(text, Mistake):
        return CsvProjects(mistakes=[text])
    cells = parse_table(text, COLUMN_NAMES)
    if not cells.header:
        return CsvProjects(mistakes=cells.mistakes or [Mistake("is empty")])
    codec = encoding or detect_encoding(content)
    strange = find_header_fault(cells, codec)
    if strange:
        return CsvProjects(mistakes=[strange])
    head = map_columns(cells.header, common, describe_reading(cells, codec))
    faults = check_common_arguments(common, settings)
    rules = RowRules(_build_layout(cells, head, common), common, faults, settings, date_format)
    mistakes = [Mistake(fault.message, column=f"argument {fault.argument}") for fault in faults]
    mistakes += head.mistakes + cells.mistakes
    if not cells.rows and not cells.mistakes:
        mistakes.append(Mistake(MISSING_ROWS))
    entries, found = _read_entries(cells, rules, head)
    return CsvProjects(entries, head.ignored_columns, mistakes + found)


def _build_layout(cells: CsvTable, head: ColumnMap, common: Values) -> RowLayout:
    named = frozenset(position for position, cell in enumerate(cells.header) if cell.text)
    required = [each for each in REQUIRED_ARGUMENTS if each not in common]
    return RowLayout(cells.separator, head.positions, required, named, len(cells.header))


def _read_entries(
    cells: CsvTable, rules: RowRules, head: ColumnMap
) -> tuple[list[CsvProject], list[Mistake]]:
    entries, moved = [], []
    rows, mistakes = separate_broken_rows(cells.rows, rules.layout)
    for row in rows:
        shifted = _check_repeated_header(cells.header, row) or find_shift(row, rules.layout)
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
            own = values.pop(RESOURCE_NAME_COLUMN, None) or build_resource_name(name)
            entries.append(CsvProject(own, values, rules.get_cell(row, "name").line))
    return entries, [
        *_summarize_moved_rows(moved, len(cells.rows), head),
        *mistakes,
        *_find_duplicates(entries),
    ]


def _check_repeated_header(header: Row, row: Row) -> Mistake | None:
    if [cell.text for cell in row] != [cell.text for cell in header]:
        return None
    return Mistake("repeats the header; remove the line", row[0].line)


def _summarize_moved_rows(moved: list[Mistake], rows: int, head: ColumnMap) -> list[Mistake]:
    """Return the rows that have moved; if most have, it is the header that has."""
    if len(moved) < MIN_MOVED_ROWS or len(moved) * 2 <= rows:
        return moved
    if head.mistakes:
        return []
    words = f"{moved[0].message} ({len(moved)} of {rows} lines: look at the header, too)"
    return [replace(moved[0], message=words)]


def _find_duplicates(entries: list[CsvProject]) -> list[Mistake]:
    """Return the lines that name a project, or a resource, which an earlier line has named."""
    mistakes = []
    names: dict[str, int] = {}
    resources: dict[str, int] = {}
    for entry in entries:
        name = entry.arguments["name"]
        same_name = names.setdefault(name, entry.line)
        same_resource = resources.setdefault(entry.resource_name, entry.line)
        if same_name != entry.line:
            words = f"{normalize.quote_value(name)} is the project of line {same_name} already"
            mistakes.append(Mistake(words, entry.line, "name"))
        elif same_resource != entry.line:
            words = f"{normalize.quote_value(entry.resource_name)} is the resource of line {same_resource}"
            advice = f"already; tell them apart in a column {RESOURCE_NAME_COLUMN}"
            mistakes.append(Mistake(f"{words} {advice}", entry.line, "name"))
    return mistakes
