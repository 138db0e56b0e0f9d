"""The same values in the cells of a CSV file: read, refused by column, or taken by HQ as well."""

from random import Random
from typing import Any

from bim360_provider.core.csv_import import Portfolio, read_portfolio
from bim360_provider.core.project import check
from bim360_provider.core.settings import Settings
from tests.fuzz.entity import Place
from tests.fuzz.kinds.project import KIND
from tests.fuzz.sets import ArgumentSet, draw_set
from tests.fuzz.strategies import Sample, Verdict

SETTINGS = Settings.resolve({}, {})
ENCODING = "utf-8-sig"


def written(given: ArgumentSet) -> dict[str, str]:
    """Return the values that a cell can hold, as a spreadsheet would write them."""
    return {
        name: _cell(sample)
        for name, sample in given.samples.items()
        if isinstance(sample.value, (str, int, float, list)) and sample.verdict != Verdict.UNKNOWN
    }


def _cell(sample: Sample) -> str:
    if isinstance(sample.value, list):
        return ",".join(map(str, sample.value))
    return str(sample.value)


def file_of(cells: dict[str, str]) -> bytes:
    """Return a file of one line."""
    # Quoted by hand: csv.writer cannot write NUL before Python 3.11.
    rows = (";".join(_quoted(cell) for cell in row) for row in (cells, cells.values()))
    return "\r\n".join(rows).encode(ENCODING, errors="replace")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def read_set(random: Random, place: Place) -> tuple[ArgumentSet, dict[str, str], Portfolio]:
    """Draw a set, write it into a file, and read that."""
    given = draw_set(random, place, KIND, omit=("region",))
    given.samples.pop("account_id")
    cells = written(given)
    return given, cells, read_portfolio(file_of(cells), {}, SETTINGS)


def problems_of(portfolio: Portfolio) -> list[Any]:
    """Return what a preview would say of the projects of a file."""
    account = {"account_id": "a1d5e9b2-0000-4000-8000-000000000001"}
    return [
        problem
        for entry in portfolio.entries
        for problem in check({}, {**entry.arguments, **account}, SETTINGS)[1]
        if not problem.warning
    ]
