"""Kinds of cells by their form, right or wrong: to see whether a cell is under its column."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from bim360_provider.models import enums
from bim360_provider.models.suggestions import suggestion

__all__ = ["KINDS"]

A_DATE: Final = re.compile(
    r"\W*\d{1,4}(?:[-./]\s?|\s)(?:\d{1,2}|[^\W\d]{3,9})(?:[-./]\s?|\s)\d{1,4}\b.*"
    r"|[^\W\d]{3,9} \d{1,2},? \d{2,4}"
)
AN_AMOUNT: Final = re.compile(r"\W*[^\W\d]{0,5}\W*\d[\d\s.,'\u2019_]*\W*[^\W\d]{0,5}\W*")
LONGEST: Final = 40
"""Characters of a date or an amount: a longer text is something else."""

REMEMBERED: Final = 1000
"""Cells whose kind is kept: each attempt to move a row looks at the same ones."""

CODE_LENGTH: Final = 3


@lru_cache(maxsize=REMEMBERED)
def _is_currency(text: str) -> bool:
    short = len(text) <= CODE_LENGTH and not re.search(r"\d", text)
    return short or suggestion(text, enums.CURRENCIES) is not None


def _is_date(text: str) -> bool:
    return len(text) <= LONGEST and A_DATE.fullmatch(text) is not None


def _is_amount(text: str) -> bool:
    return len(text) <= LONGEST and AN_AMOUNT.fullmatch(text) is not None and not _is_date(text)


def _is_type(text: str) -> bool:
    return re.search(r"[^\W\d]", text) is not None and not _is_date(text)


KINDS: Final[dict[str, Callable[[str], bool]]] = {
    "start_date": _is_date,
    "end_date": _is_date,
    "project_type": _is_type,
    "value": _is_amount,
    "currency": _is_currency,
}
"""Arguments whose values are recognized by their form."""
