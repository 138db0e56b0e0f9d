"""Read the values of fields in bodies: text, dates, numbers, ids and HQ's lists."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from pydantic import JsonValue

from bim360_provider.emulator.hq.enums import SERVICES, TRADES
from bim360_provider.emulator.http.errors import format_suggestion
from bim360_provider.emulator.options import Options

FieldReader: TypeAlias = Callable[[JsonValue, Options], str | float | None]
"""A reader of one field; its ValueError has the text after the field's name in the message."""

RESERVED_CHARACTERS = '\\/?[]>*:<"|,'
"""Documented; the page leaves open whether "." belongs to the list, and the vendor's set-up tool
allows it: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

DATE_PATTERN = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

EMAIL_PATTERN = re.compile(r"[^@\s]+@[^@\s]+")

UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

TEXT_LIMIT = 255
"""Characters; the documented limit of nearly every text of HQ."""


@dataclass(frozen=True, slots=True)
class BodyField:
    """One field of a body."""

    name: str
    reader: FieldReader
    is_required: bool = False


def read_text(given: JsonValue, _options: Options, limit: int = TEXT_LIMIT) -> str:
    """Read text up to a number of characters."""
    value = read_long_text(given, _options)
    if len(value) > limit:
        msg = f"has {len(value)} characters; the limit is {limit}"
        raise ValueError(msg)
    return value


def read_long_text(given: JsonValue, _options: Options) -> str:
    """Read text of any length."""
    if not isinstance(given, str):
        msg = "is not a string"
        raise ValueError(msg)
    if not given.isprintable() and any("\ud800" <= each <= "\udfff" for each in given):
        msg = "is not valid Unicode"
        raise ValueError(msg)
    return given


def read_email_address(given: JsonValue, options: Options) -> str:
    """Read an e-mail address: text up to 255 characters with an @ in the middle (inference)."""
    value = read_text(given, options)
    if not EMAIL_PATTERN.fullmatch(value):
        msg = f'"{value}" is not an e-mail address'
        raise ValueError(msg)
    return value


def read_trade(given: JsonValue, options: Options) -> str:
    """Read a company's trade.

    The vendor's OpenAPI file lists 66 trades, but its example of an import uses another one: any
    text is accepted unless ``trades`` is strict.
    """
    value = read_text(given, options)
    if options.trades == "strict" and value not in TRADES:
        msg = f'"{value}" is not on the list{format_suggestion(value, TRADES)}'
        raise ValueError(msg)
    return value


def read_project_name(given: JsonValue, options: Options) -> str:
    """Read a project's name: up to 255 characters, none of them reserved."""
    value = read_text(given, options)
    bad = [character for character in RESERVED_CHARACTERS if character in value]
    if bad:
        msg = f"must not contain {' '.join(bad)}"
        raise ValueError(msg)
    return value


def read_date(given: JsonValue, _options: Options) -> str:
    """Read a date as ``YYYY-MM-DD``."""
    value = read_long_text(given, _options)
    if not _is_date(value):
        msg = f'"{value}" is not a date as YYYY-MM-DD'
        raise ValueError(msg)
    return value


def _is_date(value: str) -> bool:
    # From Python 3.11 on, fromisoformat alone would accept 20240102 as well.
    if not DATE_PATTERN.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def read_number(given: JsonValue, _options: Options) -> float:
    """Read a number, or a number in a string (observed: the vendor's set-up tool sends one)."""
    number = _parse_number(given)
    if not math.isfinite(number):
        msg = "is not a number"
        raise ValueError(msg)
    return number


def _parse_number(given: JsonValue) -> float:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return math.nan
    try:
        return float(given)
    except (ValueError, OverflowError):
        return math.nan


def build_choice_reader(allowed: Sequence[str]) -> FieldReader:
    """Return a reader of one of HQ's lists, case-sensitive."""

    def read(given: JsonValue, options: Options) -> str:
        value = read_text(given, options)
        if options.enums == "strict" and value not in allowed:
            msg = f'"{value}" is not on the list{format_suggestion(value, allowed)}'
            raise ValueError(msg)
        return value

    return read


def read_uuid(given: JsonValue, _options: Options) -> str:
    """Read a UUID and keep it as it was written."""
    value = read_long_text(given, _options)
    if not UUID_PATTERN.fullmatch(value):
        msg = f'"{value}" is not a UUID'
        raise ValueError(msg)
    return value


def read_boolean(given: JsonValue, _options: Options) -> int:
    """Read a boolean, or one in a string as in the page's own example."""
    if isinstance(given, bool) or given in ("true", "false"):
        return int(given in (True, "true"))
    msg = "is neither true nor false"
    raise ValueError(msg)


def read_services(given: JsonValue, options: Options) -> str:
    """Read a comma-separated list of services into the emulator's order; HQ documents none."""
    wanted = {each.strip() for each in read_long_text(given, options).split(",") if each.strip()}
    unknown = sorted(wanted - {*SERVICES})
    if unknown and options.enums == "strict":
        msg = f'"{unknown[0]}" is not a service{format_suggestion(unknown[0], SERVICES)}'
        raise ValueError(msg)
    return join_services(wanted)


def join_services(wanted: set[str]) -> str:
    """Join services as HQ does, in the emulator's order."""
    known = [each for each in SERVICES if each in wanted]
    return ",".join([*known, *sorted(wanted - {*SERVICES})])
