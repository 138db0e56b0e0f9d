"""Readers of single values: each returns what is stored, or says what is wrong."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator.enums import SERVICES, TRADES
from bim360_provider.emulator.nearest import nearest
from bim360_provider.emulator.options import Options
from bim360_provider.emulator.store import Value

Reader: TypeAlias = Callable[[JsonValue, Options], Value]
"""Raises ValueError with the words that follow the field's name in the message."""

NAME_LIMIT = 255
RESERVED = '\\/?[]>*:<"|,'
"""Documented; the page leaves open whether "." belongs to the list, and the vendor's set-up tool
allows it: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EMAIL_FORM = re.compile(r"[^@\s]+@[^@\s]+")
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def text(limit: int) -> Reader:
    """Return a reader of text up to a number of characters."""

    def read(given: JsonValue, _options: Options) -> str:
        given = _string(given)
        if len(given) > limit:
            msg = f"has {len(given)} characters; the limit is {limit}"
            raise ValueError(msg)
        return given

    return read


def any_text(given: JsonValue, _options: Options) -> str:
    """Read text of any length, as long as it is text."""
    return _string(given)


def email(given: JsonValue, options: Options) -> Value:
    """Read an e-mail address: text up to 255 characters with an @ in the middle (inference)."""
    value = str(text(NAME_LIMIT)(given, options))
    if not EMAIL_FORM.fullmatch(value):
        msg = f'"{value}" is not an e-mail address'
        raise ValueError(msg)
    return value


def trade(given: JsonValue, options: Options) -> Value:
    """Read a company's trade.

    The vendor's OpenAPI file lists 66, its own example of an import has another: any text is taken
    unless ``trades`` is strict.
    """
    value = str(text(NAME_LIMIT)(given, options))
    if options.trades == "strict" and value not in TRADES:
        msg = f'"{value}" is not on the list{nearest(value, TRADES)}'
        raise ValueError(msg)
    return value


def name(given: JsonValue, options: Options) -> Value:
    """Read a project's name: up to 255 characters, none of them reserved."""
    value = str(text(NAME_LIMIT)(given, options))
    bad = [character for character in RESERVED if character in value]
    if bad:
        msg = f"must not contain {' '.join(bad)}"
        raise ValueError(msg)
    return value


def day(given: JsonValue, _options: Options) -> str:
    """Read a date as ``YYYY-MM-DD``."""
    value = _string(given)
    if not _is_day(value):
        msg = f'"{value}" is not a date as YYYY-MM-DD'
        raise ValueError(msg)
    return value


def _is_day(value: str) -> bool:
    # fromisoformat alone would take 20240102 as well from Python 3.11 on.
    if not DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def amount(given: JsonValue, _options: Options) -> float:
    """Read a number, or a number in a string (observed: the vendor's set-up tool sends one)."""
    number = _number(given)
    if not math.isfinite(number):
        msg = "is not a number"
        raise ValueError(msg)
    return number


def _number(given: JsonValue) -> float:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return math.nan
    try:
        return float(given)
    except (ValueError, OverflowError):
        return math.nan


def listed(allowed: Sequence[str]) -> Reader:
    """Return a reader of one of HQ's lists, case-sensitive."""

    def read(given: JsonValue, options: Options) -> Value:
        value = str(text(NAME_LIMIT)(given, options))
        if options.enums == "strict" and value not in allowed:
            msg = f'"{value}" is not on the list{nearest(value, allowed)}'
            raise ValueError(msg)
        return value

    return read


def unique_id(given: JsonValue, _options: Options) -> str:
    """Read a UUID and keep it as it was written."""
    value = _string(given)
    if not UUID_FORM.fullmatch(value):
        msg = f'"{value}" is not a UUID'
        raise ValueError(msg)
    return value


def flag(given: JsonValue, _options: Options) -> int:
    """Read a boolean, or one in a string as the page's own example sends it."""
    if isinstance(given, bool) or given in ("true", "false"):
        return int(given in (True, "true"))
    msg = "is neither true nor false"
    raise ValueError(msg)


def services(given: JsonValue, options: Options) -> str:
    """Read a comma separated list; HQ promises no order, the emulator keeps its own."""
    wanted = {each.strip() for each in _string(given).split(",") if each.strip()}
    unknown = sorted(wanted - {*SERVICES})
    if unknown and options.enums == "strict":
        msg = f'"{unknown[0]}" is not a service{nearest(unknown[0], SERVICES)}'
        raise ValueError(msg)
    return joined(wanted)


def joined(wanted: set[str]) -> str:
    """Return services as HQ writes them, in the emulator's own order."""
    known = [each for each in SERVICES if each in wanted]
    return ",".join([*known, *sorted(wanted - {*SERVICES})])


def _string(given: JsonValue) -> str:
    if not isinstance(given, str):
        msg = "is not a string"
        raise ValueError(msg)
    if not given.isprintable() and any("\ud800" <= each <= "\udfff" for each in given):
        msg = "is not valid Unicode"
        raise ValueError(msg)
    return given
