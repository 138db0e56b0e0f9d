"""Recognize a response that is about something else than the request.

A proxy or a gateway that mixes up responses must not make two resources share one id.
"""

import html
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.errors import UnansweredError
from bim360_provider.hq.question import OpenOutcomeError, Question

__all__ = ["foreign", "mismatch", "same_name"]

TEXTS: Final = frozenset({"name", "email"})
"""Fields that people write; the others are ids."""


def same_name(one: str | None, other: str | None) -> bool:
    """Return whether two names differ in nothing that HQ may normalize.

    That is the Unicode form (NFC), blanks, and characters that HTML escapes.
    """
    return _plain(one) == _plain(other)


def mismatch(row: object, expected: Mapping[str, str | None]) -> str:
    """Return what shows that a response is about something else; empty if nothing does.

    Args:
        row: The response as a model. A field that it lacks, or that is null, shows nothing.
        expected: The ids, the name or the e-mail that it must have.
    """
    for field, wanted in expected.items():
        found = getattr(row, field, None)
        if wanted and isinstance(found, str) and found and not _same(field, wanted, found):
            return f"its {field} is '{found}'"
    return ""


def foreign(question: Question, why: str) -> UnansweredError:
    """Return the error for a response that is about something else.

    Args:
        question: The request.
        why: What shows it.
    """
    msg = (
        f"BIM 360: could not {question.asked}: the response is about another resource ({why}). "
        "A proxy or gateway may mix up responses: check HTTPS_PROXY and the base URL, then run "
        "it again."
    )
    return UnansweredError(msg) if question.repeatable else OpenOutcomeError(msg)


def _same(field: str, wanted: str, found: str) -> bool:
    if field in TEXTS:
        return _plain(wanted).casefold() == _plain(found).casefold()
    return _bare(wanted) == _bare(found)


def _plain(name: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", html.unescape(name or "")).split())


def _bare(id_: Any) -> str:
    return str(id_).strip().lower().removeprefix("b.")
