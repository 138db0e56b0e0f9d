"""The wire: whatever a server or a network does, one of our errors says so in one line."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from bim360_provider.errors import Bim360Error, ConfigError, UnansweredError, UnreachableError
from bim360_provider.hq.transport import adapter
from bim360_provider.hq.transport import http as wire_module
from bim360_provider.hq.transport.http import HttpSession
from bim360_provider.hq.transport.request import BearerAuth, HttpRequest

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

JOIN_TIMEOUT = 5.0
"""Seconds until a server that drips gives up on a test that fails."""


@contextmanager
def serve_bytes(answer: bytes, then: Callable[[], object] = lambda: None) -> Iterator[str]:
    """Answer every connection with these bytes, and then hang up; yield the URL."""

    class Mute(socketserver.StreamRequestHandler):
        """Reads the request's head and sends the answer."""

        def handle(self) -> None:
            while self.rfile.readline().strip():
                continue
            self.wfile.write(answer)
            then()

    with serve_handler(Mute) as url:
        yield url


@contextmanager
def serve_handler(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    """Serve every connection, and yield the URL."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def send_request(url: str) -> Any:
    """Send one request and return the answer."""
    wire = HttpSession()
    try:
        return wire.send(HttpRequest("GET", url, {}, BearerAuth("hush-hush-hush")))
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
    with serve_bytes(answer) as url, pytest.raises(UnansweredError) as caught:
        send_request(url)

    assert str(caught.value) == "the connection ended before the response was complete"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_where_nobody_listens_nothing_was_sent(closed_port: int, host: str) -> None:
    """So that even a create may be sent again."""
    with pytest.raises(UnreachableError, match="the connection failed"):
        send_request(f"http://{host}:{closed_port}/")


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
        send_request("http://127.0.0.1:1/")

    assert isinstance(caught.value, Bim360Error)
    assert caught.value.__suppress_context__


def test_a_tls_error_after_the_request_is_a_lost_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """HQ may have acted: the certificate was accepted before."""

    def fail(*_args: object, **_kwargs: object) -> None:
        adapter.thread_state.budget.has_sent = True
        raise requests.exceptions.SSLError(ssl.SSLError("EOF occurred in violation of protocol"))

    monkeypatch.setattr(requests.Session, "send", fail)

    with pytest.raises(UnansweredError):
        send_request("https://127.0.0.1:1/")


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its size."""
    monkeypatch.setattr(wire_module, "MAX_RESPONSE_SIZE", 1000)
    body = b"x" * 2000
    head = OK + f"Content-Length: {len(body)}\r\n\r\n".encode()

    with (
        serve_bytes(head + body) as url,
        pytest.raises(UnansweredError, match="did not end within"),
    ):
        send_request(url)


def speed_up_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second pass with each look at the clock of an attempt."""
    seconds = count()
    monkeypatch.setattr(adapter, "time", SimpleNamespace(monotonic=lambda: next(seconds)))


LATE_MESSAGE, BROKEN_MESSAGE = (
    "did not end within 120 s",
    "the connection ended before the response was complete",
)
CHUNKED_HEAD = OK + b"Transfer-Encoding: chunked\r\n\r\n"

DRIP_CASES = {
    "the body": (OK + b"Content-Length: 1000000\r\n\r\n[", LATE_MESSAGE),
    "a chunk": (CHUNKED_HEAD + b"1000000\r\n[", LATE_MESSAGE),
    "the size of a chunk": (CHUNKED_HEAD + b"1", f"{LATE_MESSAGE}|{BROKEN_MESSAGE}"),
    "the trailer": (CHUNKED_HEAD + b"0\r\nX-A: b", f"{LATE_MESSAGE}|{BROKEN_MESSAGE}"),
    "a header": (OK + b"X-A: b", f"{LATE_MESSAGE}|{BROKEN_MESSAGE}"),
    "the status line": (b"HTTP/1.1 200 ", f"{LATE_MESSAGE}|{BROKEN_MESSAGE}"),
}


@contextmanager
def serve_drip(begin: bytes, drop: bytes) -> Iterator[str]:
    """Answer with these bytes and then with this drop, until the client hangs up."""

    class Dripping(socketserver.StreamRequestHandler):
        """Drips until nobody listens."""

        def handle(self) -> None:
            while self.rfile.readline().strip():
                continue
            with suppress(OSError):
                self.wfile.write(begin)
                while True:
                    self.wfile.write(drop)

    with serve_handler(Dripping) as url:
        yield url


@pytest.mark.parametrize("part", DRIP_CASES)
def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """By the time of the whole attempt, although each byte comes soon enough, or by its length."""
    speed_up_clock(monkeypatch)
    begin, message = DRIP_CASES[part]

    with serve_drip(begin, b"1") as url, pytest.raises(UnansweredError, match=message):
        send_request(url)


@pytest.mark.parametrize(
    "drop", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 \r\nX: y\r\n\r\n"]
)
def test_a_server_that_promises_an_answer_without_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, drop: bytes
) -> None:
    """``100 Continue`` is skipped by Python itself, in a loop of its own."""
    speed_up_clock(monkeypatch)

    with serve_drip(b"", drop) as url, pytest.raises(UnansweredError, match="did not end within"):
        send_request(url)


def test_the_bytes_of_an_answer_are_bounded_before_they_are_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where they are promises only, and would go on for the whole time of an attempt."""
    monkeypatch.setattr(wire_module, "MAX_RESPONSE_SIZE", 100_000)

    drop = b"HTTP/1.1 100 Continue\r\n\r\n"

    with serve_drip(b"", drop) as url, pytest.raises(UnansweredError, match="100000 bytes"):
        send_request(url)


def test_a_server_that_does_not_read_the_request_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An upload has no longer than the whole attempt."""
    speed_up_clock(monkeypatch)
    monkeypatch.setattr(adapter, "CHUNK_SIZE", 1)
    files = {"chunk": ("image.png", b"x" * 1000, "image/png")}
    wire = HttpSession()

    with serve_bytes(b"") as url, pytest.raises(UnansweredError, match="did not end within"):
        wire.send(HttpRequest("PATCH", url, {}, BearerAuth("x"), files=files))
    wire.close()


@pytest.mark.parametrize("status", [101, 102, 103])
def test_an_interim_answer_is_none_and_the_next_request_has_its_own(status: int) -> None:
    """What is still to come on that connection answers no other request."""
    begins = iter([f"HTTP/1.1 {status} Soon\r\n\r\n".encode(), OK + b"Content-Length: 2\r\n\r\n[]"])

    class Interim(socketserver.StreamRequestHandler):
        """Answers the first request twice."""

        def handle(self) -> None:
            begin = next(begins)
            while self.rfile.readline().strip():
                continue
            self.wfile.write(begin)
            if self.rfile.readline():
                self.wfile.write(OK + b'Content-Length: 9\r\n\r\n"another"')

    wire = HttpSession()

    with serve_handler(Interim) as url:
        with pytest.raises(UnansweredError, match=f"interim status {status}"):
            wire.send(HttpRequest("GET", url, {}, BearerAuth("x")))
        answer = wire.send(HttpRequest("GET", url, {}, BearerAuth("x")))
        wire.close()

    assert answer.body == b"[]"


@pytest.mark.parametrize("value", ["a\r\nX-B: c", "a\nb", "ключ", "a\x00", "\ud800"])
def test_a_header_that_cannot_be_sent_is_an_error_and_nothing_is_sent(value: str) -> None:
    """It would be two headers, or end in Python's own error."""
    wire = HttpSession()

    with pytest.raises(ConfigError, match="the header User-Id"):
        wire.send(HttpRequest("GET", "http://127.0.0.1:1/", {"User-Id": value}, BearerAuth("x")))


@pytest.mark.parametrize("url", ["http://[::1", "https://h:99999999/", "https://\ud800/", "x", ""])
def test_what_is_no_url_is_an_error_of_ours(url: str) -> None:
    """Whatever the parser of the library makes of it."""
    with pytest.raises(ConfigError):
        send_request(url)


def test_a_certificate_file_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the variable to correct."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))

    with pytest.raises(ConfigError, match="REQUESTS_CA_BUNDLE"):
        send_request("https://127.0.0.1:1/")


def test_an_attempt_on_an_open_connection_has_all_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not what the attempt before it had left."""
    limits: list[float] = []
    seconds = adapter.AttemptBudget.limit_seconds

    def noted(self: adapter.AttemptBudget, most: float | None) -> float:
        left = seconds(self, most)
        limits.append(left)
        return left

    class Open(socketserver.StreamRequestHandler):
        """Answers request after request on one connection."""

        def handle(self) -> None:
            while self.rfile.readline():
                while self.rfile.readline().strip():
                    continue
                self.wfile.write(OK + b"Content-Length: 2\r\n\r\n[]")

    monkeypatch.setattr(adapter.AttemptBudget, "limit_seconds", noted)
    wire = HttpSession()

    with serve_handler(Open) as url:
        monkeypatch.setattr(wire_module, "ATTEMPT_TIMEOUT", 5.0)
        wire.send(HttpRequest("GET", url, {}, BearerAuth("x")))
        short, limits = limits, []
        monkeypatch.setattr(wire_module, "ATTEMPT_TIMEOUT", 120.0)
        wire.send(HttpRequest("GET", url, {}, BearerAuth("x")))
        wire.close()

    assert max(short) <= 5
    assert set(limits) == {wire_module.CONNECT_TIMEOUT, wire_module.READ_TIMEOUT}
