"""Parse amounts in cells: a suggestion has another format, but never another amount."""

import re
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.core.csv_import.values import parse_value

GROUPS = ("", ",", ".", "'", "\u2019", " ", "\u00a0", "\u202f", "_")
SIGNS_OF_MONEY = ("", "$", "€", "£", "¥", "EUR", "US$", "CHF")
TEXTS = st.text(st.sampled_from("0123456789.,'- +%()/eEMk$€_ \u00a0\u0663\uff13½²"), max_size=12)


def list_suggestions(text: str) -> list[str]:
    """Return the amounts that the message suggests; empty if the cell is valid."""
    try:
        parse_value("value", text)
    except ValueError as error:
        _, _, suggestion = str(error).rpartition("; write ")
        return suggestion.split(" or ") if "; write " in str(error) else []
    return []


def list_digits(text: str) -> str:
    """Return the digits of a text as ASCII."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def is_refused(text: str) -> bool:
    """Return whether a cell is a mistake."""
    try:
        parse_value("value", text)
    except ValueError:
        return True
    return False


MORE_THAN_GROUPS = (
    *("3M", "3k", "3 Mio", "1/2", "3½", "3²", "(3000)", "50%", "3000-", "-3000-", "~3000"),
    *("3000.-", "1,5E+06", "3 5", "12,34,567", "1,234.567", "1.2.3", "3000 per day", "3-5"),
    *("$3 EUR", "\u22123"),
)


@pytest.mark.parametrize("text", MORE_THAN_GROUPS)
def test_a_cell_with_more_than_a_currency_and_groups_gets_no_suggestion(text: str) -> None:
    """A million, a half, a loss or a percentage would become another amount."""
    assert is_refused(text)
    assert list_suggestions(text) == []


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("3.000", ["3000", "3"]),
        ("3,000", ["3000", "3"]),
        ("1.250", ["1250", "1.25"]),
        ("1.234", ["1234", "1.2340"]),
        ("-12,345", ["-12345", "-12.3450"]),
        ("0.500", ["0.5"]),
        ("€ 3.000", ["3000", "3"]),
        ("\uff13\uff0c\uff10\uff10\uff10", ["3000", "3"]),
    ],
)
def test_the_message_shows_both_readings_of_a_point_before_three_digits(
    text: str, readings: list[str]
) -> None:
    """Some countries read three thousand, others three."""
    assert list_suggestions(text) == readings


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("1.234,56", "1234.56"),
        ("1'234.50", "1234.50"),
        ("1\u2019234\u2019567", "1234567"),
        ("3\u00a0000\u00a0000,5", "3000000.5"),
        ("3\u202f000", "3000"),
        ("\u0663\u066c\u0660\u0660\u0660\u066b\u0665\u0660", "3000.50"),
        ("-$3,000,000", "-3000000"),
        ("CHF 1'000", "1000"),
        ("3000000 EUR", "3000000"),
        ("3,5", "3.5"),
    ],
)
def test_the_message_suggests_the_amount_without_currency_and_groups(
    text: str, suggestion: str
) -> None:
    """This includes Swiss, French, German and Arabic formats."""
    assert list_suggestions(text) == [suggestion]


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1e5", 100_000), ("3.0E+06", 3e6), ("\u0663\u0660\u0660\u0660", 3000), ("\uff13\uff10", 30)],
)
def test_an_unambiguous_number_is_parsed(text: str, amount: float) -> None:
    """Excel writes an exponent; digits may be of other scripts."""
    assert parse_value("value", text) == amount


@given(
    st.integers(0, 10**12),
    st.integers(0, 99),
    st.sampled_from(GROUPS),
    st.sampled_from(".,"),
    st.sampled_from(SIGNS_OF_MONEY),
)
def test_the_suggestions_contain_the_amount_of_the_cell(
    whole: int, cents: int, group: str, point: str, money: str
) -> None:
    """In each spreadsheet format, the amount is suggested or parsed."""
    if group == point:
        return
    text = f"{money}{whole:,}".replace(",", group) + f"{point}{cents:02}"

    found = list_suggestions(text)

    amount = Decimal(whole) + Decimal(cents) / 100
    assert is_refused(text) or parse_value("value", text) == float(amount)
    assert not is_refused(text) or [Decimal(each) for each in found] == [amount]


@given(TEXTS)
def test_a_suggestion_never_changes_an_amount(text: str) -> None:
    """All digits stay in order; only trailing zeros of decimals may change."""
    for suggestion in list_suggestions(text):
        assert list_digits(text).rstrip("0") == list_digits(suggestion).rstrip("0")
        assert ("-" in suggestion) == ("-" in text)
        removed = re.sub(r"[\d\s.,'\u2019_+-]", "", text)
        assert set(removed) <= set("$€£¥")


@given(TEXTS | st.text(st.characters(exclude_characters=";"), max_size=20))
def test_a_suggestion_is_parsed_as_the_number_that_it_shows(text: str) -> None:
    """A user can copy it into the cell."""
    for suggestion in list_suggestions(text):
        assert parse_value("value", suggestion) == float(suggestion)
