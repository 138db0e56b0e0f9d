"""What spreadsheets and text programs leave in cells in place of a value."""

import re
from typing import Final

from bim360_provider.core.portfolio.scanning import Cell
from bim360_provider.models import normal

__all__ = ["residue"]

ERROR: Final = re.compile(
    r"#[¡¿]?[A-ZÀ-Þ][A-ZÀ-Þ_ ]*(?:/[A-Z0])?[!?]"
    r"|#(?:N/?[A-Z]\.?|GETTING_DATA|UNKNOWN)|Err:\d{3}|Loading\.\.\."
)
"""``#REF!``, ``#N/A``, ``#DIV/0!``, German ``#BEZUG!`` and ``#NV``, LibreOffice's ``Err:502``.

``Loading...`` is what Google Sheets writes for a formula that is not computed yet.
"""

TOO_NARROW: Final = re.compile("#{2,}")

FORMULA: Final = re.compile(
    r"=.+|[+@]\$?[A-Z]{1,3}\$?\d+(?:[-+*/:&].*)?|[+@-][A-Z.]+\(.*", re.DOTALL
)
"""``=A2``, ``+A2``, ``@SUM(A2:A9)``: spreadsheets take each of them for a formula."""

A_TEXT: Final = re.compile(r'="(?P<text>[^"]*)"')
"""``="01234"``: how people keep a spreadsheet from taking leading zeros away."""

OPENING: Final = "“„«»”‟"
CLOSING: Final = "”“»«"
LOST: Final = "\N{REPLACEMENT CHARACTER}"


def residue(cell: Cell) -> str | None:
    """Return why a cell cannot be what was meant, and what to do, or None."""
    words = _formula(cell.text) or _error(cell.text) or _quotes(cell)
    return f"{normal.shown(cell.text)} {words}" if words else None


def _formula(text: str) -> str | None:
    kept = A_TEXT.fullmatch(text)
    if kept:
        return f"is a formula; write {normal.shown(kept['text'])} without the sign ="
    if FORMULA.fullmatch(text):
        return "is a formula, and a CSV file has no formulas; write its result"
    return None


def _error(text: str) -> str | None:
    if ERROR.fullmatch(text):
        return "is an error of a spreadsheet; correct its formula, or write the value"
    if TOO_NARROW.fullmatch(text):
        return "is how a column shows that it is too narrow; widen it, and save the file again"
    if LOST in text:
        return "lost a letter when the file was converted; type it again"
    return None


def _quotes(cell: Cell) -> str | None:
    text = cell.text
    if cell.is_quoted or len(text) < len("“”") or text[0] not in OPENING or text[-1] not in CLOSING:
        return None
    return (
        "is in typographic quotes, which do not quote a cell; remove them, or put straight "
        'quotes (") around them if they are part of the text'
    )
