"""The journal of all requests except those to the control plane."""

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl

from pydantic import JsonValue

from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.http.messages import (
    FormPart,
    IncomingRequest,
    is_multipart,
    parse_parts,
)
from bim360_provider.emulator.http.routing import RequestContext

MAX_ENTRIES = 20_000
"""The maximum of entries; the oldest are dropped, to limit the memory."""

SECRET_NAME_PARTS = ("secret", "password", "token")
MASK = "***"
MAX_BODY_DEPTH = 20
"""The maximum depth of a recorded body; HQ's have three levels, a hostile one thousands."""

UNKNOWN_ROUTE_NAME = "unknown route"
NO_RESPONSE_STATUS = 0
"""The status of a request whose connection was closed without a reply."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request and the status of its reply."""

    seq: int
    time: str
    method: str
    path: str
    query: str
    route: str
    region: str | None
    client_id: str | None
    acting_user: str | None
    """The acting user, as the header named them."""
    status: int
    body: JsonValue
    fault: int | None = None
    """The number of the fault that was applied."""


class Journal:
    """The requests in order, with secrets masked and without headers."""

    def __init__(self) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=MAX_ENTRIES)
        self._last_seq = 0

    def record_request(self, context: RequestContext, status: int, now: float) -> None:
        """Add a request."""
        request = context.request
        self._last_seq += 1
        entry = JournalEntry(
            seq=self._last_seq,
            time=format_timestamp(now),
            method=request.method,
            path=request.path,
            query=request.query,
            route=context.route_name or UNKNOWN_ROUTE_NAME,
            region=request.get_header("region") or None,
            client_id=context.client_id,
            acting_user=request.get_header("x-user-id") or request.get_header("user-id") or None,
            status=status,
            body=_mask_secrets(parse_body(request)),
            fault=context.fault_number,
        )
        self._entries.append(entry)

    def find_entries(
        self, since: int = 0, method: str = "", path: str = ""
    ) -> Iterator[JournalEntry]:
        """Yield entries.

        Args:
            since: Select entries with a greater ``seq``.
            method: Select entries with this method.
            path: Select entries whose path or route template matches; ``*`` matches anything.
        """
        # A copy, since another thread may read while the server writes.
        for entry in list(self._entries):
            wanted = entry.seq > since and method.upper() in ("", entry.method)
            if wanted and is_path_match(path, entry.path, entry.route):
                yield entry

    def dump_entries(self, since: int = 0, method: str = "", path: str = "") -> list[JsonValue]:
        """Return the same entries as JSON."""
        return [asdict(entry) for entry in self.find_entries(since, method, path)]

    def count_requests(self, since: int = 0, method: str = "", path: str = "") -> dict[str, int]:
        """Return how often each route was called, as ``{"GET /hq/...": 3}``."""
        return dict(Counter(entry.route for entry in self.find_entries(since, method, path)))

    def clear(self) -> None:
        """Remove every entry; the numbering continues."""
        self._entries.clear()


def is_path_match(wanted: str, path: str, route: str | None) -> bool:
    """Return whether a path or its route template matches a pattern; an empty one matches all."""
    template = (route or "").partition(" ")[2]
    return not wanted or wanted == template or fnmatchcase(path, wanted)


def parse_body(request: IncomingRequest) -> JsonValue:
    """Return a JSON or form body, the text of any other, None for an empty one.

    For an upload, only names, types and sizes are recorded.
    """
    if not request.body:
        return None
    if is_multipart(request):
        return {part.name: _describe_part(part) for part in parse_parts(request)}
    text = request.body.decode("utf-8", "replace")
    if "urlencoded" in request.get_header("content-type"):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        parsed: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return parsed


def _describe_part(part: FormPart) -> JsonValue:
    kind, size = part.content_type, len(part.content)
    return {"filename": part.filename, "content_type": kind, "size": size}


def _mask_secrets(value: JsonValue, depth: int = 0) -> JsonValue:
    if depth > MAX_BODY_DEPTH:
        return MASK
    if isinstance(value, dict):
        return {
            name: MASK if _is_secret(name) else _mask_secrets(each, depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_mask_secrets(each, depth + 1) for each in value]
    return value


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_NAME_PARTS)
