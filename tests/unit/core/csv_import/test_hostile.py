"""Read any file: its values are the original ones, or printable messages refuse it."""

import csv
import io
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bim360_provider.core.csv_import import CsvProjects, format_mistakes, read_csv_projects
from bim360_provider.core.csv_import.table import COLUMN_ARGUMENTS, IGNORED_COLUMNS
from bim360_provider.core.settings import Settings

SETTINGS = Settings.resolve({}, {})
REQUIRED = ("name", "start_date", "end_date", "project_type", "value", "currency")
GOOD = ("Tower", "2027-01-01", "2028-01-01", "Office", "3000000", "EUR")
SIGNS = st.text(st.sampled_from(';,\t|"\r\n \u00a0“”=#/\0é€\ufeff\ufffdA1.-\u0663'), max_size=12)
VALUES = st.sampled_from(
    ["3.000", "3M", "1/2", "#REF!", "31.12.2027", "03/04/2027", "€ 3", "RMB", "Berlin", "pm, docs"]
)
CELLS = st.one_of(SIGNS, VALUES, st.sampled_from(GOOD), st.text(max_size=8))
COLUMNS = st.sampled_from(
    [*COLUMN_ARGUMENTS, *sorted(IGNORED_COLUMNS), "resource_name", "Project Name", "", "x"]
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])


def read(content: bytes, **options: Any) -> CsvProjects:
    """Read a file; check that its messages are printable."""
    portfolio = read_csv_projects(content, {}, SETTINGS, **options)
    if portfolio.mistakes:
        assert all(
            line.isprintable() for line in format_mistakes("a.csv", portfolio.mistakes).splitlines()
        )
    return portfolio


@given(st.one_of(st.binary(max_size=200), SIGNS.map(str.encode)))
def test_any_bytes_are_projects_or_mistakes(content: bytes) -> None:
    """Nothing is raised, and a file without a project is a mistake."""
    portfolio = read(content)

    assert portfolio.mistakes or portfolio.entries


@given(
    st.lists(st.lists(st.one_of(CELLS, COLUMNS), max_size=9), max_size=5), st.sampled_from(";,\t|")
)
def test_any_text_under_any_header_is_projects_or_mistakes(
    rows: list[list[str]], separator: str
) -> None:
    """The cells are not quoted."""
    header = separator.join(REQUIRED)
    text = "\n".join([header, *(separator.join(row) for row in rows)])

    portfolio = read(text.encode(errors="replace"))

    assert portfolio.mistakes or portfolio.entries


@given(
    st.lists(st.dictionaries(COLUMNS, CELLS, max_size=6), min_size=1, max_size=4),
    st.sampled_from([";", ",", "\t", "|"]),
    ENCODINGS,
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
@example([{"city": ' "A" '}], ";", "utf-8", csv.QUOTE_MINIMAL)
def test_an_accepted_value_is_the_original_value(
    rows: list[dict[str, str]], separator: str, encoding: str, quoting: Any
) -> None:
    """A text is equal apart from surrounding blanks; amounts, dates and lists are equivalent."""
    columns = list(dict.fromkeys([*REQUIRED, *(name for row in rows for name in row if name)]))
    filled = [
        {**dict(zip(REQUIRED, GOOD, strict=True)), "name": f"T{at}", **row}
        for at, row in enumerate(rows)
    ]
    if any("\0" in cell for row in filled for cell in row.values()):
        return
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, quoting=quoting)
    writer.writerows([columns, *([row.get(name, "") for name in columns] for row in filled)])

    portfolio = read(written.getvalue().encode(encoding, errors="replace"))

    if not portfolio.mistakes:
        kept = [row for row in filled if any(row.get(name, "").strip() for name in columns)]
        assert len(portfolio.entries) == len(kept)
        for entry, row in zip(portfolio.entries, kept, strict=True):
            for name, value in entry.arguments.items():
                _compare(value, row[name].strip())


def _compare(value: object, text: str) -> None:
    if isinstance(value, float):
        assert value == float(text)
    elif isinstance(value, list):
        assert all(word in text for word in value)
    else:
        assert value == text
