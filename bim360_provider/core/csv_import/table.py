"""A CSV file as a header and rows of cells, and which column gives which argument of a project."""

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

``Loading...`` is what Google Sheets writes for a formula that is not computed yet.
"""

NARROW_COLUMN: Final = re.compile("#{2,}")

FORMULA: Final = re.compile(
    r"=.+|[+@]\$?[A-Z]{1,3}\$?\d+(?:[-+*/:&].*)?|[+@-][A-Z.]+\(.*", re.DOTALL
)
"""``=A2``, ``+A2``, ``@SUM(A2:A9)``: spreadsheets take each of them for a formula."""

TEXT_FORMULA: Final = re.compile(r'="(?P<text>[^"]*)"')
"""``="01234"``: how people keep a spreadsheet from taking leading zeros away."""

OPENING_QUOTES: Final = "“„«»”‟"

CLOSING_QUOTES: Final = "”“»«"

LOST_CHARACTER: Final = "\N{REPLACEMENT CHARACTER}"


def find_cell_fault(cell: Cell) -> str | None:
    """Return why a cell cannot be what was meant, and what to do, or None."""
    words = _describe_formula(cell.text) or _describe_error(cell.text) or _describe_quotes(cell)
    return f"{normalize.quote_value(cell.text)} {words}" if words else None


def _describe_formula(text: str) -> str | None:
    kept = TEXT_FORMULA.fullmatch(text)
    if kept:
        return f"is a formula; write {normalize.quote_value(kept['text'])} without the sign ="
    if FORMULA.fullmatch(text):
        return "is a formula, and a CSV file has no formulas; write its result"
    return None


def _describe_error(text: str) -> str | None:
    if ERROR_VALUE.fullmatch(text):
        return "is an error of a spreadsheet; correct its formula, or write the value"
    if NARROW_COLUMN.fullmatch(text):
        return "is how a column shows that it is too narrow; widen it, and save the file again"
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
        "is in typographic quotes, which do not quote a cell; remove them, or put straight "
        'quotes (") around them if they are part of the text'
    )


SEPARATORS: Final = (";", ",", "\t", "|")

MAX_HEADER_LENGTH: Final = 100
"""Characters of the line that names the separator."""

SEPARATOR_DIRECTIVE: Final = re.compile(
    r'\s*"?sep=(?P<separator>[^\w"\s]|\t)"?[;,\t]*\s*', re.IGNORECASE
)
"""A first line that sets the separator for Excel; spreadsheets add separators to it."""


@dataclass
class CsvTable:
    """A file's rows; those without any text are left out.

    Attributes:
        header: The first row.
        rows: The others.
        separator: What stands between cells.
        mistakes: Why it was not read to its end.
    """

    header: Row = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    separator: str = SEPARATORS[0]
    mistakes: list[Mistake] = field(default_factory=list)


def parse_table(text: str, names: Collection[str] = ()) -> CsvTable:
    """Return the cells of a CSV file.

    Args:
        text: The text of the file.
        names: Names of columns: the separator is the one that finds most of them in the header.
    """
    end = END_OF_LINE.search(text)
    first, rest = (text[: end.start()], text[end.end() :]) if end else (text, "")
    directive = SEPARATOR_DIRECTIVE.fullmatch(first[:MAX_HEADER_LENGTH])
    if directive:
        return _read_table(rest, directive["separator"], 2)
    return _read_table(text, _detect_separator(text, names), 1)


def normalize_column_name(text: str) -> str:
    """Return ``start_date`` for ``Start Date``."""
    return re.sub(r"[\s_-]+", "_", text.casefold())


def _read_table(text: str, separator: str, line: int) -> CsvTable:
    scanner = CsvScanner(text, separator, line)
    filled = [row for row in scanner.read_rows() if any(cell.text for cell in row)]
    mistakes = [scanner.fault] if scanner.fault else []
    return CsvTable(filled[0] if filled else [], filled[1:], separator, mistakes)


def _detect_separator(text: str, names: Collection[str]) -> str:
    """Return the separator that finds most names in the header, or else makes most cells of it."""

    def success(separator: str) -> tuple[int, int]:
        scanner = CsvScanner(text, separator)
        header = next((row for row in scanner.read_rows() if any(cell.text for cell in row)), None)
        if scanner.fault:
            return -1, 0
        if header is None:
            # The file holds nothing but this separator.
            return len(names) + 1, 0
        return sum(normalize_column_name(cell.text) in names for cell in header), len(header)

    return max(SEPARATORS, key=success)


PROVIDER_ARGUMENTS: Final = ("account_id", "region")
"""Where a project is says its provider, not the project."""

COLUMN_ARGUMENTS: Final = tuple(
    name for name in ProjectArguments.model_fields if name not in PROVIDER_ARGUMENTS
)
"""What a column may give."""

RESOURCE_NAME_COLUMN: Final = "resource_name"
"""A column for Pulumi's own name, which otherwise is made from the project's."""

REQUIRED_ARGUMENTS: Final = tuple(
    name for name, each in ProjectArguments.model_fields.items() if each.is_required()
)

IGNORED_COLUMNS: Final = frozenset(
    """
