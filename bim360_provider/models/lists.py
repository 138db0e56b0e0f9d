"""Lists in normal form: every wrong element is reported at once."""

from collections.abc import Callable, Iterable

from bim360_provider.models import normal

__all__ = ["each_of", "services"]


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
        msg = f"must be a list such as ['doc_manager', 'pm'], not {normal.shown(value)}"
        raise ValueError(msg)
    texts = each_of(normal.is_text, parts)
    return sorted({normal.composed(text).strip() for text in texts} - {""})
