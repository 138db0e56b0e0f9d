"""Parse cells: lists, dates and amounts in the formats of spreadsheets."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from bim360_provider.models import enums, normalize
from bim360_provider.models.suggestions import ALIASES, compact_word

__all__ = ["find_format_fault", "parse_amount", "parse_date", "parse_value"]

MAX_VALUE_LENGTH: Final = 40
"""Maximum length of an amount."""

PLAIN_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")

GROUPED_NUMBER: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?:(?P<mark>[.,'\u2019_ ])\d{3}(?:(?P=mark)\d{3})*)?|\d+)"
    r"(?:(?P<point>[.,])(?P<cents>\d{1,2}))?"
)
"""Numbers with groups of digits: ``3.000.000,00``, ``3,000,000.00``, ``3'000'000``."""

AMBIGUOUS_NUMBER: Final = re.compile(r"(?P<sign>[+-]?)(?P<left>\d{1,3})[.,](?P<right>\d{3})")
"""``3.000``, which is three thousand or three, depending on the country."""

EQUIVALENT_SIGNS: Final = {
    "\u066c": ",",
    "\u066b": ".",
    "\uff0c": ",",
    "\uff0e": ".",
    "\u2019": "'",
}
"""Arabic and full-width signs, with their ASCII equivalents."""

SPACES: Final = re.compile(r"[\u00a0\u2007\u2009\u202f]")
"""No-break spaces that spreadsheets write between groups."""

CURRENCY_SIGN: Final = re.compile(r"[^\d\s.,'\u2019_+-]+")


def parse_amount(text: str) -> float:
    """Return the amount of a cell.

    Raises:
        ValueError: The text is not a plain number. The message suggests a number only if the text
            is one apart from currency and grouping; it suggests both readings of an ambiguous one.
    """
    if PLAIN_NUMBER.fullmatch(text) and not _is_ambiguous(text):
        return normalize.parse_amount(text)
    message = f"must be a number such as 3000000 or 3000000.50, not {normalize.quote_value(text)}"
    readings = " or ".join(_list_readings(text)) if len(text) <= MAX_VALUE_LENGTH else ""
    raise ValueError(f"{message}; write {readings}" if readings else message)


def _is_ambiguous(text: str) -> bool:
    found = GROUPED_NUMBER.fullmatch(text)
    return bool(found and found["mark"])


def _list_readings(text: str) -> list[str]:
    """Return the numbers that a cell may mean, in ASCII digits."""
    number = _strip_currency(_normalize_signs(text))
    ambiguous = AMBIGUOUS_NUMBER.fullmatch(number) if number else None
    if ambiguous:
        sign, left, right = ambiguous["sign"], ambiguous["left"], ambiguous["right"]
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
    """Return three decimals in a form that is not a group of digits."""
    decimals = digits.rstrip("0")
    padding = "0" if len(decimals) == len(digits) else ""
    return f".{decimals}{padding}" if decimals else ""


def _normalize_signs(text: str) -> str:
    spaced = SPACES.sub(" ", text)
    return "".join(_normalize_sign(character) for character in spaced)


def _normalize_sign(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return EQUIVALENT_SIGNS.get(character, character)


def _strip_currency(text: str) -> str | None:
    """Return a text without its currency, or None if it contains other letters."""
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
    """Return whether a text is a currency, and not a unit such as a million."""
    if sign.upper() in enums.CURRENCIES or all(unicodedata.category(c) == "Sc" for c in sign):
        return True
    return any(value in enums.CURRENCIES for value in ALIASES.get(compact_word(sign), ()))


SAMPLE_DATE: Final = date(2027, 1, 31)
"""A day whose date differs in each format."""

NUMERIC_DATE: Final = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[-./]|\s?[-./]\s|\s)(?P<b>\d{1,2})(?P=mark)(?P<c>\d{1,4})(?P<end>\.?)",
    re.ASCII,
)
"""``31.12.2027``, ``12/31/27``, ``31. 12. 2027``, ``2027. 12. 31.``, ``2027-1-5``."""

TIME_OF_DAY: Final = re.compile(r"[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?$")
"""The time of day, which spreadsheets append to a date."""

WEEKDAY: Final = re.compile(r"^[A-Za-z]{2,9}\.?, ")

MONTH_NAME_FORMATS: Final = (
    *("%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d %b %y", "%d-%b-%y", "%d/%b/%y"),
    *("%d %B %Y", "%d-%B-%Y", "%d/%B/%Y", "%d. %B %Y", "%d %B %y", "%d-%B-%y"),
    *("%b %d, %Y", "%B %d, %Y", "%Y-%b-%d", "%Y年%m月%d日", "%Y년 %m월 %d일"),
)
"""Formats with the name of the month, and in Chinese, Japanese and Korean."""

QUOTE_CHARACTERS: Final = "\"'\u2018\u2019\u201c\u201d\u201e "

SERIAL_DATE: Final = re.compile(r"[2-6]\d{4}(?:[.,]\d+)?", re.ASCII)
"""Days since 1900 or 1904: the value of a cell that is not formatted as a date."""


def parse_date(text: str, date_format: str | None) -> str:
    """Return the day of a cell as ``YYYY-MM-DD``.

    Args:
        text: The text of the cell.
        date_format: The file's date format, in ``strptime`` syntax; ``YYYY-MM-DD`` is always
            accepted.

    Raises:
        ValueError: The text has another format. The message shows each day that it may mean.
    """
    found = _parse_with_format(text, date_format) if date_format else None
    if found:
        return found
    try:
        return normalize.parse_date(text)
    except ValueError as error:
        advice = f", nor like {date_format!r}" if date_format else _suggest_dates(text)
        msg = f"{error}{advice}"
        raise ValueError(msg) from None


def find_format_fault(date_format: object) -> str | None:
    """Return the message for a date format without year, month or day, or None."""
    try:
        written = SAMPLE_DATE.strftime(date_format) if isinstance(date_format, str) else ""
        if written and _parse_with_format(written, str(date_format)) == SAMPLE_DATE.isoformat():
            return None
    except ValueError:
        pass
    return f"{date_format!r} does not describe a date; '%m/%d/%Y' and '%d.%m.%Y' do"


def _parse_with_format(text: str, date_format: str) -> str | None:
    try:
        # Only the day is used, so the time zone is irrelevant.
        return datetime.strptime(text, date_format).date().isoformat()  # noqa: DTZ007 - see above
    except (ValueError, OverflowError, re.error):
        return None


def _suggest_dates(text: str) -> str:
    """Return an advice for a date in another common format."""
    if len(text) > MAX_VALUE_LENGTH:
        return ""
    if SERIAL_DATE.fullmatch(text):
        return "; if it is a count of days, format the column as a date and save the file again"
    bare = WEEKDAY.sub("", TIME_OF_DAY.sub("", text)).strip(QUOTE_CHARACTERS)
    days: dict[str, str] = {}
    for each in (*_list_numeric_formats(bare), *_list_named_formats(bare)):
        found = _parse_with_format(bare, each)
        if found:
            days.setdefault(found, each)
    # date_format must match the whole cell; with additional text, only the day is suggested.
    advice = (
        f"{found} (or date_format='{each}')" if bare == text else found
        for found, each in days.items()
    )
    return "; write " + " or ".join(advice) if days else ""


def _list_named_formats(text: str) -> tuple[str, ...]:
    return MONTH_NAME_FORMATS if re.search(r"\d", text) and re.search(r"[^\W\d]", text) else ()


def _list_numeric_formats(text: str) -> list[str]:
    """Return the formats in which three numbers are a date, by the length of the year."""
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
        # Dates with dots have the day first.
        orders += [("%m", "%d", year)] if "." not in mark else []
        orders += [("%y", "%m", "%d")] if first == last and "." not in mark else []
    return [mark.join(order) + found["end"] for order in orders]


ValueParser = Callable[[str], Any]


def parse_value(argument: str, text: str, date_format: str | None = None) -> Any:
    """Return the value of a cell that is not empty.

    Args:
        argument: The project's argument of the column.
        text: The text of the cell.
        date_format: The file's date format, in ``strptime`` syntax; ``YYYY-MM-DD`` is always
            accepted.

    Raises:
        ValueError: The text is invalid; the message says how to correct it.
    """
    if argument in DATE_ARGUMENTS:
        return parse_date(text, date_format)
    parser = VALUE_PARSERS.get(argument)
    return parser(text) if parser else text


def _parse_services(text: str) -> list[str]:
    """Return the services of a cell; the vendor's set-up tool allows several separators."""
    parts = (part.strip() for part in re.split(r"[,;|\r\n]+", text))
    return [word for part in parts if part for word in _split_services(part)]


def _split_services(part: str) -> list[str]:
    """Return the services between spaces; ``Project Management`` is one service."""
    names = part.split()
    known = [name for name in names if name.lower() in enums.SERVICE_TYPES]
    is_name = compact_word(part) in ALIASES or (not known and part != part.lower())
    return [part] if is_name else names


DATE_ARGUMENTS: Final = ("start_date", "end_date")

VALUE_PARSERS: Final[dict[str, ValueParser]] = {
    "value": parse_amount,
    "copy_timeout": parse_amount,
    "service_types": _parse_services,
}
