"""Normal forms: convert what a user or HQ wrote to the one form that is kept and compared."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final

from bim360_provider.models import display
from bim360_provider.models.display import SHOWN, composed, decomposed, shown
from bim360_provider.models.suggestions import suggestion

__all__ = [
    "UUID",
    "account_id",
    "composed",
    "date_text",
    "decomposed",
    "each_of",
    "entity_id",
    "flag",
    "id_or_none",
    "identifier",
    "is_text",
    "money",
    "one_of",
    "project_name",
    "seconds",
    "services",
    "shown",
    "text",
]

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def id_or_none(words: str) -> str | None:
    """Return an HQ id in its normal form; None where the text is not an id."""
    bare = words.strip().lower().removeprefix("b.")
    return bare if UUID.fullmatch(bare) else None


def entity_id(words: str) -> str:
    """Return the id of a resource, which may join several ids, with each of them normalized.

    A part that is not an HQ id, such as the ``image`` of ``…/image``, only loses its blanks.
    """
    parts = re.split(r"([:/])", words)
    return "".join(id_or_none(part) or part.strip() for part in parts)


NAME_LIMIT: Final = 255

RESERVED_IN_NAMES: Final = '\\/?[]>*:<"|,'

DAY: Final = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
"""A day, alone or with a time in one of the forms in which HQ and ISO 8601 write it."""

SECONDS_LIMIT: Final = 3600


def is_text(value: object) -> str:
    """Return a value that is a text."""
    if not isinstance(value, str):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        advice = f"; put it in quotes: '{_digits(value)}'" if number else ""
        msg = f"must be text, not {shown(value)}{advice}"
        raise ValueError(msg)
    return value


def _digits(number: object) -> str:
    """Return a number as it was typed: Pulumi hands 10115 over as 10115.0."""
    return repr(number).removesuffix(".0")


def _printable(value: str) -> str:
    odd = next((c for c in value if not c.isprintable()), None)
    if odd is not None:
        # A space of another width looks like a plain one: to remove it would join two words.
        advice = "write a plain space" if unicodedata.category(odd) == "Zs" else "remove it"
        msg = f"holds the character U+{ord(odd):04X}, which cannot be seen; {advice}"
        raise ValueError(msg)
    return value


def text(limit: int) -> Callable[[object], str]:
    """Return the normal form of a text of at most ``limit`` characters; blanks alone are none."""

    def normal(value: object) -> str:
        words = composed(_printable(is_text(value)))
        if len(words) > limit:
            msg = f"has {len(words)} characters; HQ takes {limit} at most"
            raise ValueError(msg)
        return words if words.strip() else ""

    return normal


def project_name(value: object) -> str:
    r"""Return a project name: 1 to 255 characters, none of ``\ / ? [ ] > * : < " | ,``."""
    name = composed(_printable(is_text(value)))
    found = [c for c in RESERVED_IN_NAMES if c in name]
    if found:
        msg = f"must not hold {' '.join(found)} (HQ reserves {' '.join(RESERVED_IN_NAMES)})"
        raise ValueError(msg)
    if not 1 <= len(name) <= NAME_LIMIT:
        msg = f"has {len(name)} characters; HQ takes 1 to {NAME_LIMIT}"
        raise ValueError(msg)
    if name != name.strip():
        msg = f"must not start or end with a space: {shown(name)}"
        raise ValueError(msg)
    return name


def date_text(value: object) -> str:
    """Return a day as ``YYYY-MM-DD``; HQ's full timestamps are cut to their day."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = DAY.fullmatch(value) if isinstance(value, str) else None
    if found:
        try:
            return date.fromisoformat(found["day"]).isoformat()
        except ValueError:
            msg = f"{shown(value)} is not a day of the calendar"
            raise ValueError(msg) from None
    msg = f"must be a date such as '2027-01-31', not {shown(value)}"
    raise ValueError(msg)


def money(value: object) -> float:
    """Return an amount as a finite float; text such as ``"3000.50"`` is taken too."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        msg = f"must be a number such as 3000000, not {shown(value)}"
        raise ValueError(msg)
    try:
        amount = float(value)
    except (OverflowError, ValueError):
        amount = math.nan
    if not math.isfinite(amount) or (isinstance(value, str) and "_" in value):
        msg = f"must be a number such as 3000000, not {shown(value)}"
        raise ValueError(msg)
    return amount


def seconds(value: object) -> float:
    """Return a waiting time in seconds, 0 to 3600."""
    span = money(value)
    if not 0 <= span <= SECONDS_LIMIT:
        msg = f"must be 0 to {SECONDS_LIMIT} seconds, not {shown(value)}"
        raise ValueError(msg)
    return span


def flag(value: object) -> bool:
    """Return a boolean; the texts ``"true"`` and ``"false"`` are taken too, as HQ takes them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    msg = f"must be True or False, not {shown(value)}"
    raise ValueError(msg)


def identifier(value: object) -> str:
    """Return an HQ id in lower case, without the ``b.`` that other Autodesk APIs put before it."""
    found = id_or_none(is_text(value))
    if found is None:
        msg = (
            f"must be an id such as 'c17e6837-96cd-4839-868e-051a2ad65d28', "
            f"not {shown(value)}; HQ shows it in the page's address"
        )
        raise ValueError(msg)
    return found


account_id = identifier


def one_of(allowed: Iterable[str], *, clearable: bool = False) -> Callable[[object], str]:
    """Return the normal form of a choice; the error suggests the choice that was likely meant."""
    choices = tuple(allowed)

    def normal(value: object) -> str:
        word = is_text(value)
        if word in choices or (clearable and not word):
            return word
        raise ValueError(unknown_choice(word, choices))

    return normal


def unknown_choice(word: str, choices: tuple[str, ...]) -> str:
    """Return what to say of a word that is not among the choices."""
    if display.hides(word):  # a choice that is near would give it away
        return f"does not know {display.MASK}"
    near = suggestion(word, choices)
    if near is not None:
        return f"does not know {shown(word)}; did you mean '{near}'?"
    if len(choices) > SHOWN // 4:
        return f"does not know {shown(word)}; HQ's list is in docs/hq.md"
    return f"does not know {shown(word)}; write one of {', '.join(choices)}"


def each_of(form: Callable[[object], str], values: Iterable[object]) -> list[str]:
    """Return all values in normal form.

    Raises:
        ValueError: Some have none; the message has what is wrong with each of them.
    """
    found: list[str] = []
    wrong = dict.fromkeys(filter(None, (_fault(form, value, found) for value in values)))
    if wrong:
        raise ValueError("; ".join(wrong))
    return found


def _fault(form: Callable[[object], str], value: object, found: list[str]) -> str:
    """Add a value to those found, or return what is wrong with it."""
    try:
        found.append(form(value))
    except ValueError as error:
        return str(error)
    return ""


def services(value: object) -> list[str]:
    """Return service types sorted and without repeats, from a list or HQ's comma text."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple, set, frozenset)):
        msg = f"must be a list such as ['doc_manager', 'pm'], not {shown(value)}"
        raise ValueError(msg)
    texts = each_of(is_text, parts)
    return sorted({composed(text).strip() for text in texts} - {""})