id last_sign_in created_at updated_at copy_project_job_id
folders_created_from include_name_to_request_body result result_message
""".split()
)
"""What HQ answers but nobody sets, and what the vendor's set-up tool adds to a file of its own:
https://github.com/autodesk-platform-services/aps-bim360-project-setup"""

COLUMN_ALIASES: Final = {"province": "state_or_province"}
"""What the same tool takes too."""

COLUMN_NAMES: Final = frozenset(
    (*COLUMN_ARGUMENTS, RESOURCE_NAME_COLUMN, *IGNORED_COLUMNS, *COLUMN_ALIASES)
)
"""Every name that a column may have."""

MAX_REPORTED_COLUMNS: Final = 2
"""Unknown columns that are reported one by one: more have one cause, such as a lost line end."""

REMARK: Final = re.compile(r"[(\[].*?[)\]]|[*:]")
"""What people add to the name of a column: a unit, or a sign that it is required."""


@dataclass
class ColumnMap:
    """What the header says.

    Attributes:
        positions: Where each argument's column is.
        aside: Columns that mean nothing here.
        mistakes: What is wrong with the header.
    """

    positions: dict[str, int] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def map_columns(header: Row, common: Collection[str], read_as: str = "") -> ColumnMap:
    """Return what the columns are; order, upper case and spaces do not matter.

    Args:
        header: The first row of the file.
        common: Arguments that need no column, because all projects have them.
        read_as: How the file was read, for a header that may have been misread.
    """
    found = ColumnMap()
    present = {_resolve_alias(cell.text) for cell in header}
    meant: set[str | None] = set()
    strangers: list[Mistake] = []
    for position, cell in enumerate(header):
        name = _resolve_alias(cell.text)
        if name in IGNORED_COLUMNS:
            found.ignored_columns.append(name)
        elif name in (*COLUMN_ARGUMENTS, RESOURCE_NAME_COLUMN):
            if found.positions.setdefault(name, position) != position:
                found.mistakes.append(Mistake(f"has the column {name} twice", cell.line))
        elif name:
            near = _suggest_column(cell.text, present)
            meant.add(near)
            mistake = Mistake(_describe_unknown_column(cell.text, name, near), cell.line)
            (found.mistakes if near or name in PROVIDER_ARGUMENTS else strangers).append(mistake)
    missing = [
        each for each in REQUIRED_ARGUMENTS if each not in {*found.positions, *common, *meant}
    ]
    if missing:
        words = f"has no column {', '.join(missing)}, which every project needs"
        # A column under a name that is not known may be one of those that are missing.
        words += f"; {read_as}" if strangers and read_as else ""
        found.mistakes.append(Mistake(words, header[0].line))
    elif len(strangers) > MAX_REPORTED_COLUMNS:
        words = f"has {len(strangers)} columns that are not known; {read_as}"
        found.mistakes.append(Mistake(words, header[0].line))
    else:
        found.mistakes += strangers
    return found


def _resolve_alias(text: str) -> str:
    """Return ``start_date`` for ``Start Date``."""
    name = normalize_column_name(text)
    return COLUMN_ALIASES.get(name, name)


def _suggest_column(text: str, present: Collection[str]) -> str | None:
    name = _resolve_alias(REMARK.sub("", text[:MAX_HEADER_LENGTH]).strip())
    if name in COLUMN_ARGUMENTS and name not in present:
        return name
    names = (*COLUMN_ARGUMENTS, RESOURCE_NAME_COLUMN)
    return suggest_value(name, names, aliases=ARGUMENT_ALIASES, excluded=present)


def _describe_unknown_column(text: str, name: str, near: str | None) -> str:
    if name in PROVIDER_ARGUMENTS:
        return f"cannot have a column {name}: give opts= a Bim360Provider of that account"
    advice = f"did you mean {near}?" if near else "docs/how-to/csv.md has the list"
    return f"has a column {normalize.quote_value(text)}, which is not known; {advice}"
