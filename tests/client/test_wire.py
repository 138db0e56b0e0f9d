"""The wire: whatever a server or a network does, one of our errors says so in one line."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from bim360_provider.errors import Bim360Error, ConfigError, UnansweredError, UnreachableError
from bim360_provider.hq import wire as wire_module
from bim360_provider.hq.call import BearerAuth, Call
from bim360_provider.hq.wire import Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

PATIENCE = 5.0
"""Seconds until a server that drips gives up on a test that fails."""


@contextmanager
def answering(answer: bytes, then: Callable[[], object] = lambda: None) -> Iterator[str]:
    """Answer every connection with these bytes, and then hang up; yield the URL."""

    class Mute(socketserver.StreamRequestHandler):
        """Reads the request's head and sends the answer."""

        def handle(self) -> None:
            while self.rfile.readline().strip():
                continue
            self.wfile.write(answer)
            then()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mute) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def send(url: str) -> Any:
    """Send one request and return the answer."""
    wire = Wire()
    try:
        return wire.send(Call("GET", url, {}, BearerAuth("hush-hush-hush")))
    finally:
        wire.close()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Return a port at which nobody listens, and keep it from being given to others."""
    with socket.socket() as keeper:
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 2",
        b"HTTP/1.1 abc OK\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\n[1,",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_half_an_answer_is_none(answer: bytes) -> None:
    """It was sent, and HQ may have acted."""
    with answering(answer) as url, pytest.raises(UnansweredError) as caught:
        send(url)

    assert str(caught.value) == "the connection ended before a whole answer came"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_where_nobody_listens_nothing_was_sent(closed_port: int, host: str) -> None:
    """So that even a create may be sent again."""
    with pytest.raises(UnreachableError, match="no connection could be made"):
        send(f"http://{host}:{closed_port}/")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.exceptions.ConnectTimeout(), UnreachableError),
        (requests.exceptions.ReadTimeout(), UnansweredError),
        (requests.exceptions.ConnectionError(), UnansweredError),
        (requests.exceptions.ChunkedEncodingError(), UnansweredError),
        (requests.exceptions.ContentDecodingError(), UnansweredError),
        (requests.exceptions.TooManyRedirects(), UnansweredError),
        (requests.exceptions.SSLError(ssl.SSLError("x")), ConfigError),
        (requests.exceptions.ProxyError(), ConfigError),
        (requests.exceptions.InvalidURL(), ConfigError),
        (requests.exceptions.InvalidProxyURL(), ConfigError),
        (requests.exceptions.InvalidSchema(), ConfigError),
    ],
)
def test_each_error_of_requests_becomes_one_of_ours(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    """Nothing was sent, perhaps something was, or it cannot be sent at all."""

    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(requests.Session, "send", fail)

    with pytest.raises(kind) as caught:
        send("http://127.0.0.1:1/")

    assert isinstance(caught.value, Bim360Error)
    assert caught.value.__suppress_context__


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its size."""
    monkeypatch.setattr(wire_module, "ANSWER_LIMIT", 1000)
    body = b"x" * 2000
    head = OK + f"Content-Length: {len(body)}\r\n\r\n".encode()

    with answering(head + body) as url, pytest.raises(UnansweredError, match="did not end within"):
        send(url)


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its time, although each single byte comes soon enough and the end is far away."""
    monkeypatch.setattr(wire_module, "ANSWER_DEADLINE", 0.0)
    gone = threading.Event()
    head = OK + b"Content-Length: 1000000\r\n\r\n["

    with answering(head, lambda: gone.wait(PATIENCE)) as url:
        with pytest.raises(UnansweredError, match="did not end within"):
            send(url)
        gone.set()
