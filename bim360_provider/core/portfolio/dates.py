"""Dates as spreadsheets write them: which days a cell can stand for, and in which format."""

import re
from datetime import date, datetime
from typing import Final

from bim360_provider.models import normal

__all__ = ["day", "format_fault"]

A_DAY: Final = date(2027, 1, 31)
"""A day on which every way to write it is another."""

NUMBERS: Final = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[-./]|\s?[-./]\s|\s)(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})(?P<end>\.?)",
    re.ASCII,
)
"""``31.12.2027``, ``12/31/27``, ``31. 12. 2027``, ``2027. 12. 31.``, ``2027-1-5``."""

TIME: Final = re.compile(r"[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?$")
"""The time of day, which spreadsheets add to a date."""

WEEKDAY: Final = re.compile(r"^[A-Za-z]{2,9}\.?, ")

WITH_NAMES: Final = (
    *("%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %b %y", "%d-%b-%y", "%d/%b/%y"),
    *("%d %B %Y", "%d-%B-%Y", "%d/%B/%Y", "%d. %B %Y", "%d %B %y", "%d-%B-%y"),
    *("%b %d, %Y", "%B %d, %Y", "%Y-%b-%d", "%Y年%m月%d日", "%Y년 %m월 %d일"),
)
"""With the name of the month, and in Chinese, Japanese and Korean."""

QUOTES: Final = "\"'\u2018\u2019\u201c\u201d\u201e "

LONGEST: Final = 40
"""Characters of a date: a longer text is something else."""

SERIAL: Final = re.compile(r"[2-6]\d{4}(?:[.,]\d+)?", re.ASCII)
"""Days since 1900 or 1904, which is what a cell shows that isn't formatted as a date."""


def day(text: str, date_format: str | None) -> str:
    """Return the day of a cell as ``YYYY-MM-DD``.

    Args:
        text: The text of the cell.
        date_format: How the file writes dates, in ``strptime``'s language; ``YYYY-MM-DD`` is
            always understood.

    Raises:
        ValueError: It isn't written so. Every day that it can stand for is shown.
    """
    found = _parsed(text, date_format) if date_format else None
    if found:
        return found
    try:
        return normal.date_text(text)
    except ValueError as error:
        words = f"{error}, nor like {date_format!r}" if date_format else f"{error}{_meant(text)}"
        raise ValueError(words) from None


def format_fault(date_format: object) -> str | None:
    """Return what is wrong with a date format: it must contain year, month and day."""
    try:
        written = A_DAY.strftime(date_format) if isinstance(date_format, str) else ""
        if written and _parsed(written, str(date_format)) == A_DAY.isoformat():
            return None
    except ValueError:
        pass
    return f"{date_format!r} does not describe a date; '%m/%d/%Y' and '%d.%m.%Y' do"


def _parsed(text: str, date_format: str) -> str | None:
    try:
        # Only the day is kept, so no time zone can be wrong about it.
        return datetime.strptime(text, date_format).date().isoformat()  # noqa: DTZ007 - see above
    except (ValueError, OverflowError, re.error):
        return None


def _meant(text: str) -> str:
    """Return what to write in place of a date in one of the world's other ways."""
    if len(text) > LONGEST:
        return ""
    if SERIAL.fullmatch(text):
        return "; if it is a count of days, format the column as a date and save the file again"
    alone = WEEKDAY.sub("", TIME.sub("", text)).strip(QUOTES)
    days: dict[str, str] = {}
    for each in (*_numeric_formats(alone), *_formats_with_names(alone)):
        found = _parsed(alone, each)
        if found:
            days.setdefault(found, each)
    # A format is for the whole cell; where more stands in it, only the day can be written.
    advice = (
        f"{found} (or date_format='{each}')" if alone == text else found
        for found, each in days.items()
    )
    return "; write " + " or ".join(advice) if days else ""


def _formats_with_names(text: str) -> tuple[str, ...]:
    return WITH_NAMES if re.search(r"\d", text) and re.search(r"[^\W\d]", text) else ()


def _numeric_formats(text: str) -> list[str]:
    """Return the formats in which three numbers are a date: by the length of the year."""
    found = NUMBERS.fullmatch(text)
    if found is None:
        return []
    first, last, mark = len(found["a"]), len(found["c"]), found["mark"]
    orders = []
    if first == len("2027"):
        orders = [("%Y", "%m", "%d")]
    elif last in (len("27"), len("2027")):
        year = "%Y" if last == len("2027") else "%y"
        orders = [("%d", "%m", year)]
        # Dates with dots have the day before the month.
        orders += [("%m", "%d", year)] if "." not in mark else []
        orders += [("%y", "%m", "%d")] if first == last and "." not in mark else []
    return [mark.join(order) + found["end"] for order in orders]
