"""Parse a CSV file into a header and rows, and map its columns to arguments of a project."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from bim360_provider.core.csv_import.text import END_OF_LINE, Cell, CsvScanner, Mistake, Row
from bim360_provider.models import ProjectArguments, normalize
from bim360_provider.models.suggestions import ARGUMENT_ALIASES, suggest_value

__all__ = [
    "COLUMN_ARGUMENTS",
    "COLUMN_NAMES",
    "REQUIRED_ARGUMENTS",
    "RESOURCE_NAME_COLUMN",
    "ColumnMap",
    "CsvTable",
    "find_cell_fault",
    "map_columns",
    "normalize_column_name",
    "parse_table",
]

ERROR_VALUE: Final = re.compile(
    r"#[¡¿]?[A-ZÀ-Þ][A-ZÀ-Þ_ ]*(?:/[A-Z0])?[!?]"
    r"|#(?:N/?[A-Z]\.?|GETTING_DATA|UNKNOWN)|Err:\d{3}|Loading\.\.\."
)
"""``#REF!``, ``#N/A``, ``#DIV/0!``, German ``#BEZUG!`` and ``#NV``, LibreOffice's ``Err:502``.

Google Sheets writes ``Loading...`` for a formula that is not computed yet.
"""

NARROW_COLUMN: Final = re.compile("#{2,}")

FORMULA: Final = re.compile(
    r"=.+|[+@]\$?[A-Z]{1,3}\$?\d+(?:[-+*/:&].*)?|[+@-][A-Z.]+\(.*", re.DOTALL
)
"""Texts that spreadsheets treat as formulas: ``=A2``, ``+A2``, ``@SUM(A2:A9)``."""

TEXT_FORMULA: Final = re.compile(r'="(?P<text>[^"]*)"')
"""``="01234"``, a formula that keeps leading zeros in a spreadsheet."""

OPENING_QUOTES: Final = "“„«»”‟"

CLOSING_QUOTES: Final = "”“»«"

LOST_CHARACTER: Final = "\N{REPLACEMENT CHARACTER}"


def find_cell_fault(cell: Cell) -> str | None:
    """Return the message for a cell that a spreadsheet has spoiled, or None."""
    fault = _describe_formula(cell.text) or _describe_error(cell.text) or _describe_quotes(cell)
    return f"{normalize.quote_value(cell.text)} {fault}" if fault else None


def _describe_formula(text: str) -> str | None:
    formula = TEXT_FORMULA.fullmatch(text)
    if formula:
        return f"is a formula; write {normalize.quote_value(formula['text'])} without the sign ="
    if FORMULA.fullmatch(text):
        return "is a formula, and a CSV file has no formulas; write its result"
    return None


def _describe_error(text: str) -> str | None:
    if ERROR_VALUE.fullmatch(text):
        return "is a spreadsheet error; correct its formula, or write the value"
    if NARROW_COLUMN.fullmatch(text):
        return (
            "is the placeholder of a column that is too narrow; widen it, and save the file again"
        )
    if LOST_CHARACTER in text:
        return "lost a letter when the file was converted; type it again"
    return None


def _describe_quotes(cell: Cell) -> str | None:
    text = cell.text
    if (
        cell.is_quoted
        or len(text) < len("“”")
        or text[0] not in OPENING_QUOTES
        or text[-1] not in CLOSING_QUOTES
    ):
        return None
    return (
        "is in typographic quotes, which do not protect a cell; remove them, or put straight "
        'quotes (") around them if they are part of the text'
    )


SEPARATORS: Final = (";", ",", "\t", "|")

MAX_HEADER_LENGTH: Final = 100
"""Characters of the line that sets the separator."""

SEPARATOR_DIRECTIVE: Final = re.compile(
    r'\s*"?sep=(?P<separator>[^\w"\s]|\t)"?[;,\t]*\s*', re.IGNORECASE
)
"""A first line that sets the separator for Excel; spreadsheets append separators to it."""


@dataclass
class CsvTable:
    """The rows of a file, without empty rows.

    Attributes:
        header: The first row.
        rows: The other rows.
        separator: The separator of the cells.
        mistakes: The reason why the file was not read to its end.
    """

    header: Row = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    separator: str = SEPARATORS[0]
    mistakes: list[Mistake] = field(default_factory=list)


def parse_table(text: str, names: Collection[str] = ()) -> CsvTable:
    """Return the cells of a CSV file.

    Args:
        text: The text of the file.
        names: Known column names, by which the separator is detected.
    """
    end = END_OF_LINE.search(text)
    first, rest = (text[: end.start()], text[end.end() :]) if end else (text, "")
    directive = SEPARATOR_DIRECTIVE.fullmatch(first[:MAX_HEADER_LENGTH])
    if directive:
        return _read_table(rest, directive["separator"], 2)
    return _read_table(text, _detect_separator(text, names), 1)


def normalize_column_name(text: str) -> str:
    """Return the normal form of a column name, such as ``start_date`` for ``Start Date``."""
    return re.sub(r"[\s_-]+", "_", text.casefold())


def _read_table(text: str, separator: str, line: int) -> CsvTable:
    scanner = CsvScanner(text, separator, line)
    filled = [row for row in scanner.read_rows() if any(cell.text for cell in row)]
    mistakes = [scanner.fault] if scanner.fault else []
    return CsvTable(filled[0] if filled else [], filled[1:], separator, mistakes)


def _detect_separator(text: str, names: Collection[str]) -> str:
    """Return the separator with the most known names in the header, or else the most cells."""

    def score(separator: str) -> tuple[int, int]:
        scanner = CsvScanner(text, separator)
        header = next((row for row in scanner.read_rows() if any(cell.text for cell in row)), None)
        if scanner.fault:
            return -1, 0
        if header is None:
            # The file contains only this separator.
            return len(names) + 1, 0
        return sum(normalize_column_name(cell.text) in names for cell in header), len(header)

    return max(SEPARATORS, key=score)


PROVIDER_ARGUMENTS: Final = ("account_id", "region")
"""Arguments that the provider sets, not the project."""

COLUMN_ARGUMENTS: Final = tuple(
    name for name in ProjectArguments.model_fields if name not in PROVIDER_ARGUMENTS
)
"""Arguments that may have a column."""

RESOURCE_NAME_COLUMN: Final = "resource_name"
"""The column for Pulumi's name of a resource; by default derived from the project's name."""

REQUIRED_ARGUMENTS: Final = tuple(
    name for name, each in ProjectArguments.model_fields.items() if each.is_required()
)

IGNORED_COLUMNS: Final = frozenset(
    """
