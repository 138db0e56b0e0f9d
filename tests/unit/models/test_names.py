"""Names and texts: their limits, and what HQ reserves."""

import re
from typing import Any

import pytest

from bim360_provider.models import normalize

RESERVED = '\\/?[]>*:<"|,'


@pytest.mark.parametrize("character", RESERVED)
def test_each_reserved_character_is_refused_by_name(character: str) -> None:
    """HQ's list, one by one; the dot is not among them."""
    with pytest.raises(ValueError, match="must not contain") as caught:
        normalize.parse_project_name(f"Tower {character}")

    assert f"must not contain {character} (HQ reserves" in str(caught.value)


@pytest.mark.parametrize("name", ["Tower A.1", "x", "x" * 255, "Łódź 塔 №1", "100%"])
def test_a_good_name_stays_as_it_is(name: str) -> None:
    """Nothing is cut, folded or replaced."""
    assert normalize.parse_project_name(name) == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "has 0 characters; HQ accepts 1 to 255"),
        ("x" * 256, "has 256 characters; HQ accepts 1 to 255"),
        (" Tower", "must not start or end with a space: ' Tower'"),
        ("Tower ", "must not start or end with a space"),
        ("Tow\ner", "contains the invisible character U+000A; remove it"),
        ("Tow\u200ber", "contains the invisible character U+200B"),
        ("Tow\ud800er", "contains the invisible character U+D800"),
        (7, "must be text, not 7; put it in quotes: '7'"),
        (True, "must be text, not True"),
        (None, "must be text, not None"),
    ],
)
def test_a_bad_name_is_told_in_words(name: Any, words: str) -> None:
    """Each says what is wrong with it and what HQ takes."""
    with pytest.raises(ValueError, match=re.escape(words)):
        normalize.parse_project_name(name)


@pytest.mark.parametrize(
    ("number", "quoted"),
    [(10115, "'10115'"), (10115.0, "'10115'"), (12345678.0, "'12345678'"), (1.5, "'1.5'")],
)
def test_a_number_for_text_is_shown_in_quotes_digit_by_digit(number: float, quoted: str) -> None:
    """Pulumi turns every number into a float; the advice can be copied all the same."""
    with pytest.raises(ValueError, match="put it in quotes") as caught:
        normalize.limit_text(255)(number)

    assert str(caught.value).endswith(quoted)


def test_a_text_ends_at_its_limit() -> None:
    """The last character that HQ takes is taken, the next is not."""
    assert normalize.limit_text(255)("x" * 255) == "x" * 255

    with pytest.raises(ValueError, match="has 256 characters; HQ accepts 255 at most"):
        normalize.limit_text(255)("x" * 256)
