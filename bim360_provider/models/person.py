"""How a person is named: by e-mail, by HQ's id, or by the id of the Autodesk account."""

import re
from typing import Final

from bim360_provider.models import normal

__all__ = ["acting_user", "email", "is_email"]

EMAIL_LIMIT: Final = 255
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"""

EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
UID: Final = re.compile(r"[0-9A-Za-z]{6,64}")
"""An Autodesk id such as ``L9EBJKCGCXBB``; its length is documented nowhere."""


def email(value: object) -> str:
    """Return an e-mail address in lower case, as HQ compares it; at most 255 characters."""
    limited = normal.text(EMAIL_LIMIT)
    # Twice: an İ in lower case is two characters.
    words = limited(limited(value).strip().lower())
    if not is_email(words):
        msg = f"must be an e-mail address such as 'ada@example.com', not {normal.shown(value)}"
        raise ValueError(msg)
    return words


def is_email(words: str) -> bool:
    """Return whether a text has the form of an e-mail address."""
    return EMAIL.fullmatch(words) is not None


def acting_user(value: object) -> str:
    """Return how the acting user is named: an e-mail, an HQ id or an Autodesk id (uid)."""
    words = normal.text(EMAIL_LIMIT)(value).strip()
    if is_email(words):
        return words.lower()
    if normal.UUID.fullmatch(words.lower()):
        return words.lower()
    if UID.fullmatch(words):
        return words
    msg = f"must be an e-mail address, an id or a uid of a user, not {normal.shown(value)}"
    raise ValueError(msg)
