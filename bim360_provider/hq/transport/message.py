"""HTTP messages: the requests of the client, and HQ's responses, parsed leniently."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from bim360_provider.errors import UnansweredError
from bim360_provider.hq.transport.token import SCOPES

__all__ = [
    "Auth",
    "BasicAuth",
    "BearerAuth",
    "HttpRequest",
    "OpenOutcomeError",
    "Request",
    "Response",
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
        scopes: The scopes of its token.
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
    scopes: str = SCOPES


def build_unreadable_error(request: Request) -> UnansweredError:
    """Return the error for a response that is JSON, but not of the documented form."""
    msg = (
        f"BIM 360: could not {request.description}: the response is not what HQ documents. "
        "Check the base URL."
    )
    return UnansweredError(msg) if request.idempotent else OpenOutcomeError(msg)


MAX_READ_LENGTH: Final = 4000
"""Characters of an error's message that are read; an error displays at most 300."""


ERROR_TEXT_KEYS: Final = (
    *("message", "developerMessage", "error_description", "error", "detail", "title"),
)
"""The fields with an error's text, of HQ, the gateway, OAuth and JSON:API."""

SURROGATE_PATTERN: Final = re.compile(rb"\\u[dD][89a-fA-F]")
"""A surrogate escape in JSON; without its pair it cannot be encoded as UTF-8."""


@dataclass(frozen=True)
class Response:
    """Status, headers and body of one response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: The body is not JSON.
        """
        if isinstance(self._parsed_body, ValueError):
            raise self._parsed_body
        return self._parsed_body

    @cached_property
    def _parsed_body(self) -> Any:
        """The parsed body, or the error; parsed once, since a list of projects can be long."""
        try:
            return _parse_json(self.body)
        except ValueError as error:
            return error
        except RecursionError:
            return ValueError("the body is nested too deeply to be HQ's")

    @property
    def code(self) -> str:
        """The error's code: HQ's number or the gateway's ``AUTH-006``; empty if it has none."""
        fields = self._read_error_fields()
        return _join_lines(_truncate_text(fields.get("code") or fields.get("errorCode") or ""))

    @property
    def message(self) -> str:
        """The error's message on one line, truncated to 4,000 characters."""
        fields = self._read_error_fields()
        text = next(
            (_truncate_text(fields[key]) for key in ERROR_TEXT_KEYS if fields.get(key)),
            "",
        )
        return _join_lines(text) or self._describe_body()

    @property
    def is_success(self) -> bool:
        """Whether the status is one of HTTP's 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's class of success

    @property
    def has_json(self) -> bool:
        """Whether the body is JSON and not null."""
        return self._parsed_body is not None and not isinstance(self._parsed_body, ValueError)

    @property
    def is_api_error(self) -> bool:
        """Whether this is an error of HQ or its gateway, not a proxy's page."""
        return bool(self._read_error_fields())

    def _read_error_fields(self) -> Mapping[str, Any]:
        """Return the fields of an error; JSON:API has a list of errors, of which one is enough.

        https://jsonapi.org/format/1.0/#errors
        """
        body = self._parsed_body if isinstance(self._parsed_body, dict) else {}
        errors = body.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        return {**first, **body} if isinstance(first, dict) else body

    def _describe_body(self) -> str:
        kind = _join_lines(self.headers.get("Content-Type", "").split(";")[0]) or "nothing"
        return f"no message ({len(self.body)} bytes of {kind})"


def _parse_json(body: bytes) -> Any:
    parsed = json.loads(body)
    if not SURROGATE_PATTERN.search(body):
        return parsed
    whole = json.dumps(parsed, ensure_ascii=False).encode(errors="replace")
    return json.loads(whole)


def _truncate_text(value: object) -> str:
    """Truncate a text between two words: a truncated secret could not be masked."""
    try:
        text = value if isinstance(value, str) else str(value)
    except RecursionError:  # nested almost too deeply for JSON
        return "…"
    return (
        text if len(text) <= MAX_READ_LENGTH else text[:MAX_READ_LENGTH].rpartition(" ")[0] or "…"
    )


def _join_lines(text: str) -> str:
    """Remove line breaks and control characters from a text."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
