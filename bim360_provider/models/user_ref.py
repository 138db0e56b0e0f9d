"""How a person is named: by e-mail, by HQ's id, or by the id of the Autodesk account."""

import re
from importlib import import_module
from typing import Final

from bim360_provider.models import display, normalize

__all__ = ["is_email", "parse_acting_user", "parse_email"]

MAX_EMAIL_LENGTH: Final = 255
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"""

EMAIL_PATTERN: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
ADDRESS_PATTERN: Final = re.compile(r"[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+")
"""What may be an address in a text that holds more."""

UID_PATTERN: Final = re.compile(r"[0-9A-Za-z]{6,64}")
"""An Autodesk id such as ``L9EBJKCGCXBB``; its length is documented nowhere."""


def parse_email(value: object) -> str:
    """Return an e-mail address in lower case, as HQ compares it; at most 255 characters."""
    limited = normalize.limit_text(MAX_EMAIL_LENGTH)
    # Twice: an İ in lower case is two characters.
    words = limited(limited(value).strip().lower())
    address = _parse_address(words)
    if address is None:
        near = None if display.has_secret(value) else _find_address(words)
        advice = f"; did you mean '{near}'?" if near else ""
        wanted = "must be an e-mail address such as 'ada@example.com'"
        msg = f"{wanted}, not {normalize.quote_value(value)}{advice}"
        raise ValueError(msg)
    return address


def _parse_address(words: str) -> str | None:
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
    return normalize.compose_text(str(found.normalized).lower())


def _find_address(words: str) -> str | None:
    """Return the address in a text such as ``Ada <ada@example.com>``, or None."""
    found = ADDRESS_PATTERN.search(words.lower())
    if found is None:
        return None
    plain = re.sub(r"\.{2,}", ".", found[0]).strip(".")
    return _parse_address(re.sub(r"\.?@\.?", "@", plain))


def is_email(words: str) -> bool:
    """Return whether a text has the form of an e-mail address."""
    return EMAIL_PATTERN.fullmatch(words) is not None


def parse_acting_user(value: object) -> str:
    """Return how the acting user is named: an e-mail, an HQ id or an Autodesk id (uid)."""
    words = normalize.limit_text(MAX_EMAIL_LENGTH)(value).strip()
    if is_email(words):
        return parse_email(words)
    found = normalize.parse_id_or_none(words)
    if found:
        return found
    if UID_PATTERN.fullmatch(words):
        return words
    msg = f"must be an e-mail address, an id or a uid of a user, not {normalize.quote_value(value)}"
    raise ValueError(msg)
