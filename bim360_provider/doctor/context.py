"""The context that all checks share: settings, HQ's responses and findings."""

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
from bim360_provider.hq.transport.message import BasicAuth, BearerAuth, HttpRequest, Response
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
"""Seconds for one response; HQ itself gives up after ten."""

TOTAL_TIMEOUT: Final = 60.0
"""Seconds for all requests together."""

TOO_MANY_REQUESTS: Final = 429

JWT_PARTS: Final = 3
"""Header, claims and signature."""

HEADERS: Final = {"Accept": "application/json", "User-Agent": "bim360-provider"}
CheckStatus = Literal["ok", "warning", "failed", "skipped"]


class HqProbe:
    """Sends the doctor's requests to HQ: reads only, without retries.

    Attributes:
        connection: URL, credentials and account.
        bearer: The access token, or empty.
        is_rate_limited: Whether HQ responded with 429.
        clock_skew: Seconds by which this machine's clock is ahead of HQ's; None if unknown.
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
        """Request a token and keep it for later requests.

        Raises:
            ConfigError: A proxy or a certificate prevents the connection.
            UnansweredError: HQ sent no response.
            UnreachableError: The connection failed.
        """
        connection = self.connection
        auth = BasicAuth(connection.client_id, connection.client_secret.get_secret_value())
        form = {"grant_type": "client_credentials", "scope": scopes}
        response = self._send(
            HttpRequest("POST", self._build_url(TOKEN_PATH), HEADERS, auth, form=form)
        )
        body = response.json if response.is_success and response.has_json else None
        if isinstance(body, dict):
            self.bearer = extract_bearer(body)
        return response

    def get(self, tail: str, params: Mapping[str, str], **scope: Any) -> Response:
        """Read a resource of the account, such as ``projects``.

        Args:
            tail: Path below the account.
            params: The query.
            scope: ``region`` and ``legacy_eu_path``, if not those of the configuration.

        Raises:
            ConfigError: A proxy or a certificate prevents the connection.
            UnansweredError: HQ sent no response.
            UnreachableError: The connection failed.
        """
        connection = replace(self.connection, **scope)
        headers = {**HEADERS, **connection.build_headers()}
        url = self._build_url(connection.build_path(tail))
        return self._send(HttpRequest("GET", url, headers, BearerAuth(self.bearer), params=params))

    def get_path(self, path: str, params: Mapping[str, str]) -> Response:
        """Read a path of another API.

        Raises:
                    ConfigError: A proxy or a certificate prevents the connection.
        <<<<<<< HEAD
                    UnansweredError: HQ sent no response.
        =======
                    UnansweredError: No response arrived.
        >>>>>>> acc
                    UnreachableError: The connection failed.
        """
        headers = {**HEADERS, **self.connection.build_headers()}
        url, auth = self._build_url(path), BearerAuth(self.bearer)
        return self._send(HttpRequest("GET", url, headers, auth, params=params))

    def get_with_scopes(self, path: str, scopes: str) -> Response:
        """Read a path with a token of other scopes; return the refusal if no token is issued.

        Raises:
            ConfigError: A proxy or a certificate prevents the connection.
            UnansweredError: No response arrived.
            UnreachableError: The connection failed.
        """
        kept = self.bearer
        try:
            response = self.request_token(scopes)
            if not path or not response.is_success:
                return response
            url, auth = self._build_url(path), BearerAuth(self.bearer)
            return self._send(HttpRequest("GET", url, HEADERS, auth))
        finally:
            self.bearer = kept

    def read_scopes(self) -> frozenset[str] | None:
        """Return the scopes in the claims of the token; None if it has no readable claims."""
        parts = self.bearer.split(".")
        if len(parts) != JWT_PARTS:
            return None
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (binascii.Error, RecursionError, ValueError):
            return None
        scope = claims.get("scope") if isinstance(claims, dict) else None
        if isinstance(scope, str):
            return frozenset(scope.split())
        return frozenset(map(str, scope)) if isinstance(scope, list) else None

    def mask_secrets(self, text: str) -> str:
        """Return the text with the client secret and the token masked."""
        masked = mask_secrets(text, self.connection.client_secret.get_secret_value())
        return masked.replace(self.bearer, "[secret]") if self.bearer else masked

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _build_url(self, path: str) -> str:
        return self.connection.base_url.rstrip("/") + path

    def _send(self, request: HttpRequest) -> Response:
        if time.monotonic() > self._deadline:
            msg = f"the {TOTAL_TIMEOUT:.0f} s for all requests are used up"
            raise UnansweredError(msg)
        response = self._session.send(request)
        self.is_rate_limited = self.is_rate_limited or response.status == TOO_MANY_REQUESTS
        server_time = parse_http_date(response.headers.get("Date"))
        if server_time is not None:
            self.clock_skew = (self._now() - server_time).total_seconds()
        return response


@dataclass(frozen=True)
class Finding:
    """The outcome of one check.

    Attributes:
        check: Name of the check.
        status: The status; ``skipped`` if a check that it needs has failed.
        message: The result, in at most one sentence.
        remedy: How to solve the problem; empty if there is none.
        details: More lines, such as the source of each value.
    """

    check: str
    status: CheckStatus
    message: str
    remedy: str = ""
    details: tuple[str, ...] = ()


def report_ok(message: str, details: tuple[str, ...] = ()) -> Finding:
    """Return the finding of a passed check."""
    return Finding("", "ok", message, details=details)


def report_warning(message: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return the finding of a problem that does not stop a run."""
    return Finding("", "warning", message, remedy, details)


def report_failure(message: str, remedy: str, details: tuple[str, ...] = ()) -> Finding:
    """Return the finding of a failed check."""
    return Finding("", "failed", message, remedy, details)


def report_skip(reason: str) -> Finding:
    """Return the finding of a skipped check."""
    return Finding("", "skipped", reason)


@dataclass
class CheckContext:
    """The results that checks pass on to later checks.

    Attributes:
        sources: The configuration and its sources.
        settings: The parsed settings; None if they are invalid.
        probe: Sends requests to HQ; None if credentials are missing.
        first_response: HQ's response to the first token request; None before it.
        refused_scopes: Scopes for which HQ refused a token.
        project_count: Number of BIM 360 projects on the first page; None before it was read.
        active_project_id: The id of an active project of any platform; empty if there is none.
    """

    sources: Sources
    settings: Settings | None = None
    probe: HqProbe | None = None
    first_response: Response | None = None
    refused_scopes: set[str] = field(default_factory=set)
    project_count: int | None = None
    active_project_id: str = ""

    @property
    def required_settings(self) -> Settings:
        """The settings, for checks that need the check of the configuration."""
        if self.settings is None:
            msg = "The configuration has not been checked yet."
            raise ConfigError(msg)
        return self.settings

    @property
    def required_probe(self) -> HqProbe:
        """The probe, for checks that need the check of the credentials."""
        if self.probe is None:
            msg = "The credentials have not been checked yet."
            raise ConfigError(msg)
        return self.probe

    @property
    def required_first_response(self) -> Response:
        """The first response of HQ, for checks that need the check of the base URL."""
        if self.first_response is None:
            msg = "The base URL has not been checked yet."
            raise ConfigError(msg)
        return self.first_response

    def mask_secrets(self, text: str) -> str:
        """Return the text with all secrets masked."""
        secret = self.sources.config_reader.read_text("bim360:clientSecret")
        text = text.replace(secret, "[secret]") if secret else text
        return self.probe.mask_secrets(text) if self.probe else text
