"""Names and texts: their limits and HQ's reserved characters."""

import re
from typing import Any

import pytest

from bim360_provider.models import normalize

RESERVED = '\\/?[]>*:<"|,'


@pytest.mark.parametrize("character", RESERVED)
def test_the_message_names_each_reserved_character(character: str) -> None:
    """HQ's list does not contain the dot."""
    with pytest.raises(ValueError, match="must not contain") as caught:
        normalize.parse_project_name(f"Tower {character}")

    assert f"must not contain {character} (HQ reserves" in str(caught.value)


@pytest.mark.parametrize("name", ["Tower A.1", "x", "x" * 255, "Łódź 塔 №1", "100%"])
def test_a_valid_name_is_unchanged(name: str) -> None:
    """Nothing is truncated, folded or replaced."""
    assert normalize.parse_project_name(name) == name


@pytest.mark.parametrize(
    ("name", "message"),
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
def test_the_message_for_an_invalid_name_has_the_rule(name: Any, message: str) -> None:
    """It says what HQ accepts."""
    with pytest.raises(ValueError, match=re.escape(message)):
        normalize.parse_project_name(name)


@pytest.mark.parametrize(
    ("number", "quoted"),
    [(10115, "'10115'"), (10115.0, "'10115'"), (12345678.0, "'12345678'"), (1.5, "'1.5'")],
)
def test_the_message_for_a_number_suggests_its_digits_in_quotes(number: float, quoted: str) -> None:
    """Pulumi converts each number to a float; the suggestion can be copied anyway."""
    with pytest.raises(ValueError, match="put it in quotes") as caught:
        normalize.limit_text(255)(number)

    assert str(caught.value).endswith(quoted)


def test_a_text_over_its_limit_is_refused() -> None:
    """The last valid length is accepted."""
    assert normalize.limit_text(255)("x" * 255) == "x" * 255

    with pytest.raises(ValueError, match="has 256 characters; HQ accepts 255 at most"):
        normalize.limit_text(255)("x" * 256)
