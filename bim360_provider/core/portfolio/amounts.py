"""Amounts as spreadsheets write them: with signs of currencies, and digits in groups."""

import re
import unicodedata
from typing import Final

from bim360_provider.models import enums, normal
from bim360_provider.models.aliases import ALIASES, compact

__all__ = ["amount"]

LONGEST: Final = 40
"""Characters of an amount: a longer text is something else."""

PLAIN: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")

GROUPED: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:(?P<mark>[.,'\u2019_ ])\d{3}(?:(?P=mark)\d{3})*)?|\d+)"
    r"(?:(?P<point>[.,])(?P<cents>\d{1,2}))?"
)
"""``3.000.000,00``, ``3,000,000.00``, ``3'000'000``: groups by one sign, two decimals."""

EITHER: Final = re.compile(r"(?P<sign>[+-]?)(?P<left>\d{1,3})[.,](?P<right>\d{3})")
"""``3.000``: three thousand in one half of the world, three in the other."""

ALIKE: Final = {"\u066c": ",", "\u066b": ".", "\uff0c": ",", "\uff0e": ".", "\u2019": "'"}
"""Arabic and full-width signs, and the one that they correspond to."""

SPACES: Final = re.compile(r"[\u00a0\u2007\u2009\u202f]")
"""Spaces that spreadsheets write between groups so that lines don't break there."""

MONEY: Final = re.compile(r"[^\d\s.,'\u2019_+-]+")


def amount(text: str) -> float:
    """Return the amount of a cell.

    Raises:
        ValueError: It isn't a plain number. A number is suggested only where nothing but signs of
            a currency and of grouping would go; where a cell has two readings, both are shown.
    """
    if PLAIN.fullmatch(text) and not _is_ambiguous(text):
        return normal.money(text)
    words = f"must be a number such as 3000000 or 3000000.50, not {normal.shown(text)}"
    meant = " or ".join(_readings(text)) if len(text) <= LONGEST else ""
    raise ValueError(f"{words}; write {meant}" if meant else words)


def _is_ambiguous(text: str) -> bool:
    found = GROUPED.fullmatch(text)
    return bool(found and found["mark"])


def _readings(text: str) -> list[str]:
    """Return the numbers that a cell can stand for, in ASCII digits, as ``amount`` reads them."""
    number = _without_currency(_plain_signs(text))
    either = EITHER.fullmatch(number) if number else None
    if either:
        sign, left, right = either["sign"], either["left"], either["right"]
        thousands = [] if left.startswith("0") else [f"{sign}{left}{right}"]
        return [*thousands, f"{sign}{left}{_decimals(right)}"]
    found = GROUPED.fullmatch(number) if number else None
    if found is None or (found["mark"] and found["mark"] == found["point"]):
        return []
    if found["mark"] and found["whole"].startswith("0"):
        return []
    whole = re.sub(r"\D", "", found["whole"])
    return [f"{found['sign']}{whole}" + (f".{found['cents']}" if found["cents"] else "")]


def _decimals(digits: str) -> str:
    """Return three decimals so that they cannot be a group of digits."""
    left = digits.rstrip("0")
    padding = "0" if len(left) == len(digits) else ""
    return f".{left}{padding}" if left else ""


def _plain_signs(text: str) -> str:
    spaced = SPACES.sub(" ", text)
    return "".join(_plain_sign(character) for character in spaced)


def _plain_sign(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return ALIKE.get(character, character)


def _without_currency(text: str) -> str | None:
    """Return a text without its currency, or None if it contains other words."""
    signs = MONEY.findall(text)
    if not signs:
        return text
    if len(signs) > 1 or not _is_currency(signs[0]):
        return None
    before, after = (part.strip() for part in text.split(signs[0], 1))
    if before in ("+", "-"):
        return before + after
    return None if before and after else before + after


def _is_currency(sign: str) -> bool:
    """Return whether a text stands for a currency and for nothing else, such as a million."""
    if sign.upper() in enums.CURRENCIES or all(unicodedata.category(c) == "Sc" for c in sign):
        return True
    return any(value in enums.CURRENCIES for value in ALIASES.get(compact(sign), ()))
