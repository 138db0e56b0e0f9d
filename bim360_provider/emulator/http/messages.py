"""Requests and replies, without sockets; JSON and multipart bodies."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import HeaderParser
from typing import Any, Final
from urllib.parse import parse_qsl

from pydantic import JsonValue

MAX_DEPTH: Final = 100
"""The maximum depth of JSON; HQ's bodies and the emulator's files have fewer than ten levels."""

TOO_DEEP_MESSAGE: Final = f"it is nested more than {MAX_DEPTH} levels deep"

REPEATED_SLASHES = re.compile("/{2,}")

MULTIPART_CONTENT_TYPE = "multipart/form-data"

HEADER_END = b"\r\n\r\n"
"""The separator of header and content: https://www.rfc-editor.org/rfc/rfc7578"""


def parse_json(text: str | bytes) -> JsonValue:
    """Parse a JSON document.

    Raises:
        ValueError: It is not JSON, contains NaN or Infinity, or is nested too deeply.
    """
    try:
        document: JsonValue = json.loads(text, parse_constant=_reject_constant)
    except RecursionError:
        raise ValueError(TOO_DEEP_MESSAGE) from None
    level: list[JsonValue] = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [child for each in level for child in _list_children(each)]
        if not level:
            return document
    raise ValueError(TOO_DEEP_MESSAGE)


def _list_children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _reject_constant(name: str) -> float:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """A request to the emulator: header names in lower case, the path percent-decoded."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def get_header(self, name: str) -> str:
        """Return a header's value, or an empty string if it was not sent."""
        return self.headers.get(name.lower(), "")

    def collapse_slashes(self) -> "IncomingRequest":
        """Return this request with repeated slashes in the path collapsed.

        Observed: HQ serves ``//hq/v1/…``, which is what Autodesk's Node SDK sends, see
        https://github.com/autodesk-platform-services/aps-sdk-node
        """
        return replace(self, path=REPEATED_SLASHES.sub("/", self.path))

    def parse_query(self) -> dict[str, str]:
        """Return the query as names and values; the values of a repeated name are comma-separated.

        Observed: Autodesk's Node SDK repeats the name of a list, as in
        ``filter[status]=active&filter[status]=pending``.
        """
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            values.setdefault(name, []).append(value)
        return {name: ",".join(given) for name, given in values.items()}

    def parse_form(self) -> dict[str, str]:
        """Return a form-urlencoded body as names and values."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply is delivered: at once and complete, unless a fault changes it."""

    delay: float = 0.0
    """Seconds of real time before the first byte."""
    drop: bool = False
    """Close the connection without a reply."""
    cut_after: int | None = None
    """Announce the whole body, send only this number of bytes, close the connection."""
    drip: float = 0.0
    """Seconds of real time between two pieces of the body; 0 sends it at once."""


IMMEDIATE_DELIVERY = Delivery()


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply and its delivery."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    delivery: Delivery = IMMEDIATE_DELIVERY

    @classmethod
    def from_content(
        cls, status: int, content: object, headers: Mapping[str, str] | None = None
    ) -> "Reply":
        """Return a reply with a JSON body."""
        body = json.dumps(content, separators=(",", ":")).encode()
        return cls(status, {"content-type": "application/json", **(headers or {})}, body)

    def add_date(self, date: str) -> "Reply":
        """Return this reply with a ``Date`` header, unless a fault gave it one."""
        return replace(self, headers={"date": date, **self.headers})

    def parse_content(self) -> Any:
        """Return the parsed JSON body, None for an empty one."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part of an upload."""

    name: str
    filename: str
    content_type: str
    content: bytes


def is_multipart(request: IncomingRequest) -> bool:
    """Return whether a request's body is a form with files."""
    return (
        _parse_header("content-type", request.get_header("content-type")).get_content_type()
        == MULTIPART_CONTENT_TYPE
    )


def parse_parts(request: IncomingRequest) -> list[FormPart]:
    """Return the parts of a form with files; an empty list for another body."""
    boundary = _parse_header("content-type", request.get_header("content-type")).get_param(
        "boundary"
    )
    return [*_split_parts(request.body, str(boundary))] if boundary else []


def _split_parts(body: bytes, boundary: str) -> Iterator[FormPart]:
    for piece in (b"\r\n" + body).split(f"\r\n--{boundary}".encode())[1:]:
        head, gap, content = piece.partition(HEADER_END)
        if gap and not piece.startswith(b"--"):
            yield _parse_part(head.decode("utf-8", "replace").strip(), content)


def _parse_part(head: str, content: bytes) -> FormPart:
    headers = HeaderParser().parsestr(head)
    disposition = headers.get("content-disposition", "")
    name = _parse_header("content-disposition", disposition).get_param(
        "name", "", "content-disposition"
    )
    return FormPart(str(name), headers.get_filename(""), headers.get_content_type(), content)


def _parse_header(name: str, value: str) -> Message:
    message = Message()
    message[name] = " ".join(value.split())
    return message
