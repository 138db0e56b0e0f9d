"""What goes into the emulator and what comes out, free of sockets."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

SLASHES = re.compile("/{2,}")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, with header names in lower case and the path percent-decoded."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value, or an empty string where it was not sent."""
        return self.headers.get(name.lower(), "")

    def with_single_slashes(self) -> "Request":
        """Return this request with each run of slashes in the path as one slash.

        Observed: HQ serves ``//hq/v1/…``, which is what Autodesk's Node SDK sends, see
        https://github.com/autodesk-platform-services/aps-sdk-node
        """
        return replace(self, path=SLASHES.sub("/", self.path))

    def arguments(self) -> dict[str, str]:
        """Return the query as names and values; a repeated name has its values with commas between.

        Observed: Autodesk's Node SDK repeats the name of a list, as in
        ``filter[status]=active&filter[status]=pending``.
        """
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            values.setdefault(name, []).append(value)
        return {name: ",".join(given) for name, given in values.items()}

    def form(self) -> dict[str, str]:
        """Return a form-urlencoded body as names and values."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply travels: at once and whole, unless a fault says otherwise."""

    delay: float = 0.0
    """Seconds of real time before the first byte."""
    drop: bool = False
    """Close the connection without an answer."""
    cut_after: int | None = None
    """Promise the whole body, send this many bytes of it, close the connection."""
    drip: float = 0.0
    """Seconds of real time between two pieces of the body; 0 sends it in one."""


PROMPT = Delivery()


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer and the way it is delivered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    delivery: Delivery = PROMPT

    @classmethod
    def json(
        cls, status: int, content: object, headers: Mapping[str, str] | None = None
    ) -> "Reply":
        """Return a reply with a JSON body."""
        body = json.dumps(content, separators=(",", ":")).encode()
        return cls(status, {"content-type": "application/json", **(headers or {})}, body)

    def dated(self, date: str) -> "Reply":
        """Return this reply with a ``Date`` header, unless a fault gave it one."""
        return replace(self, headers={"date": date, **self.headers})

    def content(self) -> Any:
        """Return the parsed JSON body, None for an empty one."""
        return json.loads(self.body) if self.body else None
