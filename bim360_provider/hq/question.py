"""One request in the client's terms, and the one outcome that only its sender can settle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bim360_provider.errors import UnansweredError

__all__ = ["OpenOutcomeError", "Question", "unreadable"]


class OpenOutcomeError(UnansweredError):
    """A POST after which HQ may or may not have acted; whoever sent it must look."""


@dataclass(frozen=True)
class Question:
    """One request, in the client's terms.

    Attributes:
        asked: What it is for, in people's words: ``create project 'Tower A'``.
        files: Parts of a multipart body: the name, the content and the media type of each.
        repeatable: Sending it twice does what sending it once does.
        bodyless: A success need not have a body, as after a DELETE.
        new_resource: It concerns what this run has just made.
    """

    method: str
    path: str
    asked: str
    json: Any = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    new_resource: bool = False
    repeatable: bool = True
    bodyless: bool = False


def unreadable(question: Question) -> UnansweredError:
    """Return the error for an answer that is JSON, but not of the documented form."""
    msg = (
        f"BIM 360: could not {question.asked}: the answer is not what HQ documents. "
        "Check the base URL."
    )
    return UnansweredError(msg) if question.repeatable else OpenOutcomeError(msg)
