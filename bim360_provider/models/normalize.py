"""Convert values of a user or of HQ to the normal form that is stored and compared."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final

from bim360_provider.models import display
from bim360_provider.models.display import (
    MAX_QUOTE_LENGTH,
    compose_text,
    decompose_text,
    quote_value,
)
from bim360_provider.models.suggestions import suggest_value

__all__ = [
    "UUID_PATTERN",
    "compose_text",
    "decompose_text",
    "limit_text",
    "parse_account_id",
    "parse_amount",
    "parse_date",
    "parse_each",
    "parse_entity_id",
    "parse_flag",
    "parse_id",
    "parse_id_or_none",
    "parse_project_name",
    "parse_seconds",
    "parse_services",
    "quote_value",
    "require_choice",
    "require_text",
]

UUID_PATTERN: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def parse_id_or_none(text: str) -> str | None:
    """Return an HQ id in normal form, or None if the text is not an id."""
    bare = text.strip().lower().removeprefix("b.")
    return bare if UUID_PATTERN.fullmatch(bare) else None


def parse_entity_id(text: str) -> str:
    """Return the id of a resource, which may join several ids, with each of them normalized.

    A part that is not an HQ id, such as ``image`` in ``…/image``, is only stripped.
    """
    parts = re.split(r"([:/])", text)
    return "".join(parse_id_or_none(part) or part.strip() for part in parts)


MAX_NAME_LENGTH: Final = 255

RESERVED_CHARACTERS: Final = '\\/?[]>*:<"|,'

DATE_PATTERN: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
"""A day, optionally with a time in a format of HQ or ISO 8601."""

MAX_SECONDS: Final = 3600


def require_text(value: object) -> str:
    """Return the value, which must be a text."""
    if not isinstance(value, str):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        advice = f"; put it in quotes: '{_format_number(value)}'" if number else ""
        msg = f"must be text, not {quote_value(value)}{advice}"
        raise ValueError(msg)
    return value


def _format_number(number: object) -> str:
    """Return a number as the user typed it; Pulumi passes 10115 as 10115.0."""
    return repr(number).removesuffix(".0")


def _require_printable(value: str) -> str:
    invisible = next((c for c in value if not c.isprintable()), None)
    if invisible is not None:
        # Removing a space of another width would join two words.
        advice = "write a plain space" if unicodedata.category(invisible) == "Zs" else "remove it"
        msg = f"contains the invisible character U+{ord(invisible):04X}; {advice}"
        raise ValueError(msg)
    return value


def limit_text(limit: int) -> Callable[[object], str]:
    """Return a parser of texts of at most ``limit`` characters; it strips a blank text."""

    def parse(value: object) -> str:
        text = compose_text(_require_printable(require_text(value)))
        if len(text) > limit:
            msg = f"has {len(text)} characters; HQ accepts {limit} at most"
            raise ValueError(msg)
        return text if text.strip() else ""

    return parse


def parse_project_name(value: object) -> str:
    r"""Return a project name: 1 to 255 characters, none of ``\ / ? [ ] > * : < " | ,``."""
    name = compose_text(_require_printable(require_text(value)))
    found = [c for c in RESERVED_CHARACTERS if c in name]
    if found:
        msg = f"must not contain {' '.join(found)} (HQ reserves {' '.join(RESERVED_CHARACTERS)})"
        raise ValueError(msg)
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        msg = f"has {len(name)} characters; HQ accepts 1 to {MAX_NAME_LENGTH}"
        raise ValueError(msg)
    if name != name.strip():
        msg = f"must not start or end with a space: {quote_value(name)}"
        raise ValueError(msg)
    return name


def parse_date(value: object) -> str:
    """Return a day as ``YYYY-MM-DD``; the time of a timestamp is removed."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = DATE_PATTERN.fullmatch(value) if isinstance(value, str) else None
    if found:
        try:
            return date.fromisoformat(found["day"]).isoformat()
        except ValueError:
            msg = f"{quote_value(value)} is not a day of the calendar"
            raise ValueError(msg) from None
    msg = f"must be a date such as '2027-01-31', not {quote_value(value)}"
    raise ValueError(msg)


def parse_amount(value: object) -> float:
    """Return an amount as a finite float; a text such as ``"3000.50"`` is accepted too."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        msg = f"must be a number such as 3000000, not {quote_value(value)}"
        raise ValueError(msg)
    try:
        amount = float(value)
    except (OverflowError, ValueError):
        amount = math.nan
    if not math.isfinite(amount) or (isinstance(value, str) and "_" in value):
        msg = f"must be a number such as 3000000, not {quote_value(value)}"
        raise ValueError(msg)
    return amount


def parse_seconds(value: object) -> float:
    """Return a waiting time in seconds, 0 to 3600."""
    seconds = parse_amount(value)
    if not 0 <= seconds <= MAX_SECONDS:
        msg = f"must be 0 to {MAX_SECONDS} seconds, not {quote_value(value)}"
        raise ValueError(msg)
    return seconds


def parse_flag(value: object) -> bool:
    """Return a boolean; the texts ``"true"`` and ``"false"`` are accepted too, as HQ does."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    msg = f"must be True or False, not {quote_value(value)}"
    raise ValueError(msg)


def parse_id(value: object) -> str:
    """Return an HQ id in lower case, without the prefix ``b.`` of other Autodesk APIs."""
    found = parse_id_or_none(require_text(value))
    if found is None:
        msg = (
            f"must be an id such as 'c17e6837-96cd-4839-868e-051a2ad65d28', "
            f"not {quote_value(value)}; HQ shows it in the page's address"
        )
        raise ValueError(msg)
    return found


parse_account_id = parse_id


def require_choice(allowed: Iterable[str], *, clearable: bool = False) -> Callable[[object], str]:
    """Return a parser of choices; its error suggests the most similar choice."""
    choices = tuple(allowed)

    def parse(value: object) -> str:
        text = require_text(value)
        if text in choices or (clearable and not text):
            return text
        raise ValueError(describe_unknown_choice(text, choices))

    return parse


def describe_unknown_choice(value: str, choices: tuple[str, ...]) -> str:
    """Return the message for a value that is not among the choices."""
    if display.has_secret(value):  # a similar choice would reveal it
        return f"{display.MASK} is not a valid value"
    message = f"{quote_value(value)} is not a valid value"
    suggestion = suggest_value(value, choices)
    if suggestion is not None:
        return f"{message}; did you mean '{suggestion}'?"
    if len(choices) > MAX_QUOTE_LENGTH // 4:
        return f"{message}; HQ's list is in docs/reference/hq.md"
    return f"{message}; write one of {', '.join(choices)}"


def parse_each(parse: Callable[[object], str], values: Iterable[object]) -> list[str]:
    """Return all values in normal form.

    Raises:
        ValueError: Some values are invalid; the message describes each of them.
    """
    parsed: list[str] = []
    errors = dict.fromkeys(filter(None, (_collect_value(parse, value, parsed) for value in values)))
    if errors:
        raise ValueError("; ".join(errors))
    return parsed


def _collect_value(parse: Callable[[object], str], value: object, parsed: list[str]) -> str:
    """Append a value in normal form, or return its error."""
    try:
        parsed.append(parse(value))
    except ValueError as error:
        return str(error)
    return ""


def parse_services(value: object) -> list[str]:
    """Return the service types, sorted and unique, from a list or a comma-separated text."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple, set, frozenset)):
        msg = f"must be a list such as ['doc_manager', 'pm'], not {quote_value(value)}"
        raise ValueError(msg)
    texts = parse_each(require_text, parts)
    return sorted({compose_text(text).strip() for text in texts} - {""})
