"""Send one HTTP request; only this file and hq/transport/adapter.py use ``requests``.

It is imported when the first client is created: a preview needs none, and ``requests`` takes a
fifth of the time that this package adds to the start of Pulumi's host.
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
"""Pulumi's host uses four threads, so more connections would be idle."""

CONNECT_TIMEOUT: Final = 10.0
"""Seconds to connect to HQ; a firewall that drops packets is reported soon."""

READ_TIMEOUT: Final = 70.0
"""Seconds between two bytes: HQ itself sends 504 after some ten."""

ATTEMPT_TIMEOUT: Final = 120.0
"""Seconds for a whole attempt, even if its bytes are slow."""

MAX_RESPONSE_SIZE: Final = 32 * 1024 * 1024
"""Bytes of a response; a page of 100 projects has some 0.1 MB."""

CHUNK_SIZE: Final = 64 * 1024

URL_ERRORS: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)

MIN_FINAL_STATUS: Final = 200
"""A lower status is interim: the final response follows."""

NO_PROXIES: Final = {"http": "", "https": ""}
"""No proxy for an emulator on this machine: it would receive the secret unencrypted over http."""


@dataclass(frozen=True)
class Timeouts:
    """The timeouts of one attempt in seconds.

    Attributes:
        connect: To connect to HQ.
        read: Between two bytes.
        total: For the whole attempt.
    """

    connect: float
    read: float
    total: float


class HttpSession:
    """The connections to HQ; it follows no redirect and keeps no cookie."""

    def __init__(self, timeouts: Timeouts | None = None) -> None:
        self._timeouts = timeouts
        self._session = requests.Session()
        adapter = BoundedAdapter(pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, request: HttpRequest) -> Response:
        """Send a request once and read the whole response.

        Raises:
            UnreachableError: Nothing was sent.
            UnansweredError: It was sent, but the response did not arrive or is incomplete.
            ConfigError: A proxy, a certificate or a header prevents the request.
        """
        _check_headers(request)
        timeouts = self._timeouts or Timeouts(CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPT_TIMEOUT)
        budget = AttemptBudget(timeouts.total, MAX_RESPONSE_SIZE)
        with budget:
            try:
                return self._send_request(request, timeouts)
            except (OSError, ValueError) as error:
                if budget.is_spent:
                    raise _build_timeout_error(timeouts.total, sent=budget.has_sent) from None
                raise _map_error(error, sent=budget.has_sent) from None

    def _send_request(self, request: HttpRequest, timeouts: Timeouts) -> Response:
        with self._session.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            auth=request.auth,
            json=request.json,
            data=request.form,
            files=request.files,
            params=request.params,
            timeout=(timeouts.connect, timeouts.read),
            proxies=NO_PROXIES if is_local_url(request.url) else None,
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code < MIN_FINAL_STATUS:
                response.raw.close()  # else the next request would read the rest of this response
                msg = f"the response ended with the interim status {response.status_code}"
                raise UnansweredError(msg)
            body = _read_body(response, timeouts.total)
            return Response(response.status_code, response.headers, body)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _check_headers(request: HttpRequest) -> None:
    """Refuse a header that ``requests`` would truncate or split in two."""
    for name, value in request.headers.items():
        if not (value.isascii() and value.isprintable()):
            msg = f"the header {name} contains an invalid character"
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
    msg = f"the response did not end within {seconds:.0f} s and {MAX_RESPONSE_SIZE} bytes"
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
        return UnreachableError("the connection failed")
    return UnansweredError("the connection ended before the response was complete")


def _map_other_error(error: OSError | ValueError, *, sent: bool) -> UnansweredError | ConfigError:
    """Map an error that ``requests`` does not wrap; its own text may quote a password."""
    if sent:
        return UnansweredError("the connection ended before the response was complete")
    if isinstance(error, OSError):
        return ConfigError("the certificate file in REQUESTS_CA_BUNDLE cannot be read")
    return ConfigError("the base URL or the proxy's address is not a URL")


def _is_connection_failure(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    # urllib3 reports a refused connection and an unresolved name only as the reason.
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError")
