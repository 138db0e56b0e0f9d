"""Cells as values: the dates, amounts and lists that spreadsheets write in their own ways."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from bim360_provider.models import normal

__all__ = ["format_fault", "value_of"]

DAY_FIRST: Final = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")
MONTH_FIRST: Final = ("%m/%d/%Y", "%m-%d-%Y")
YEAR_FIRST: Final = ("%Y/%m/%d", "%Y.%m.%d")

A_DAY: Final = datetime(2027, 1, 31)  # noqa: DTZ001 - a day has no time zone
"""A day on which every way to write it is another."""

PLAIN: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")
"""``3.000.000``; and ``3.000``, which is three thousand to one half of the world."""

GROUPED: Final = re.compile(
    r"(?P<whole>[+-]?(?:\d+|\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})*))"
    r"(?:[.,](?P<cents>\d{1,2}))?"
)
"""``3.000.000,00`` and ``3,000,000.00``: thousands by one sign, hundredths by either."""

Reader = Callable[[str, str | None], Any]


def value_of(argument: str, text: str, date_format: str | None = None) -> Any:
    """Return the value of a cell that is not empty.

    Args:
        argument: The project's argument that the column gives.
        text: What the cell says.
        date_format: How the file writes dates, in ``strptime``'s language; ``YYYY-MM-DD`` is
            always understood.

    Raises:
        ValueError: It cannot be understood; the words say what to write.
    """
    reader = READERS.get(argument)
    return reader(text, date_format) if reader else text


def format_fault(date_format: str) -> str | None:
    """Return what is wrong with a date format: it must tell year, month and day."""
    try:
        if _parsed(A_DAY.strftime(date_format), date_format) == A_DAY.date().isoformat():
            return None
    except ValueError:
        pass
    return f"{date_format!r} does not describe a date; '%m/%d/%Y' and '%d.%m.%Y' do"


def _day(text: str, date_format: str | None) -> str:
    found = _parsed(text, date_format) if date_format else None
    if found:
        return found
    try:
        return normal.date_text(text)
    except ValueError as error:
        words = f"{error}, nor like {date_format!r}" if date_format else f"{error}{_meant(text)}"
        raise ValueError(words) from None


def _parsed(text: str, date_format: str) -> str | None:
    try:
        # Only the day is kept, so no time zone can be wrong about it.
        return datetime.strptime(text, date_format).date().isoformat()  # noqa: DTZ007 - see above
    except ValueError:
        return None


def _meant(text: str) -> str:
    """Return what to write in place of a date in one of the world's other ways."""
    formats = (*YEAR_FIRST, *DAY_FIRST, *MONTH_FIRST)
    days = {day: each for each in formats if (day := _parsed(text, each))}
    advice = " or ".join(f"{day} (or date_format='{each}')" for day, each in days.items())
    return f"; write {advice}" if advice else ""


def _amount(text: str, _: str | None) -> float:
    if PLAIN.fullmatch(text) and not THOUSANDS.fullmatch(text):
        return normal.money(text)
    words = f"must be a number such as 3000000 or 3000000.50, not {normal.shown(text)}"
    meant = _without_grouping(text)
    raise ValueError(f"{words}; write {meant}" if meant else words)


def _without_grouping(text: str) -> str | None:
    """Return the number that was meant, or None when that is anybody's guess."""
    found = GROUPED.fullmatch(re.sub(r"[^\d.,+-]", "", text))
    if found is None:
        return None
    whole = re.sub(r"[.,]", "", found["whole"])
    return f"{whole}.{found['cents']}" if found["cents"] else whole


def _services(text: str, _: str | None) -> list[str]:
    """Return a list: the vendor's set-up tool lets people choose what stands between."""
    return [word for word in re.split(r"[\s,;|]+", text) if word]


READERS: Final[dict[str, Reader]] = {
    "start_date": _day,
    "end_date": _day,
    "value": _amount,
    "service_types": _services,
}
