"""Send one HTTP request, limited in time and bytes; only this file uses ``requests``.

It is imported when the first client is created: a preview needs none, and ``requests`` takes a
fifth of the time that this package adds to the start of Pulumi's host.
"""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from io import BufferedReader, RawIOBase
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidURL
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import parse_url

from bim360_provider.errors import ConfigError, UnansweredError, UnreachableError
from bim360_provider.hq.transport.address import LOOPBACK_HOSTS
from bim360_provider.hq.transport.message import HttpRequest, Response

__all__ = [
    "AttemptBudget",
    "BoundedAdapter",
    "HttpSession",
    "Timeouts",
    "is_local_url",
    "thread_state",
]


thread_state: Final = threading.local()
"""The budget of this thread's current attempt, in its attribute ``budget``."""


CHUNK_SIZE: Final = 64 * 1024
"""Bytes of an upload between two checks of the budget."""


class AttemptBudget:
    """The time and the bytes of one attempt; a context manager that limits its thread.

    Attributes:
        has_sent: Whether any byte was sent, so that HQ may have acted.
    """

    def __init__(self, seconds: float, size: int) -> None:
        """Start an attempt.

        Args:
            seconds: The limit of the attempt, from the connection to the last byte of the response.
            size: The limit of the response in bytes, headers included.
        """
        self._deadline = time.monotonic() + seconds
        self._remaining_bytes = size
        self.has_sent = False

    def __enter__(self) -> None:
        """Limit this thread."""
        thread_state.budget = self

    def __exit__(self, *_error: object) -> None:
        """Remove the limit from this thread."""
        thread_state.budget = None

    @property
    def is_spent(self) -> bool:
        """Whether the time or the bytes are used up."""
        return self._remaining_bytes < 0 or time.monotonic() >= self._deadline

    def limit_seconds(self, limit: float | None) -> float:
        """Return the seconds that the next read or write may take, at most the given ones.

        Raises:
            TimeoutError: The time or the bytes are used up.
        """
        left = self._deadline - time.monotonic()
        if left <= 0 or self._remaining_bytes < 0:
            raise TimeoutError
        return left if limit is None else min(left, limit)

    def count_received(self, size: int) -> None:
        """Count bytes of the response."""
        self._remaining_bytes -= size


class _BoundedReader(RawIOBase):
    """Reads a response within the budget of the attempt."""

    def __init__(self, raw: Any, sock: Any) -> None:
        self._raw = raw
        self._sock = sock
        self._timeout = sock.gettimeout()
        self._budget: AttemptBudget = thread_state.budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._budget.limit_seconds(self._timeout))
        size: int = self._raw.readinto(buffer) or 0
        self._budget.count_received(size)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    """A response of HQ, or of a proxy to a CONNECT request."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = BufferedReader(_BoundedReader(self.fp.detach(), sock))


class _BoundedConnection(HTTPConnection):
    """A connection without TLS."""

    response_class = _BoundedResponse

    def connect(self) -> None:
        """Connect; a CONNECT request to a proxy does not count as sent."""
        with _reset_sent_flag():
            super().connect()

    def send(self, data: Any) -> None:
        """Send a request piece by piece."""
        if self.sock is None:
            self.connect()
        for piece in _split_data(data):
            _start_sending(self.sock, self.timeout)
            super().send(piece)


class _BoundedSecureConnection(_BoundedConnection, HTTPSConnection):
    """A connection with TLS."""


@contextmanager
def _reset_sent_flag() -> Iterator[None]:
    try:
        yield
    finally:
        thread_state.budget.has_sent = False


def _split_data(data: Any) -> list[Any]:
    if not isinstance(data, bytes):
        return [data]
    return [data[at : at + CHUNK_SIZE] for at in range(0, len(data), CHUNK_SIZE)]


def _start_sending(sock: Any, limit: Any) -> None:
    # The socket may have the remaining timeout of an earlier attempt.
    budget: AttemptBudget = thread_state.budget
    sock.settimeout(budget.limit_seconds(limit))
    budget.has_sent = True


class _BoundedPool(HTTPConnectionPool):
    """Connections without TLS."""

    ConnectionCls = _BoundedConnection


class _BoundedSecurePool(HTTPSConnectionPool):
    """Connections with TLS."""

    ConnectionCls = _BoundedSecureConnection


POOL_CLASSES: Final[dict[str, type[HTTPConnectionPool]]] = {
    "http": _BoundedPool,
    "https": _BoundedSecurePool,
}


class BoundedAdapter(HTTPAdapter):
    """Opens connections that obey the budget of the thread."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the connection pools; ``requests`` calls this."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOL_CLASSES

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        """Return the connection pools of a proxy; ``requests`` calls this. SOCKS keeps its own."""
        pools = super().proxy_manager_for(proxy, **kwargs)
        if not str(proxy).lower().startswith("socks"):
            pools.pool_classes_by_scheme = POOL_CLASSES
        return pools

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send a request, unless it would send a secret unencrypted to another machine.

        Raises:
            InvalidURL: The URL is neither https nor on this machine; nothing was sent.
        """
        url = request.url or ""
        if parse_url(url).scheme != "https" and not is_local_url(url):
            raise InvalidURL
        return super().send(request, *args, **kwargs)


def is_local_url(url: str) -> bool:
    """Return whether a URL is on this machine, by the parser that the request uses."""
    return (parse_url(url).host or "").strip("[]") in LOOPBACK_HOSTS


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
