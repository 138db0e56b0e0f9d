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
from bim360_provider.hq.transport.errors import mask_secrets
from bim360_provider.hq.transport.http import HttpSession, Timeouts
from bim360_provider.hq.transport.request import BasicAuth, BearerAuth, HttpRequest
from bim360_provider.hq.transport.response import Response
from bim360_provider.hq.transport.token import TOKEN_PATH, extract_bearer

__all__ = [
    "CheckContext",
    "CheckStatus",
    "Finding",
    "HqProbe",
    "report_failure",
    "report_ok",
    "report_skip",
    "report_warning",
]

TIMEOUTS: Final = Timeouts(connect=5.0, read=10.0, total=15.0)
"""Seconds for one answer: HQ gives up by itself after ten."""

TOTAL_TIMEOUT: Final = 60.0
"""Seconds for all questions together, whatever goes wrong with each."""

TOO_MANY_REQUESTS: Final = 429

JWT_PARTS: Final = 3
"""Header, claims and signature."""

HEADERS: Final = {"Accept": "application/json", "User-Agent": "bim360-provider"}


class HqProbe:
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
        self.is_rate_limited = False
        self.clock_skew: float | None = None
        self._now = now
        self._session = HttpSession(TIMEOUTS)
        self._deadline = time.monotonic() + TOTAL_TIMEOUT

    def request_token(self, scopes: str) -> Response:
        """Ask for a token; a good one is used from then on.

        Raises:
            ConfigError: A proxy or a certificate is in the way.
            UnansweredError: No answer came.
            UnreachableError: There was no way to HQ.
        """
        who = self.connection
        auth = BasicAuth(who.client_id, who.client_secret.get_secret_value())
        form = {"grant_type": "client_credentials", "scope": scopes}
        answer = self._send(
            HttpRequest("POST", self._build_url(TOKEN_PATH), HEADERS, auth, form=form)
        )
        body = answer.json if answer.is_success and answer.has_json else None
        if isinstance(body, dict):
            self.bearer = extract_bearer(body)
        return answer

    def get(self, tail: str, params: Mapping[str, str], **place: Any) -> Response:
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
        headers = {**HEADERS, **where.build_headers()}
        url = self._build_url(where.build_path(tail))
        return self._send(HttpRequest("GET", url, headers, BearerAuth(self.bearer), params=params))

    def read_scopes(self) -> frozenset[str] | None:
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

    def mask_secrets(self, words: str) -> str:
        """Return the words without the secret and without the token."""
        hidden = mask_secrets(words, self.connection.client_secret.get_secret_value())
        return hidden.replace(self.bearer, "[secret]") if self.bearer else hidden

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _build_url(self, path: str) -> str:
        return self.connection.base_url.rstrip("/") + path

    def _send(self, call: HttpRequest) -> Response:
        if time.monotonic() > self._deadline:
            msg = f"the {TOTAL_TIMEOUT:.0f} s for all questions were over"
            raise UnansweredError(msg)
        answer = self._session.send(call)
        self.is_rate_limited = self.is_rate_limited or answer.status == TOO_MANY_REQUESTS
        told = parse_http_date(answer.headers.get("Date"))
        if told is not None:
            self.clock_skew = (self._now() - told).total_seconds()
        return answer


CheckStatus = Literal["ok", "warning", "failed", "skipped"]


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
    status: CheckStatus
    seen: str
    remedy: str = ""
    details: tuple[str, ...] = ()


def report_ok(seen: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that all is well."""
    return Finding("", "ok", seen, details=details)


def report_warning(seen: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that it works, but somebody should look at it."""
    return Finding("", "warning", seen, remedy, details)


def report_failure(seen: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return that it does not work."""
    return Finding("", "failed", seen, remedy, details)


def report_skip(why: str) -> Finding:
    """Return that it could not be looked at."""
    return Finding("", "skipped", why)


@dataclass
class CheckContext:
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
    probe: HqProbe | None = None
    first_response: Response | None = None
    refused_scopes: set[str] = field(default_factory=set)
    project_count: int | None = None

    @property
    def required_settings(self) -> Settings:
        """The settings, for checks that come after the one that understands them."""
        if self.settings is None:
            msg = "The configuration is not understood yet."
            raise ConfigError(msg)
        return self.settings

    @property
    def required_probe(self) -> HqProbe:
        """How HQ is asked, for checks that come after the one that finds the credentials."""
        if self.probe is None:
            msg = "There is nothing to ask HQ with yet."
            raise ConfigError(msg)
        return self.probe

    @property
    def required_first_response(self) -> Response:
        """HQ's first answer, for checks that come after the one that asked for it."""
        if self.first_response is None:
            msg = "HQ has not answered yet."
            raise ConfigError(msg)
        return self.first_response

    def mask_secrets(self, words: str) -> str:
        """Return the words without secrets."""
        secret = self.sources.config_reader.read_text("bim360:clientSecret")
        words = words.replace(secret, "[secret]") if secret else words
        return self.probe.mask_secrets(words) if self.probe else words
