"""Cells as values: the lists, dates and amounts that spreadsheets write in their own formats."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from bim360_provider.models import enums, normalize
from bim360_provider.models.suggestions import ALIASES, compact_word

__all__ = ["find_format_fault", "parse_amount", "parse_date", "parse_value"]

MAX_VALUE_LENGTH: Final = 40
"""Characters of an amount: a longer text is something else."""

PLAIN_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")

GROUPED_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:(?P<mark>[.,'\u2019_ ])\d{3}(?:(?P=mark)\d{3})*)?|\d+)"
    r"(?:(?P<point>[.,])(?P<cents>\d{1,2}))?"
)
"""``3.000.000,00``, ``3,000,000.00``, ``3'000'000``: groups by one sign, two decimals."""

AMBIGUOUS_NUMBER: Final = re.compile(r"(?P<sign>[+-]?)(?P<left>\d{1,3})[.,](?P<right>\d{3})")
"""``3.000``: three thousand in one half of the world, three in the other."""

EQUIVALENT_SIGNS: Final = {
    "\u066c": ",",
    "\u066b": ".",
    "\uff0c": ",",
    "\uff0e": ".",
    "\u2019": "'",
}
"""Arabic and full-width signs, and the one that they correspond to."""

SPACES: Final = re.compile(r"[\u00a0\u2007\u2009\u202f]")
"""Spaces that spreadsheets write between groups so that lines don't break there."""

CURRENCY_SIGN: Final = re.compile(r"[^\d\s.,'\u2019_+-]+")


def parse_amount(text: str) -> float:
    """Return the amount of a cell.

    Raises:
        ValueError: It isn't a plain number. A number is suggested only where nothing but signs of
            a currency and of grouping would go; where a cell has two readings, both are shown.
    """
    if PLAIN_NUMBER.fullmatch(text) and not _is_ambiguous(text):
        return normalize.parse_amount(text)
    words = f"must be a number such as 3000000 or 3000000.50, not {normalize.quote_value(text)}"
    meant = " or ".join(_list_readings(text)) if len(text) <= MAX_VALUE_LENGTH else ""
    raise ValueError(f"{words}; write {meant}" if meant else words)


def _is_ambiguous(text: str) -> bool:
    found = GROUPED_NUMBER.fullmatch(text)
    return bool(found and found["mark"])


def _list_readings(text: str) -> list[str]:
    """Return the numbers that a cell can stand for, in ASCII digits, as ``amount`` reads them."""
    number = _strip_currency(_normalize_signs(text))
    either = AMBIGUOUS_NUMBER.fullmatch(number) if number else None
    if either:
        sign, left, right = either["sign"], either["left"], either["right"]
        thousands = [] if left.startswith("0") else [f"{sign}{left}{right}"]
        return [*thousands, f"{sign}{left}{_format_decimals(right)}"]
    found = GROUPED_NUMBER.fullmatch(number) if number else None
    if found is None or (found["mark"] and found["mark"] == found["point"]):
        return []
    if found["mark"] and found["whole"].startswith("0"):
        return []
    whole = re.sub(r"\D", "", found["whole"])
    return [f"{found['sign']}{whole}" + (f".{found['cents']}" if found["cents"] else "")]


def _format_decimals(digits: str) -> str:
    """Return three decimals so that they cannot be a group of digits."""
    left = digits.rstrip("0")
    padding = "0" if len(left) == len(digits) else ""
    return f".{left}{padding}" if left else ""


def _normalize_signs(text: str) -> str:
    spaced = SPACES.sub(" ", text)
    return "".join(_normalize_sign(character) for character in spaced)


def _normalize_sign(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return EQUIVALENT_SIGNS.get(character, character)


def _strip_currency(text: str) -> str | None:
    """Return a text without its currency, or None if it contains other words."""
    signs = CURRENCY_SIGN.findall(text)
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
    return any(value in enums.CURRENCIES for value in ALIASES.get(compact_word(sign), ()))


SAMPLE_DATE: Final = date(2027, 1, 31)
"""A day on which every way to write it is another."""

NUMERIC_DATE: Final = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[-./]|\s?[-./]\s|\s)(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})(?P<end>\.?)",
    re.ASCII,
)
"""``31.12.2027``, ``12/31/27``, ``31. 12. 2027``, ``2027. 12. 31.``, ``2027-1-5``."""

TIME_OF_DAY: Final = re.compile(r"[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?$")
"""The time of day, which spreadsheets add to a date."""

WEEKDAY: Final = re.compile(r"^[A-Za-z]{2,9}\.?, ")

