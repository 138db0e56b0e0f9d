"""One attempt over the wire: only this file knows ``requests``.

It is imported for the first client: a preview needs none, and ``requests`` takes a fifth of the
time that this package adds to the start of Pulumi's host.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from bim360_provider.errors import ConfigError, UnansweredError, UnreachableError
from bim360_provider.hq.answer import Answer
from bim360_provider.hq.call import Call
from bim360_provider.hq.connection import LOOPBACK

__all__ = ["Patience", "Wire"]

CONNECTIONS: Final = 4
"""Pulumi's host works with four threads, so more connections would idle."""

CONNECT_TIMEOUT: Final = 10.0
"""Seconds to reach HQ; a firewall that swallows packets is told of soon."""

READ_TIMEOUT: Final = 70.0
"""Seconds between two bytes: HQ answers 504 by itself after some ten."""

ANSWER_DEADLINE: Final = 120.0
"""Seconds for a whole answer, however slowly it drips."""

ANSWER_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of an answer; a page of 100 projects has some 0.1 MB."""

CHUNK: Final = 64 * 1024

DIRECT: Final = {"http": "", "https": ""}
"""No proxy for an emulator on this machine: over http the secret would reach it in the clear."""


@dataclass(frozen=True)
class Patience:
    """How many seconds one attempt may take.

    Attributes:
        connect: To reach HQ.
        read: Between two bytes.
        whole: For the whole answer.
    """

    connect: float
    read: float
    whole: float


class Wire:
    """Keeps the connections to HQ; follows no redirect, keeps no cookie."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience
        self._session = requests.Session()
        adapter = HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, call: Call) -> Answer:
        """Send once and read the whole answer.

        Raises:
            UnreachableError: Nothing was sent.
            UnansweredError: It was sent, and no whole answer came.
            ConfigError: It cannot be sent: a proxy or a certificate is in the way.
        """
        patience = self._patience or Patience(CONNECT_TIMEOUT, READ_TIMEOUT, ANSWER_DEADLINE)
        try:
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
                proxies=DIRECT if urlsplit(call.url).hostname in LOOPBACK else None,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _whole(response, patience.whole)
                return Answer(response.status_code, response.headers, body)
        except requests.RequestException as error:
            raise _translated(error) from None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _whole(response: requests.Response, seconds: float) -> bytes:
    deadline = time.monotonic() + seconds
    body = bytearray()
    for piece in _as_it_comes(response).iter_content(CHUNK):
        body += piece
        if time.monotonic() > deadline or len(body) > ANSWER_LIMIT:
            msg = f"the answer did not end within {seconds:.0f} s and {ANSWER_LIMIT} bytes"
            raise UnansweredError(msg)
    return bytes(body)


def _as_it_comes(response: requests.Response) -> requests.Response:
    """Let an answer be read in the pieces it comes in.

    requests waits until a chunk is full: an answer that drips would outlast any deadline.
    """
    raw: Any = response.raw

    def stream(size: int, *, decode_content: bool) -> Iterator[bytes]:
        return iter(lambda: raw.read1(size, decode_content=decode_content), b"")

    if hasattr(raw, "read1"):  # since urllib3 2.1, which requests does not insist on
        raw.stream = stream
    return response


def _translated(
    error: requests.RequestException,
) -> UnreachableError | UnansweredError | ConfigError:
    if isinstance(error, requests.exceptions.SSLError):
        msg = (
            "the certificate is not one that this machine trusts; behind a company proxy set "
            "REQUESTS_CA_BUNDLE to its certificate file"
        )
        return ConfigError(msg)
    if isinstance(error, requests.exceptions.ProxyError):
        msg = "the proxy refused the connection; check HTTPS_PROXY, its user name and password"
        return ConfigError(msg)
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return ConfigError("the base URL or the proxy's address is not a URL")
    if _never_connected(error):
        return UnreachableError("no connection could be made")
    return UnansweredError("the connection ended before a whole answer came")


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    # urllib3 names a refused connection and a name that does not resolve only by its reason.
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError")
