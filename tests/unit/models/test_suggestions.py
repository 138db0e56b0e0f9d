"""Suggest a valid value: for a known alias or a typing error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.models import enums
from bim360_provider.models.suggestions import ALIASES, compact_word, suggest_value

LISTS = (
    enums.CURRENCIES,
    enums.TIMEZONES,
    enums.SERVICE_TYPES,
    enums.REGIONS,
    enums.LANGUAGES,
    enums.CONSTRUCTION_TYPES,
    enums.CONTRACT_TYPES,
    enums.DECLARABLE_STATUSES,
    ("never", "archived", "any"),
    ("archive", "retain"),
    ("retain", "remove"),
)


@pytest.mark.parametrize(
    ("choices", "word", "suggestion"),
    [
        (enums.TIMEZONES, "Asia/Calcutta", "Asia/Kolkata"),
        (enums.TIMEZONES, "asia/calcutta", "Asia/Kolkata"),
        (enums.TIMEZONES, "Asia/Yangon", "Asia/Rangoon"),
        (enums.TIMEZONES, "Europe/Kyiv", "Europe/Kiev"),
        (enums.TIMEZONES, "US/Eastern", "America/New_York"),
        (enums.TIMEZONES, "America/Toronto", "America/New_York"),
        (enums.TIMEZONES, "Europe/Zurich", "Europe/Berlin"),
        (enums.TIMEZONES, "UTC", "Etc/UTC"),
        (enums.TIMEZONES, "Berlin", "Europe/Berlin"),
        (enums.TIMEZONES, "New York", "America/New_York"),
        (enums.CURRENCIES, "RMB", "CNY"),
        (enums.CURRENCIES, "€", "EUR"),
        (enums.CURRENCIES, "US$", "USD"),
        (enums.CURRENCIES, "NTD", "TWD"),
        (enums.SERVICE_TYPES, "project_management", "pm"),
        (enums.SERVICE_TYPES, "projectManagement", "pm"),
        (enums.SERVICE_TYPES, "Document Management", "doc_manager"),
        (enums.SERVICE_TYPES, "docs", "doc_manager"),
        (enums.SERVICE_TYPES, "fieldManagement", "fng"),
        (enums.REGIONS, "eu", "EMEA"),
        (enums.REGIONS, "uk", "GBR"),
        (enums.REGIONS, "Germany", "DEU"),
        (enums.CONTRACT_TYPES, "CM at Risk", "Construction Management (CM) at Risk"),
        (enums.CONSTRUCTION_TYPES, "Refurbishment", "Renovation"),
        (enums.DECLARABLE_STATUSES, "suspended", "inactive"),
    ],
)
def test_an_alias_takes_precedence_over_a_similar_word(
    choices: tuple[str, ...], word: str, suggestion: str
) -> None:
    """``RMB`` is similar to ``RUB``, and ``Asia/Calcutta`` to ``Asia/Jakarta``."""
    assert suggest_value(word, choices) == suggestion


@pytest.mark.parametrize(
    ("choices", "word", "suggestion"),
    [
        (enums.CURRENCIES, "EURO", "EUR"),
        (enums.CURRENCIES, "UDS", "USD"),
        (enums.SERVICE_TYPES, "cots", "cost"),
        (enums.TIMEZONES, "America/Newyork", "America/New_York"),
        (enums.CONTRACT_TYPES, "design bid build", "Design-Bid-Build"),
    ],
)
def test_a_typing_error_is_corrected(choices: tuple[str, ...], word: str, suggestion: str) -> None:
    """A letter is extra, missing or swapped."""
    assert suggest_value(word, choices) == suggestion


@pytest.mark.parametrize(
    ("choices", "word"),
    [
        (enums.CURRENCIES, "DEM"),
        (enums.CURRENCIES, "$"),
        (enums.CURRENCIES, "USX"),
        (enums.CURRENCIES, "dollar"),
        (enums.TIMEZONES, "Asia/Manila"),
        (enums.TIMEZONES, "America/Managua"),
        (enums.TIMEZONES, "Europe/Frankfurt"),
        (enums.CONTRACT_TYPES, "Design-Build"),
        (enums.SERVICE_TYPES, "build"),
        (enums.REGIONS, "mars"),
    ],
)
def test_a_merely_similar_word_gets_no_suggestion(choices: tuple[str, ...], word: str) -> None:
    """A wrong suggestion is worse than none: ``Design-Build`` is not ``Design-Bid-Build``."""
    assert suggest_value(word, choices) is None


def test_a_choice_in_use_is_never_suggested() -> None:
    """The only other choice is not similar."""
    assert suggest_value("naem", ("name", "city")) == "name"
    assert suggest_value("naem", ("name", "city"), excluded={"name"}) is None


def test_each_alias_stands_for_one_value_of_a_list() -> None:
    """An alias of an unknown value would never be used."""
    everything = {compact_word(choice) for choices in LISTS for choice in choices}

    for word, values in ALIASES.items():
        assert {compact_word(value) for value in values} <= everything, word
        for choices in LISTS:
            matches = {compact_word(choice) for choice in choices} & {
                compact_word(each) for each in values
            }
            assert len(matches) <= 1, word


@given(st.text(), st.sampled_from(LISTS))
def test_a_suggestion_is_always_one_of_the_choices(word: str, choices: tuple[str, ...]) -> None:
    """A suggested value is valid."""
    assert suggest_value(word, choices) in (None, *choices)


@given(st.sampled_from([(one, choices) for choices in LISTS for one in choices]))
def test_a_choice_in_another_case_is_suggested(
    sample: tuple[str, tuple[str, ...]],
) -> None:
    """It takes precedence over aliases such as ``pm``."""
    choice, choices = sample

    assert suggest_value(choice.swapcase(), choices) == choice
    assert suggest_value(choice.replace("_", " "), choices) == choice
