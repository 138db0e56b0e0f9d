"""Files whose header does not name projects: what was read, and what to use instead."""

import re
from typing import Final

from bim360_provider.core.portfolio.columns import NAMES
from bim360_provider.core.portfolio.mistakes import Mistake
from bim360_provider.core.portfolio.residue import CLOSING, OPENING
from bim360_provider.core.portfolio.scanning import Cell, Row
from bim360_provider.core.portfolio.table import SEPARATORS, Table, column_name, table
from bim360_provider.models import normal

__all__ = ["read_as", "strange_header"]

NO_HEADER: Final = (
    "must name the columns, such as name, start_date, end_date, project_type, value, currency"
)

ENOUGH: Final = 2
"""Names of columns that make a row a header."""

SHOWN: Final = 8
"""Columns that are shown: enough to see whether the separator is right."""

QUOTES: Final = f"{OPENING}{CLOSING}'`\u2018\u2019"

A_NAME: Final = re.compile(r"[^\W\d][\w \-/().]{0,39}")
"""A text that may be shown as the name of a column. Others could be a secret of another file."""

SERVICES: Final = "is the set-up tool's list of services; declare a Bim360ProjectAdmin per line"
USERS: Final = "is the set-up tool's list of project users; declare a Bim360Team per project"
FOLDERS: Final = (
    "is the set-up tool's template of folders and permissions, which this provider does not "
    "create; list its projects in a file with the columns of docs/csv.md"
)

LISTS: Final = (
    ({"project_name", "service_type"}, f"{SERVICES}, see docs/members.md"),
    ({"project_name", "email"}, f"{USERS}, see docs/members.md"),
    ({"project_name", "root_folder"}, FOLDERS),
)
"""Columns by which the other files of the vendor's set-up tool are recognized:
https://github.com/autodesk-platform-services/aps-bim360-project-setup"""

SIGNS: Final = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "vertical bars"}


def strange_header(cells: Table, encoding: str) -> Mistake | None:
    """Return why a file is not a list of projects, or None if it seems to be one.

    Args:
        cells: The file.
        encoding: The encoding that it was read with.
    """
    names = {column_name(cell.text) for cell in cells.header}
    line = cells.header[0].line
    for signature, words in LISTS:
        if signature <= names and "name" not in names:
            return Mistake(f"{words} ({read_as(cells, encoding)})", line)
    if names & NAMES:
        return None
    return Mistake(f"{_advice(cells)}; {read_as(cells, encoding)}", line)


def _advice(cells: Table) -> str:
    only = cells.header[0]
    if len(cells.header) == 1 and _is_header(table(only.text, NAMES).header):
        if only.is_quoted:
            return "is in quotes as a whole, as other lines may be; remove the quotes around lines"
        return "is separated otherwise than 'sep=' says; correct that line, or remove it"
    if _is_header([Cell(cell.text.strip(QUOTES), cell.line) for cell in cells.header]):
        return 'has quotes that do not quote; write straight ones ("), or none'
    later = next((row for row in cells.rows[:SHOWN] if _is_header(row)), None)
    if later:
        return f"is not the header, which is in line {later[0].line}; remove the lines before it"
    return NO_HEADER


def _is_header(row: Row) -> bool:
    return len({column_name(cell.text) for cell in row} & NAMES) >= ENOUGH


def read_as(cells: Table, encoding: str) -> str:
    """Return how a file was read, so that a wrong separator or encoding shows at once.

    Args:
        cells: The file.
        encoding: The encoding that it was read with.
    """
    texts = [cell.text for cell in cells.header]
    shown = ", ".join(_shown(text) for text in texts[:SHOWN])
    more = ", …" if len(texts) > SHOWN else ""
    if len(texts) == 1:
        return f"read as {encoding} text with 1 column: {shown}; none of {_signs()} separates it"
    sign = SIGNS.get(cells.separator, normal.shown(cells.separator))
    return f"read as {encoding} text with {len(texts)} columns, separated by {sign}: {shown}{more}"


def _signs() -> str:
    *others, last = (SIGNS[each] for each in SEPARATORS)
    return f"{', '.join(others)} and {last}"


def _shown(text: str) -> str:
    if not text:
        return "''"
    return normal.shown(text) if A_NAME.fullmatch(text) else "(no name)"
