"""How a person is named: by e-mail, by HQ's id, or by the id of the Autodesk account."""

import re
from importlib import import_module
from typing import Final

from bim360_provider.models import display, normalize

__all__ = ["acting_user", "email", "is_email"]

EMAIL_LIMIT: Final = 255
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"""

EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
WITHIN: Final = re.compile(r"[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+")
"""What may be an address in a text that holds more."""

UID: Final = re.compile(r"[0-9A-Za-z]{6,64}")
"""An Autodesk id such as ``L9EBJKCGCXBB``; its length is documented nowhere."""


def email(value: object) -> str:
    """Return an e-mail address in lower case, as HQ compares it; at most 255 characters."""
    limited = normalize.text(EMAIL_LIMIT)
    # Twice: an İ in lower case is two characters.
    words = limited(limited(value).strip().lower())
    address = _address(words)
    if address is None:
        near = None if display.hides(value) else _address_within(words)
        advice = f"; did you mean '{near}'?" if near else ""
        wanted = "must be an e-mail address such as 'ada@example.com'"
        msg = f"{wanted}, not {normalize.shown(value)}{advice}"
        raise ValueError(msg)
    return address


def _address(words: str) -> str | None:
    """Return an address in lower case and in Unicode's form C; None where it is not one.

    Letters beyond ASCII are taken, in the name and in the domain, because nobody publishes what
    HQ makes of them. Quoted names, domains that no e-mail reaches (``localhost``, ``.local``) and
    anything around the address are refused. Nothing is looked up in the DNS.
    """
    if not is_email(words):
        return None
    # Loaded here, because it takes 30 ms: only the host checks e-mails, and not for projects.
    library = import_module("email_validator")
    try:
        found = library.validate_email(words, check_deliverability=False)
    except library.EmailNotValidError:
        return None
    return normalize.composed(str(found.normalized).lower())


def _address_within(words: str) -> str | None:
    """Return the address in a text such as ``Ada <ada@example.com>``, or None."""
    found = WITHIN.search(words.lower())
    if found is None:
        return None
    plain = re.sub(r"\.{2,}", ".", found[0]).strip(".")
    return _address(re.sub(r"\.?@\.?", "@", plain))


def is_email(words: str) -> bool:
    """Return whether a text has the form of an e-mail address."""
    return EMAIL.fullmatch(words) is not None


def acting_user(value: object) -> str:
    """Return how the acting user is named: an e-mail, an HQ id or an Autodesk id (uid)."""
    words = normalize.text(EMAIL_LIMIT)(value).strip()
    if is_email(words):
        return email(words)
    found = normalize.id_or_none(words)
    if found:
        return found
    if UID.fullmatch(words):
        return words
    msg = f"must be an e-mail address, an id or a uid of a user, not {normalize.shown(value)}"
    raise ValueError(msg)
