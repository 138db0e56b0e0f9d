"""A request in the client's terms, and as it is sent."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bim360_provider.errors import UnansweredError

__all__ = [
    "Auth",
    "BasicAuth",
    "BearerAuth",
    "HttpRequest",
    "OpenOutcomeError",
    "Request",
    "build_unreadable_error",
]


class Auth:
    """Puts who asks on one request, so that no ``.netrc`` replaces it."""

    def __init__(self, words: str) -> None:
        self._header = words

    def __call__(self, request: Any) -> Any:
        """Add the header, as ``requests`` asks for it."""
        request.headers["Authorization"] = self._header
        return request


class BasicAuth(Auth):
    """The app's id and secret, for a token."""

    def __init__(self, client_id: str, secret: str) -> None:
        super().__init__(f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}")


class BearerAuth(Auth):
    """A token, for everything else."""

    def __init__(self, bearer: str) -> None:
        super().__init__(f"Bearer {bearer}")


@dataclass(frozen=True)
class HttpRequest:
    """One request as it goes over the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    auth: Auth
    json: Any = None
    form: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None


class OpenOutcomeError(UnansweredError):
    """A POST after which HQ may or may not have acted; whoever sent it must look."""


@dataclass(frozen=True)
class Request:
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
    description: str
    json: Any = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    new_resource: bool = False
    idempotent: bool = True
    empty_ok: bool = False


def build_unreadable_error(question: Request) -> UnansweredError:
    """Return the error for an answer that is JSON, but not of the documented form."""
    msg = (
        f"BIM 360: could not {question.description}: the answer is not what HQ documents. "
        "Check the base URL."
    )
    return UnansweredError(msg) if question.idempotent else OpenOutcomeError(msg)