id last_sign_in created_at updated_at copy_project_job_id
folders_created_from include_name_to_request_body result result_message
""".split()
)
"""Read-only fields of HQ, and columns that the vendor's set-up tool adds to its files:
https://github.com/autodesk-platform-services/aps-bim360-project-setup"""

COLUMN_ALIASES: Final = {"province": "state_or_province"}
"""Column names that the same tool accepts."""

COLUMN_NAMES: Final = frozenset(
    (*COLUMN_ARGUMENTS, RESOURCE_NAME_COLUMN, *IGNORED_COLUMNS, *COLUMN_ALIASES)
)
"""All valid column names."""

MAX_REPORTED_COLUMNS: Final = 2
"""Unknown columns that are reported separately; more have a common cause."""

REMARK: Final = re.compile(r"[(\[].*?[)\]]|[*:]")
"""A remark in a column name, such as a unit or a sign that the column is required."""


@dataclass
class ColumnMap:
    """The columns of a header.

    Attributes:
        positions: The position of each argument's column.
        ignored_columns: Names of known columns that are not arguments.
        mistakes: The mistakes of the header.
    """

    positions: dict[str, int] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def map_columns(header: Row, common: Collection[str], read_as: str = "") -> ColumnMap:
    """Return the columns of a header; their order, case and spaces are ignored.

    Args:
        header: The first row of the file.
        common: Arguments that need no column, because all projects share them.
        read_as: A description of how the file was read, for the message.
    """
    found = ColumnMap()
    present = {_resolve_alias(cell.text) for cell in header}
    suggested: set[str | None] = set()
    unknown: list[Mistake] = []
    for position, cell in enumerate(header):
        name = _resolve_alias(cell.text)
        if name in IGNORED_COLUMNS:
            found.ignored_columns.append(name)
        elif name in (*COLUMN_ARGUMENTS, RESOURCE_NAME_COLUMN):
            if found.positions.setdefault(name, position) != position:
                found.mistakes.append(Mistake(f"has the column {name} twice", cell.line))
        elif name:
            suggestion = _suggest_column(cell.text, present)
            suggested.add(suggestion)
            mistake = Mistake(_describe_unknown_column(cell.text, name, suggestion), cell.line)
            is_explained = suggestion or name in PROVIDER_ARGUMENTS
            (found.mistakes if is_explained else unknown).append(mistake)
    covered = {*found.positions, *common, *suggested}
    missing = [each for each in REQUIRED_ARGUMENTS if each not in covered]
    if missing:
        message = f"has no column {', '.join(missing)}, which every project needs"
        # An unknown column may be one of the missing ones.
        message += f"; {read_as}" if unknown and read_as else ""
        found.mistakes.append(Mistake(message, header[0].line))
    elif len(unknown) > MAX_REPORTED_COLUMNS:
        message = f"has {len(unknown)} unknown columns; {read_as}"
        found.mistakes.append(Mistake(message, header[0].line))
    else:
        found.mistakes += unknown
    return found


def _resolve_alias(text: str) -> str:
    """Return the argument's name for a column name or its alias."""
    name = normalize_column_name(text)
    return COLUMN_ALIASES.get(name, name)


def _suggest_column(text: str, present: Collection[str]) -> str | None:
    name = _resolve_alias(REMARK.sub("", text[:MAX_HEADER_LENGTH]).strip())
    if name in COLUMN_ARGUMENTS and name not in present:
        return name
    names = (*COLUMN_ARGUMENTS, RESOURCE_NAME_COLUMN)
    return suggest_value(name, names, aliases=ARGUMENT_ALIASES, excluded=present)


def _describe_unknown_column(text: str, name: str, suggestion: str | None) -> str:
    if name in PROVIDER_ARGUMENTS:
        return f"cannot have a column {name}; pass a Bim360Provider of that account in opts="
    advice = f"did you mean {suggestion}?" if suggestion else "docs/how-to/csv.md has the list"
    return f"has an unknown column {normalize.quote_value(text)}; {advice}"
