"""Values in the cells of a CSV file: refused by column, or read and accepted by HQ."""

from random import Random
from typing import Any

from bim360_provider.core.csv_import import CsvProjects, read_csv_projects
from bim360_provider.core.project import check
from bim360_provider.core.settings import Settings
from tests.fuzz.entity import SeededAccount
from tests.fuzz.kinds.project import ENTITY
from tests.fuzz.sets import ArgumentSet, draw_set
from tests.fuzz.strategies import Expectation, Sample

SETTINGS = Settings.resolve({}, {})
CSV_ENCODING = "utf-8-sig"


def format_cells(given: ArgumentSet) -> dict[str, str]:
    """Return the values that a cell can hold, as a spreadsheet would write them."""
    return {
        name: _format_cell(sample)
        for name, sample in given.samples.items()
        if isinstance(sample.value, (str, int, float, list))
        and sample.expectation != Expectation.UNKNOWN
    }


def _format_cell(sample: Sample) -> str:
    if isinstance(sample.value, list):
        return ",".join(map(str, sample.value))
    return str(sample.value)


def build_file(cells: dict[str, str]) -> bytes:
    """Return a file of one line."""
    # Quoted by hand: csv.writer cannot write NUL before Python 3.11.
    rows = (";".join(_quote_cell(cell) for cell in row) for row in (cells, cells.values()))
    return "\r\n".join(rows).encode(CSV_ENCODING, errors="replace")


def _quote_cell(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def draw_and_read_set(
    random: Random, place: SeededAccount
) -> tuple[ArgumentSet, dict[str, str], CsvProjects]:
    """Draw a set, write it into a file, and read the file."""
    given = draw_set(random, place, ENTITY, omit=("region",))
    given.samples.pop("account_id")
    cells = format_cells(given)
    return given, cells, read_csv_projects(build_file(cells), {}, SETTINGS)


def list_problems(portfolio: CsvProjects) -> list[Any]:
    """Return the check failures of a preview for the projects of a file."""
    account = {"account_id": "a1d5e9b2-0000-4000-8000-000000000001"}
    return [
        problem
        for entry in portfolio.entries
        for problem in check({}, {**entry.arguments, **account}, SETTINGS)[1]
        if not problem.warning
    ]
