"""Parse dates in cells: the message shows each day that a cell may mean, and no other."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core.csv_import.values import find_format_fault, parse_value

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
FORMATS = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%y"),
    *("%m/%d/%y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%B %d, %Y", "%d. %m. %Y", "%Y. %m. %d."),
    *("%Y年%m月%d日", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"),
)


def get_refusal(text: str, date_format: str | None = None) -> str:
    """Return the message for a cell, or an empty text if it is valid."""
    try:
        parse_value("start_date", text, date_format)
    except ValueError as error:
        return str(error)
    return ""


def list_suggestions(text: str) -> list[tuple[str, str]]:
    """Return the suggested days, each with its format or an empty text."""
    _, _, suggestions = get_refusal(text).partition("; write ")
    return re.findall(r"(\d{4}-\d\d-\d\d)(?: \(or date_format='(.*?)'\))?", suggestions)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("03/04/2027", ["2027-04-03", "2027-03-04"]),
        ("01/02/03", ["2003-02-01", "2003-01-02", "2001-02-03"]),
        ("31.12.2027", ["2027-12-31"]),
        ("31.12.27", ["2027-12-31"]),
        ("2027-1-5", ["2027-01-05"]),
        ("5-Jan-27", ["2027-01-05"]),
        ("January 5, 2027", ["2027-01-05"]),
        ("31.12.2027 00:00", ["2027-12-31"]),
        ("1/2/2027 12:00:00 AM", ["2027-02-01", "2027-01-02"]),
        ("\u201c2027-01-05\u201d", ["2027-01-05"]),
        ("9/2027", []),
        ("Q3 2027", []),
    ],
)
def test_the_message_shows_each_day_that_a_cell_may_mean(text: str, days: list[str]) -> None:
    """Only the author knows the right one."""
    assert [each for each, _ in list_suggestions(text)] == days


def test_the_message_recognizes_a_count_of_days() -> None:
    """It counts from 1900 or from 1904, so no day is suggested."""
    assert get_refusal("46752").endswith("format the column as a date and save the file again")


@given(DAYS, st.sampled_from(FORMATS))
def test_the_suggestions_contain_the_day_of_a_spreadsheet_format(
    day: date, date_format: str
) -> None:
    """This covers all date formats of the locales of Excel and LibreOffice."""
    assert day.isoformat() in [found for found, _ in list_suggestions(day.strftime(date_format))]


@given(DAYS, st.sampled_from(FORMATS))
def test_the_suggested_format_parses_the_cell(day: date, date_format: str) -> None:
    """The result is the day that is suggested with it; the day alone is parsed too."""
    text = day.strftime(date_format)

    for found, suggested in list_suggestions(text):
        assert parse_value("start_date", found) == found
        assert not suggested or parse_value("start_date", text, suggested) == found


@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=8)))
def test_any_text_is_a_day_or_a_mistake(text: str, date_format: str | None) -> None:
    """No format raises anything but a refusal."""
    if date_format and find_format_fault(date_format):
        return
    try:
        found = parse_value("start_date", text, date_format)
    except ValueError:
        return
    assert date.fromisoformat(found).isoformat() == found
