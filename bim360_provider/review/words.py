"""HQ's fields and values as people say them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bim360_provider.review.glossary import FIELDS, SERVICES
from bim360_provider.review.hidden_values import is_secret, is_unknown

__all__ = [
    "SECRET",
    "UNKNOWN",
    "listed",
    "of_field",
    "of_value",
    "shortened",
]

SECRET: Final = "secret"  # noqa: S105 - the word that stands in a secret's place
UNKNOWN: Final = "known after the run"

LONGEST: Final = 160
"""Characters of a value that are shown; a review is for seeing that it changes."""

LISTED: Final = 12
"""Elements of a list that are shown, for the same reason."""


def of_field(name: str) -> str:
    """Return what people call a field."""
    return FIELDS.get(name, name.replace("_", " "))


def of_value(name: str, value: Any, bag: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a value as people write it; nothing of a secret, and no more than fits a cell.

    Args:
        name: The field that it is the value of.
        value: The value; None stands for none.
        bag: The fields beside it: money needs its currency.
        names: What the plan knows of ids: names by id.
    """
    if is_secret(value):
        return SECRET
    if is_unknown(value):
        return UNKNOWN
    if name in _BY_NAME:
        return _BY_NAME[name](value, bag)
    return _plain(value, names)


def _plain(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return shortened(names.get(value, value)) if value else "empty"
    if isinstance(value, (int, float)):
        return shortened(_number(value))
    inner = None
    if isinstance(value, Mapping):
        inner = [f"{of_field(k)}: {_plain_or_masked(v, names)}" for k, v in sorted(value.items())]
    elif isinstance(value, list):
        inner = [_plain_or_masked(each, names) for each in value]
    return shortened(str(value)) if inner is None else listed(inner) or "none"


def _plain_or_masked(value: Any, names: Mapping[str, str]) -> str:
    return of_value("", value, {}, names)


def _money(value: Any, bag: Mapping[str, Any]) -> str:
    currency = bag.get("currency")
    known = isinstance(currency, str) and not is_secret(currency) and not is_unknown(currency)
    return f"{_plain(value, {})} {currency}" if known else _plain(value, {})


def _services(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list):
        return _plain(value, {})
    return listed([SERVICES.get(str(each)) or _plain_or_masked(each, {}) for each in words])


def _file(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    return shortened(str(value).replace("\\", "/").rpartition("/")[2])


def _digest(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    return f"content {str(value)[:8]}"


_BY_NAME: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], str]]] = {
    "value": _money,
    "service_types": _services,
    "service_type": _services,
    "path": _file,
    "sha256": _digest,
}


def _number(value: float) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}" if round(value, 2) == value else f"{value:,}"
    return f"{int(value):,}"


def listed(words: list[str]) -> str:
    """Return words as a list that is no longer than a cell bears."""
    shown = ", ".join(words[:LISTED])
    more = len(words) - LISTED
    return shortened(f"{shown} and {more} more" if more > 0 else shown)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text, cut where it is too long, with the number of characters that are cut."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more characters)"
