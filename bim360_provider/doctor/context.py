"""What the checks share: settings, HQ's responses and the findings."""

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Final, Literal

from bim360_provider.core.settings import Settings
from bim360_provider.doctor.sources import Sources
from bim360_provider.errors import ConfigError, UnansweredError
from bim360_provider.hq import Connection
from bim360_provider.hq.transport.clock import parse_http_date
from bim360_provider.hq.transport.errors import masked
from bim360_provider.hq.transport.http import Patience, Wire
from bim360_provider.hq.transport.request import BasicAuth, BearerAuth, Call
from bim360_provider.hq.transport.response import Answer
from bim360_provider.hq.transport.token import TOKEN_PATH, bearer_of

__all__ = ["Asking", "Case", "Finding", "Status", "failed", "fine", "skipped", "warned"]

PATIENCE: Final = Patience(connect=5.0, read=10.0, whole=15.0)
"""Seconds for one answer: HQ gives up by itself after ten."""

IN_ALL: Final = 60.0
"""Seconds for all questions together, whatever goes wrong with each."""

TOO_MANY: Final = 429

JWT_PARTS: Final = 3
"""Header, claims and signature."""

HEADERS: Final = {"Accept": "application/json", "User-Agent": "bim360-provider"}


class Asking:
    """One app that asks HQ about one account; reads only, and tries nothing twice.

    Attributes:
        connection: Where HQ is and who asks.
        bearer: The token, once there is one.
        slowed: Whether HQ asked to slow down (429).
        skew: Seconds by which this machine's clock is ahead of HQ's; None before an answer.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.connection = connection
        self.bearer = ""
        self.slowed = False
        self.skew: float | None = None
        self._now = now
        self._wire = Wire(PATIENCE)
        self._ends = time.monotonic() + IN_ALL

    def token(self, scopes: str) -> Answer:
        """Ask for a token; a good one is used from then on.

        Raises:
            ConfigError: A proxy or a certificate is in the way.
            UnansweredError: No answer came.
            UnreachableError: There was no way to HQ.
        """
        who = self.connection
        auth = BasicAuth(who.client_id, who.client_secret.get_secret_value())
        form = {"grant_type": "client_credentials", "scope": scopes}
        answer = self._send(Call("POST", self._url(TOKEN_PATH), HEADERS, auth, form=form))
        body = answer.json if answer.is_success and answer.has_json else None
        if isinstance(body, dict):
            self.bearer = bearer_of(body)
        return answer

    def get(self, tail: str, params: Mapping[str, str], **place: Any) -> Answer:
        """Ask about something in the account, such as ``projects``.

        Args:
            tail: What is asked for.
            params: The query.
            place: ``region`` and ``legacy_eu_path``, where another place is asked than configured.

        Raises:
            ConfigError: A proxy or a certificate is in the way.
            UnansweredError: No answer came.
            UnreachableError: There was no way to HQ.
        """
        where = replace(self.connection, **place)
        headers = {**HEADERS, **where.headers()}
        url = self._url(where.path(tail))
        return self._send(Call("GET", url, headers, BearerAuth(self.bearer), params=params))

    def scopes(self) -> frozenset[str] | None:
        """Return the scopes that the token says it has; None if it does not say."""
        parts = self.bearer.split(".")
        if len(parts) != JWT_PARTS:
            return None
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (binascii.Error, RecursionError, ValueError):
            return None
        said = claims.get("scope") if isinstance(claims, dict) else None
        if isinstance(said, str):
            return frozenset(said.split())
        return frozenset(map(str, said)) if isinstance(said, list) else None

    def masked(self, words: str) -> str:
        """Return the words without the secret and without the token."""
        hidden = masked(words, self.connection.client_secret.get_secret_value())
        return hidden.replace(self.bearer, "[secret]") if self.bearer else hidden

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _url(self, path: str) -> str:
        return self.connection.base_url.rstrip("/") + path

    def _send(self, call: Call) -> Answer:
        if time.monotonic() > self._ends:
            msg = f"the {IN_ALL:.0f} s for all questions were over"
            raise UnansweredError(msg)
        answer = self._wire.send(call)
        self.slowed = self.slowed or answer.status == TOO_MANY
        told = parse_http_date(answer.headers.get("Date"))
        if told is not None:
            self.skew = (self._now() - told).total_seconds()
        return answer


Status = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Finding:
    """The outcome of one check.

    Attributes:
        check: What was looked at.
        status: ``skipped`` is what could not be looked at because of something before it.
        seen: What was found, a sentence or less.
        remedy: What to do about it; empty where there is nothing to do.
        details: More lines, for people who want to know where a value comes from.
    """

    check: str
    status: Status
    seen: str
    remedy: str = ""
    details: tuple[str, ...] = ()


def fine(seen: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that all is well."""
    return Finding("", "ok", seen, details=details)


def warned(seen: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that it works, but somebody should look at it."""
    return Finding("", "warning", seen, remedy, details)


def failed(seen: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that it does not work."""
    return Finding("", "failed", seen, remedy, details)


def skipped(why: str) -> Finding:
    """Return that it could not be looked at."""
    return Finding("", "skipped", why)


@dataclass
class Case:
    """One checkup; later checks build on what earlier ones learned.

    Attributes:
        sources: What was told, and by whom.
        settings: The same as the provider takes it; None where it cannot be understood.
        asking: How HQ is asked; None where something is missing.
        first: HQ's answer to the first request for a token; None before it.
        refused: Scopes that HQ refused a token for.
        projects: How many projects the first page has; None before it was seen.
    """

    sources: Sources
    settings: Settings | None = None
    asking: Asking | None = None
    first: Answer | None = None
    refused: set[str] = field(default_factory=set)
    projects: int | None = None

    @property
    def known(self) -> Settings:
        """The settings, for checks that come after the one that understands them."""
        if self.settings is None:
            msg = "The configuration is not understood yet."
            raise ConfigError(msg)
        return self.settings

    @property
    def hq(self) -> Asking:
        """How HQ is asked, for checks that come after the one that finds the credentials."""
        if self.asking is None:
            msg = "There is nothing to ask HQ with yet."
            raise ConfigError(msg)
        return self.asking

    @property
    def answered(self) -> Answer:
        """HQ's first answer, for checks that come after the one that asked for it."""
        if self.first is None:
            msg = "HQ has not answered yet."
            raise ConfigError(msg)
        return self.first

    def masked(self, words: str) -> str:
        """Return the words without secrets."""
        secret = self.sources.told.words("bim360:clientSecret")
        words = words.replace(secret, "[secret]") if secret else words
        return self.asking.masked(words) if self.asking else words
