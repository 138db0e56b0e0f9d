"""An answer of HQ or of the gateway before it, read leniently."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

__all__ = ["Answer"]

MESSAGE_READ: Final = 4000
"""Characters of an error's message that are read; an error displays at most 300."""

SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape in JSON for half a character; alone it cannot be encoded as UTF-8."""


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of one answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: The body is not JSON.
        """
        if isinstance(self._parsed, ValueError):
            raise self._parsed
        return self._parsed

    @cached_property
    def _parsed(self) -> Any:
        """The body as JSON, or why it is none; read once, for a list of projects can be long."""
        try:
            return _loaded(self.body)
        except ValueError as error:
            return error
        except RecursionError:
            return ValueError("the body is nested too deeply to be HQ's")

    @property
    def code(self) -> str:
        """The error's code: HQ's number or the gateway's ``AUTH-006``; empty if there is none."""
        fields = self._error_fields()
        return _on_one_line(_text(fields.get("code") or fields.get("errorCode") or ""))

    @property
    def words(self) -> str:
        """The error in its sender's own words, on one line, at most 4,000 characters of it."""
        fields = self._error_fields()
        words = next(
            (
                _text(fields[key])
                for key in ("message", "developerMessage", "error_description", "error", "detail")
                if fields.get(key)
            ),
            "",
        )
        return _on_one_line(words) or self._unreadable()

    @property
    def is_success(self) -> bool:
        """Whether the status is one of HTTP's 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's class of success

    @property
    def has_json(self) -> bool:
        """Whether the body is JSON and holds something."""
        return self._parsed is not None and not isinstance(self._parsed, ValueError)

    @property
    def is_from_hq(self) -> bool:
        """Whether this is HQ's or the gateway's error, not some proxy's page."""
        return bool(self._error_fields())

    def _error_fields(self) -> Mapping[str, Any]:
        return self._parsed if isinstance(self._parsed, dict) else {}

    def _unreadable(self) -> str:
        kind = _on_one_line(self.headers.get("Content-Type", "").split(";")[0]) or "nothing"
        return f"no words of its own ({len(self.body)} bytes of {kind})"


def _loaded(body: bytes) -> Any:
    parsed = json.loads(body)
    if not SURROGATE.search(body):
        return parsed
    whole = json.dumps(parsed, ensure_ascii=False).encode(errors="replace")
    return json.loads(whole)


def _text(value: object) -> str:
    """Return the beginning of a text, cut between two words: half a secret cannot be masked."""
    try:
        text = value if isinstance(value, str) else str(value)
    except RecursionError:  # lists in lists, as deep as JSON can just be read
        return "…"
    return text if len(text) <= MESSAGE_READ else text[:MESSAGE_READ].rpartition(" ")[0] or "…"


def _on_one_line(words: str) -> str:
    """Return the words without line ends, and without what a terminal would obey."""
    return " ".join("".join(each if each.isprintable() else " " for each in words).split())
