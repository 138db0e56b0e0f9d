"""One attempt over the wire: only this file and hq/transport/adapter.py know ``requests``.

It is imported for the first client: a preview needs none, and ``requests`` takes a fifth of the
time that this package adds to the start of Pulumi's host.
"""

from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import requests

from bim360_provider.errors import ConfigError, UnansweredError, UnreachableError
from bim360_provider.hq.transport.adapter import AttemptBudget, BoundedAdapter, is_local_url
from bim360_provider.hq.transport.request import HttpRequest
from bim360_provider.hq.transport.response import Response

__all__ = ["HttpSession", "Timeouts"]

POOL_SIZE: Final = 4
"""Pulumi's host works with four threads, so more connections would idle."""

CONNECT_TIMEOUT: Final = 10.0
"""Seconds to reach HQ; a firewall that swallows packets is told of soon."""

READ_TIMEOUT: Final = 70.0
"""Seconds between two bytes: HQ answers 504 by itself after some ten."""

ATTEMPT_TIMEOUT: Final = 120.0
"""Seconds for a whole attempt, however slowly its bytes come and go."""

MAX_RESPONSE_SIZE: Final = 32 * 1024 * 1024
"""Bytes of an answer; a page of 100 projects has some 0.1 MB."""

CHUNK_SIZE: Final = 64 * 1024

URL_ERRORS: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)

MIN_FINAL_STATUS: Final = 200
"""Below it a status is not the last one: the response is still to come."""

NO_PROXIES: Final = {"http": "", "https": ""}
"""No proxy for an emulator on this machine: over http the secret would reach it in the clear."""


@dataclass(frozen=True)
class Timeouts:
    """How many seconds one attempt may take.

    Attributes:
        connect: To reach HQ.
        read: Between two bytes.
        whole: For the whole attempt.
    """

    connect: float
    read: float
    total: float


class HttpSession:
    """Keeps the connections to HQ; follows no redirect, keeps no cookie."""

    def __init__(self, patience: Timeouts | None = None) -> None:
        self._timeouts = patience
        self._session = requests.Session()
        adapter = BoundedAdapter(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, call: HttpRequest) -> Response:
        """Send once and read the whole answer.

        Raises:
            UnreachableError: Nothing was sent.
            UnansweredError: It was sent, and no whole answer came.
            ConfigError: It cannot be sent: a proxy, a certificate or a header is in the way.
        """
        _check_headers(call)
        patience = self._timeouts or Timeouts(CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPT_TIMEOUT)
        allowance = AttemptBudget(patience.total, MAX_RESPONSE_SIZE)
        with allowance:
            try:
                return self._send_request(call, patience)
            except (OSError, ValueError) as error:
                if allowance.is_spent:
                    raise _build_timeout_error(patience.total, sent=allowance.has_sent) from None
                raise _map_error(error, sent=allowance.has_sent) from None

    def _send_request(self, call: HttpRequest, patience: Timeouts) -> Response:
        with self._session.request(
            call.method,
            call.url,
            headers=dict(call.headers),
            auth=call.auth,
            json=call.json,
            data=call.form,
            files=call.files,
            params=call.params,
            timeout=(patience.connect, patience.read),
            proxies=NO_PROXIES if is_local_url(call.url) else None,
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code < MIN_FINAL_STATUS:
                response.raw.close()  # else the next request would read what is still to come
                msg = f"the response ended with the interim status {response.status_code}"
                raise UnansweredError(msg)
            body = _read_body(response, patience.total)
            return Response(response.status_code, response.headers, body)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _check_headers(call: HttpRequest) -> None:
    """Refuse a header that ``requests`` would break off at, or send as two."""
    for name, value in call.headers.items():
        if not (value.isascii() and value.isprintable()):
            msg = f"the header {name} would hold a character that no header has"
            raise ConfigError(msg)


def _read_body(response: requests.Response, seconds: float) -> bytes:
    body = bytearray()
    for piece in response.iter_content(CHUNK_SIZE):
        body += piece
        if len(body) > MAX_RESPONSE_SIZE:
            raise _build_timeout_error(seconds, sent=True)
    return bytes(body)


def _build_timeout_error(seconds: float, *, sent: bool) -> UnreachableError | UnansweredError:
    if not sent:
        return UnreachableError(f"no connection within {seconds:.0f} s")
    msg = f"the answer did not end within {seconds:.0f} s and {MAX_RESPONSE_SIZE} bytes"
    return UnansweredError(msg)


def _map_error(
    error: OSError | ValueError, *, sent: bool
) -> UnreachableError | UnansweredError | ConfigError:
    if not isinstance(error, requests.RequestException):
        return _map_other_error(error, sent=sent)
    if isinstance(error, requests.exceptions.SSLError) and not sent:
        msg = (
            "the certificate is not one that this machine trusts; behind a company proxy set "
            "REQUESTS_CA_BUNDLE to its certificate file"
        )
        return ConfigError(msg)
    if isinstance(error, requests.exceptions.ProxyError):
        msg = "the proxy refused the connection; check HTTPS_PROXY, its user name and password"
        return ConfigError(msg)
    if isinstance(error, URL_ERRORS):
        return ConfigError("the base URL or the proxy's address is not a URL")
    if _is_connection_failure(error):
        return UnreachableError("no connection could be made")
    return UnansweredError("the connection ended before a whole answer came")


def _map_other_error(error: OSError | ValueError, *, sent: bool) -> UnansweredError | ConfigError:
    """Return our error for what ``requests`` lets through; its text may quote a password."""
    if sent:
        return UnansweredError("the connection ended before a whole answer came")
    if isinstance(error, OSError):
        return ConfigError("the certificate file in REQUESTS_CA_BUNDLE cannot be read")
    return ConfigError("the base URL or the proxy's address is not a URL")


def _is_connection_failure(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    # urllib3 names a refused connection and a name that does not resolve only by its reason.
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError")
