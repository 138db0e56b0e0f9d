"""Read projects from a CSV file, with the same rules as for a project in a program."""

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

MISSING_VALUES_ADVICE: Final = "add them, or remove the line if it is not a project"

MAX_RESOURCE_NAME_LENGTH: Final = 255
"""Characters of a resource name: Pulumi has no limit, but file names of its backends have one."""


@dataclass(frozen=True)
class RowRules:
    """The rules for reading a row.

    Attributes:
        layout: The positions of the cells in a row.
        common_arguments: Arguments of all projects whose lines do not give them.
        faults: Problems of the common arguments, which are not repeated for each line.
        settings: Define whether values outside HQ's public lists are accepted.
        date_format: The file's date format.
    """

    layout: RowLayout
    common_arguments: Values
    faults: tuple[Problem, ...]
    settings: Settings
    date_format: str | None

    def get_cell(self, row: Row, argument: str) -> Cell:
        """Return an argument's cell, or an empty cell if the row is too short."""
        position = self.layout.positions.get(argument, len(row))
        return row[position] if position < len(row) else Cell("", row[-1].line)

    def find_missing_arguments(self, values: Values) -> list[str]:
        """Return the required arguments that have a column, but no value in a row."""
        needed = [name for name in self.layout.required_arguments if name in self.layout.positions]
        return [name for name in needed if name not in values]


def check_common_arguments(common: Values, settings: Settings) -> tuple[Problem, ...]:
    """Return the problems of arguments that all projects share."""
    faults = []
    if "name" in common:
        faults.append(Problem("name", "differs in each project, so it must be a column"))
    faults += [
        Problem(name, "must be set by a Bim360Provider in opts=")
        for name in PROVIDER_ARGUMENTS
        if name in common
    ]
    _, problems = project.check({}, common, settings)
    return (*faults, *(each for each in problems if each.argument in common and not each.warning))


def read_row(row: Row, rules: RowRules) -> tuple[dict[str, Any], list[Mistake]]:
    """Return the arguments of a row, without empty cells, and all of its mistakes."""
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
            # An invalid value is reported once, and not compared with others.
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
    grouped = missing if len(missing) > 1 else []
    sources = {*rules.layout.positions, *rules.common_arguments}.difference(grouped)
    mistakes = [
        Mistake(problem.message, rules.get_cell(row, problem.argument).line, problem.argument)
        for problem in problems
        if problem.argument in sources and problem not in rules.faults and not problem.warning
    ]
    if grouped:
        mistakes.append(
            Mistake(f"has no {', '.join(grouped)}; {MISSING_VALUES_ADVICE}", row[0].line)
        )
    return mistakes


MAX_SLUG_LENGTH: Final = 60
"""Characters that a preview shows in a line."""

HASH_LENGTH: Final = 8
"""Hexadecimal digits of the hash: 1 in 4,294,967,296 pairs with the same slug collides."""

LATIN_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "þ": "th", "ð": "d", "đ": "d", "ł": "l"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
"""Latin letters that Unicode does not decompose into an ASCII letter and a mark."""


def build_resource_name(project_name: str) -> str:
    """Return a resource name such as ``harbor-point-tower`` for ``Harbor Point Tower``.

    If characters are lost, a hash of the exact name makes it unique.
    """
    slug = build_slug(project_name)
    if slug.replace("-", " ") == project_name.lower():
        return slug
    digest = hashlib.sha256(project_name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{slug or 'project'}-{digest}"


def build_slug(name: str) -> str:
    """Return the ASCII letters and digits of a name, joined by dashes; may be empty."""
    latin = unicodedata.normalize("NFKD", name.lower().translate(LATIN_LETTERS))
    plain = latin.encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:MAX_SLUG_LENGTH].strip("-")


MISSING_ROWS: Final = "contains no projects, so all projects that it named before would be archived"
"""Refused, because the file is probably truncated; `pulumi destroy` archives all projects."""

MIN_SHIFTED_ROWS: Final = 3
"""Shifted rows from which on the header is probably wrong."""


@dataclass(frozen=True)
class CsvProject:
    """A project of the file.

    Attributes:
        resource_name: Pulumi's name of the resource.
        arguments: The arguments in its line, without the common ones.
        line: The number of its line.
    """

    resource_name: str
    arguments: dict[str, Any]
    line: int


@dataclass
class CsvProjects:
    """The projects of a file.

    Attributes:
        entries: The projects, in the file's order; incomplete if there are mistakes.
        ignored_columns: Names of known columns that are not arguments.
        mistakes: All mistakes of the file.
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
    """Return the projects of a file, or all of its mistakes; no request is sent to HQ.

    Args:
        content: The file.
        common: Arguments of all projects whose lines do not give them; values may be unknown.
        settings: Define whether values outside HQ's public lists are accepted.
        encoding: Python's name of the file's encoding. Default: as detected.
        date_format: The file's date format, in ``strptime`` syntax.
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
    header_fault = find_header_fault(cells, codec)
    if header_fault:
        return CsvProjects(mistakes=[header_fault])
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
    entries, shifts = [], []
    rows, mistakes = separate_broken_rows(cells.rows, rules.layout)
    for row in rows:
        shift = _check_repeated_header(cells.header, row) or find_shift(row, rules.layout)
        if shift:
            # Other mistakes of shifted cells would be misleading.
            shifts.append(shift)
            continue
        values, found = read_row(row, rules)
        mistakes += found
        name = values.get("name")
        if isinstance(name, str) and not any(each.column == "name" for each in found):
            # The Unicode form of a name depends on the system that wrote the file.
            values["name"] = name = unicodedata.normalize("NFC", name)
            resource_name = values.pop(RESOURCE_NAME_COLUMN, None) or build_resource_name(name)
            entries.append(CsvProject(resource_name, values, rules.get_cell(row, "name").line))
    return entries, [
        *_summarize_shifts(shifts, len(cells.rows), head),
        *mistakes,
        *_find_duplicates(entries),
    ]


def _check_repeated_header(header: Row, row: Row) -> Mistake | None:
    if [cell.text for cell in row] != [cell.text for cell in header]:
        return None
    return Mistake("repeats the header; remove the line", row[0].line)


def _summarize_shifts(shifts: list[Mistake], rows: int, head: ColumnMap) -> list[Mistake]:
    """Return the mistakes of shifted rows; only one if most rows are shifted."""
    if len(shifts) < MIN_SHIFTED_ROWS or len(shifts) * 2 <= rows:
        return shifts
    if head.mistakes:
        return []
    message = f"{shifts[0].message} ({len(shifts)} of {rows} lines: check the header, too)"
    return [replace(shifts[0], message=message)]


def _find_duplicates(entries: list[CsvProject]) -> list[Mistake]:
    """Return a mistake for each line with the project or resource name of an earlier line."""
    mistakes = []
    names: dict[str, int] = {}
    resources: dict[str, int] = {}
    for entry in entries:
        name = entry.arguments["name"]
        same_name = names.setdefault(name, entry.line)
        same_resource = resources.setdefault(entry.resource_name, entry.line)
        if same_name != entry.line:
            message = f"{normalize.quote_value(name)} is already the project of line {same_name}"
            mistakes.append(Mistake(message, entry.line, "name"))
        elif same_resource != entry.line:
            resource = normalize.quote_value(entry.resource_name)
            message = f"{resource} is already the resource name of line {same_resource}"
            advice = f"set another one in a column {RESOURCE_NAME_COLUMN}"
            mistakes.append(Mistake(f"{message}; {advice}", entry.line, "name"))
    return mistakes
