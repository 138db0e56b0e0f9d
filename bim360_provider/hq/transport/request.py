"""Requests: the client's description of one, and the HTTP request that is sent."""

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
    """Sets the Authorization header of one request, so that no ``.netrc`` replaces it."""

    def __init__(self, header: str) -> None:
        self._header = header

    def __call__(self, request: Any) -> Any:
        """Add the header; ``requests`` calls this."""
        request.headers["Authorization"] = self._header
        return request


class BasicAuth(Auth):
    """The app's id and secret, for a token request."""

    def __init__(self, client_id: str, secret: str) -> None:
        super().__init__(f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}")


class BearerAuth(Auth):
    """A token, for all other requests."""

    def __init__(self, bearer: str) -> None:
        super().__init__(f"Bearer {bearer}")


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str]
    auth: Auth
    json: Any = None
    form: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None


class OpenOutcomeError(UnansweredError):
    """A POST after which HQ may or may not have acted; the caller must check."""


@dataclass(frozen=True)
class Request:
    """One request of the client.

    Attributes:
        description: The purpose, for messages: ``create project 'Tower A'``.
        files: Parts of a multipart body: the name, the content and the media type of each.
        new_resource: Whether it concerns a resource that this run has just created.
        idempotent: Whether sending it twice has the same effect as sending it once.
        empty_ok: Whether a success may have no body, as after a DELETE.
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


def build_unreadable_error(request: Request) -> UnansweredError:
    """Return the error for a response that is JSON, but not of the documented form."""
    msg = (
        f"BIM 360: could not {request.description}: the response is not what HQ documents. "
        "Check the base URL."
    )
    return UnansweredError(msg) if request.idempotent else OpenOutcomeError(msg)
