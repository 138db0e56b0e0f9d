"""Parse references to a user: an e-mail, an HQ id, or the id of the Autodesk account."""

import re
from importlib import import_module
from typing import Final

from bim360_provider.models import display, normalize

__all__ = ["is_email", "parse_acting_user", "parse_email"]

MAX_EMAIL_LENGTH: Final = 255
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"""

EMAIL_PATTERN: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
ADDRESS_PATTERN: Final = re.compile(r"[^\s<>()\[\],;:\"'@]+@[^\s<>()\[\],;:\"'@]+")
"""An address within a longer text."""

UID_PATTERN: Final = re.compile(r"[0-9A-Za-z]{6,64}")
"""An Autodesk id such as ``L9EBJKCGCXBB``; its length is documented nowhere."""


def parse_email(value: object) -> str:
    """Return an e-mail address in lower case, as HQ compares it; at most 255 characters."""
    limited = normalize.limit_text(MAX_EMAIL_LENGTH)
    # Limited twice, because the lower case of İ has two characters.
    text = limited(limited(value).strip().lower())
    address = _parse_address(text)
    if address is None:
        suggestion = None if display.has_secret(value) else _find_address(text)
        advice = f"; did you mean '{suggestion}'?" if suggestion else ""
        rule = "must be an e-mail address such as 'ada@example.com'"
        msg = f"{rule}, not {normalize.quote_value(value)}{advice}"
        raise ValueError(msg)
    return address


def _parse_address(text: str) -> str | None:
    """Return an address in lower case and in Unicode's form C, or None if it is invalid.

    Non-ASCII letters are accepted in the name and the domain, because HQ does not document its
    rule. Quoted names, local domains (``localhost``, ``.local``) and text around the address are
    refused. No DNS request is sent.
    """
    if not is_email(text):
        return None
    # Imported here because it takes 30 ms: only the host checks e-mails, and not for projects.
    library = import_module("email_validator")
    try:
        found = library.validate_email(text, check_deliverability=False)
    except library.EmailNotValidError:
        return None
    return normalize.compose_text(str(found.normalized).lower())


def _find_address(text: str) -> str | None:
    """Return the address in a text such as ``Ada <ada@example.com>``, or None."""
    found = ADDRESS_PATTERN.search(text.lower())
    if found is None:
        return None
    plain = re.sub(r"\.{2,}", ".", found[0]).strip(".")
    return _parse_address(re.sub(r"\.?@\.?", "@", plain))


def is_email(text: str) -> bool:
    """Return whether a text has the form of an e-mail address."""
    return EMAIL_PATTERN.fullmatch(text) is not None


def parse_acting_user(value: object) -> str:
    """Return the acting user in normal form: an e-mail, an HQ id or an Autodesk id (uid)."""
    text = normalize.limit_text(MAX_EMAIL_LENGTH)(value).strip()
    if is_email(text):
        return parse_email(text)
    found = normalize.parse_id_or_none(text)
    if found:
        return found
    if UID_PATTERN.fullmatch(text):
        return text
    msg = f"must be an e-mail address, an id or a uid of a user, not {normalize.quote_value(value)}"
    raise ValueError(msg)
