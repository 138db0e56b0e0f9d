"""Values in the cells of a CSV file: refused by column, or read and accepted by HQ."""

from typing import Any

from bim360_provider.core.csv_import import CsvProjects, read_csv_projects
from bim360_provider.core.project import check
from bim360_provider.core.settings import Settings
from bim360_provider.emulator import ACCOUNT_ID
from tests.fuzz.argument_sets import ArgumentSet
from tests.fuzz.strategies import Expectation

SETTINGS = Settings.resolve({}, {})
CSV_ENCODING = "utf-8-sig"


def format_cells(given: ArgumentSet) -> dict[str, str]:
    """Return the values that a cell can hold, as a spreadsheet would write them."""
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in given.values.items()
        if isinstance(value, (str, int, float, list))
        and given.samples[name].expectation != Expectation.UNKNOWN
        and name != "account_id"
    }


def read_cells(cells: dict[str, str]) -> CsvProjects:
    """Write the cells into a file of one line, and read it."""
    # Quoted by hand: csv.writer cannot write NUL before Python 3.11.
    rows = (";".join(_quote_cell(cell) for cell in row) for row in (cells, cells.values()))
    return read_csv_projects("\r\n".join(rows).encode(CSV_ENCODING, errors="replace"), {}, SETTINGS)


def _quote_cell(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def list_problems(portfolio: CsvProjects) -> list[Any]:
    """Return the check failures of a preview for the projects of a file."""
    return [
        problem
        for entry in portfolio.entries
        for problem in check({}, {**entry.arguments, "account_id": ACCOUNT_ID}, SETTINGS)[1]
        if not problem.warning
    ]
