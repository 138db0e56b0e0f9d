"""An adapter for ``requests`` that limits the time and the bytes of an attempt."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidURL
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import parse_url

from bim360_provider.hq.transport.address import LOOPBACK_HOSTS

__all__ = ["AttemptBudget", "BoundedAdapter", "is_local_url", "thread_state"]

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

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
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