MONTH_NAME_FORMATS: Final = (
    *("%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %b %y", "%d-%b-%y", "%d/%b/%y"),
    *("%d %B %Y", "%d-%B-%Y", "%d/%B/%Y", "%d. %B %Y", "%d %B %y", "%d-%B-%y"),
    *("%b %d, %Y", "%B %d, %Y", "%Y-%b-%d", "%Y年%m月%d日", "%Y년 %m월 %d일"),
)
"""With the name of the month, and in Chinese, Japanese and Korean."""

QUOTE_CHARACTERS: Final = "\"'\u2018\u2019\u201c\u201d\u201e "

SERIAL_DATE: Final = re.compile(r"[2-6]\d{4}(?:[.,]\d+)?", re.ASCII)
"""Days since 1900 or 1904, which is what a cell shows that isn't formatted as a date."""


def parse_date(text: str, date_format: str | None) -> str:
    """Return the day of a cell as ``YYYY-MM-DD``.

    Args:
        text: The text of the cell.
        date_format: How the file writes dates, in ``strptime``'s language; ``YYYY-MM-DD`` is
            always understood.

    Raises:
        ValueError: It isn't written so. Every day that it can stand for is shown.
    """
    found = _parse_with_format(text, date_format) if date_format else None
    if found:
        return found
    try:
        return normalize.parse_date(text)
    except ValueError as error:
        words = (
            f"{error}, nor like {date_format!r}"
            if date_format
            else f"{error}{_suggest_dates(text)}"
        )
        raise ValueError(words) from None


def find_format_fault(date_format: object) -> str | None:
    """Return what is wrong with a date format: it must contain year, month and day."""
    try:
        written = SAMPLE_DATE.strftime(date_format) if isinstance(date_format, str) else ""
        if written and _parse_with_format(written, str(date_format)) == SAMPLE_DATE.isoformat():
            return None
    except ValueError:
        pass
    return f"{date_format!r} does not describe a date; '%m/%d/%Y' and '%d.%m.%Y' do"


def _parse_with_format(text: str, date_format: str) -> str | None:
    try:
        # Only the day is kept, so no time zone can be wrong about it.
        return datetime.strptime(text, date_format).date().isoformat()  # noqa: DTZ007 - see above
    except (ValueError, OverflowError, re.error):
        return None


def _suggest_dates(text: str) -> str:
    """Return what to write in place of a date in one of the world's other ways."""
    if len(text) > MAX_VALUE_LENGTH:
        return ""
    if SERIAL_DATE.fullmatch(text):
        return "; if it is a count of days, format the column as a date and save the file again"
    alone = WEEKDAY.sub("", TIME_OF_DAY.sub("", text)).strip(QUOTE_CHARACTERS)
    days: dict[str, str] = {}
    for each in (*_list_numeric_formats(alone), *_list_named_formats(alone)):
        found = _parse_with_format(alone, each)
        if found:
            days.setdefault(found, each)
    # A format is for the whole cell; where more stands in it, only the day can be written.
    advice = (
        f"{found} (or date_format='{each}')" if alone == text else found
        for found, each in days.items()
    )
    return "; write " + " or ".join(advice) if days else ""


def _list_named_formats(text: str) -> tuple[str, ...]:
    return MONTH_NAME_FORMATS if re.search(r"\d", text) and re.search(r"[^\W\d]", text) else ()


def _list_numeric_formats(text: str) -> list[str]:
    """Return the formats in which three numbers are a date: by the length of the year."""
    found = NUMERIC_DATE.fullmatch(text)
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


ValueParser = Callable[[str], Any]


def parse_value(argument: str, text: str, date_format: str | None = None) -> Any:
    """Return the value of a cell that is not empty.

    Args:
        argument: The project's argument that the column gives.
        text: What the cell says.
        date_format: How the file writes dates, in ``strptime``'s language; ``YYYY-MM-DD`` is
            always understood.

    Raises:
        ValueError: It cannot be understood; the words say what to write.
    """
    if argument in DATE_ARGUMENTS:
        return parse_date(text, date_format)
    reader = VALUE_PARSERS.get(argument)
    return reader(text) if reader else text


def _parse_services(text: str) -> list[str]:
    """Return a list: the vendor's set-up tool lets people choose what stands between."""
    parts = (part.strip() for part in re.split(r"[,;|\r\n]+", text))
    return [word for part in parts if part for word in _split_services(part)]


def _split_services(part: str) -> list[str]:
    """Return the services that spaces separate; ``Project Management`` is one in two words."""
    words = part.split()
    known = [word for word in words if word.lower() in enums.SERVICE_TYPES]
    is_name = compact_word(part) in ALIASES or (not known and part != part.lower())
    return [part] if is_name else words


DATE_ARGUMENTS: Final = ("start_date", "end_date")

VALUE_PARSERS: Final[dict[str, ValueParser]] = {
    "value": parse_amount,
    "copy_timeout": parse_amount,
    "service_types": _parse_services,
}
