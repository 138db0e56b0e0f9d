"""HTTP: any server or network failure becomes one of our errors, in one line."""

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
from bim360_provider.hq.transport import http
from bim360_provider.hq.transport import http as wire_module
from bim360_provider.hq.transport.http import HttpSession
from bim360_provider.hq.transport.message import BearerAuth, HttpRequest

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

JOIN_TIMEOUT = 5.0
"""Seconds until a dripping server gives up when a test fails."""


@contextmanager
def serve_bytes(
    response: bytes, after_response: Callable[[], object] = lambda: None
) -> Iterator[str]:
    """Send these bytes on every connection, then hang up; yield the URL."""

    class Mute(socketserver.StreamRequestHandler):
        """Reads the head of the request and sends the response."""

        def handle(self) -> None:
            while self.rfile.readline().strip():
                continue
            self.wfile.write(response)
            after_response()

    with serve_handler(Mute) as url:
        yield url


@contextmanager
def serve_handler(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    """Serve every connection; yield the URL."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def send_request(url: str) -> Any:
    """Send one request and return the response."""
    wire = HttpSession()
    try:
        return wire.send(HttpRequest("GET", url, {}, BearerAuth("hush-hush-hush")))
    finally:
        wire.close()


@pytest.mark.parametrize(
    "response",
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
def test_a_partial_response_counts_as_lost(response: bytes) -> None:
    """The request was sent, so HQ may have acted."""
    with serve_bytes(response) as url, pytest.raises(UnansweredError) as caught:
        send_request(url)

    assert str(caught.value) == "the connection ended before the response was complete"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_refused_connection_means_that_nothing_was_sent(closed_port: int, host: str) -> None:
    """Even a create may then be sent again."""
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
    """Nothing was sent, something may have been sent, or the request cannot be sent at all."""

    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(requests.Session, "send", fail)

    with pytest.raises(kind) as caught:
        send_request("http://127.0.0.1:1/")

    assert isinstance(caught.value, Bim360Error)
    assert caught.value.__suppress_context__


def test_a_tls_error_after_the_request_is_a_lost_response(monkeypatch: pytest.MonkeyPatch) -> None:
    """HQ may have acted: the handshake succeeded before."""

    def fail(*_args: object, **_kwargs: object) -> None:
        http.thread_state.budget.has_sent = True
        raise requests.exceptions.SSLError(ssl.SSLError("EOF occurred in violation of protocol"))

    monkeypatch.setattr(requests.Session, "send", fail)

    with pytest.raises(UnansweredError):
        send_request("https://127.0.0.1:1/")


def test_an_endless_response_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size exceeds the limit."""
    monkeypatch.setattr(wire_module, "MAX_RESPONSE_SIZE", 1000)
    body = b"x" * 2000
    head = OK + f"Content-Length: {len(body)}\r\n\r\n".encode()

    with (
        serve_bytes(head + body) as url,
        pytest.raises(UnansweredError, match="did not end within"),
    ):
        send_request(url)


def speed_up_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Advance the clock of an attempt by one second per reading."""
    seconds = count()
    monkeypatch.setattr(http, "time", SimpleNamespace(monotonic=lambda: next(seconds)))


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
def serve_drip(first_bytes: bytes, drop: bytes) -> Iterator[str]:
    """Send the first bytes, then the drop repeatedly, until the client hangs up."""

    class Dripping(socketserver.StreamRequestHandler):
        """Drips until the client hangs up."""

        def handle(self) -> None:
            while self.rfile.readline().strip():
                continue
            with suppress(OSError):
                self.wfile.write(first_bytes)
                while True:
                    self.wfile.write(drop)

    with serve_handler(Dripping) as url:
        yield url


@pytest.mark.parametrize("part", DRIP_CASES)
def test_a_dripping_response_is_aborted(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """The limit is the total time or the size; each single byte arrives soon enough."""
    speed_up_clock(monkeypatch)
    first_bytes, message = DRIP_CASES[part]

    with serve_drip(first_bytes, b"1") as url, pytest.raises(UnansweredError, match=message):
        send_request(url)


@pytest.mark.parametrize(
    "drop", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 \r\nX: y\r\n\r\n"]
)
def test_endless_interim_responses_are_aborted(
    monkeypatch: pytest.MonkeyPatch, drop: bytes
) -> None:
    """Python itself skips ``100 Continue``, in an internal loop."""
    speed_up_clock(monkeypatch)

    with serve_drip(b"", drop) as url, pytest.raises(UnansweredError, match="did not end within"):
        send_request(url)


def test_the_bytes_before_a_response_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """This includes interim responses, which could go on for the whole attempt."""
    monkeypatch.setattr(wire_module, "MAX_RESPONSE_SIZE", 100_000)

    drop = b"HTTP/1.1 100 Continue\r\n\r\n"

    with serve_drip(b"", drop) as url, pytest.raises(UnansweredError, match="100000 bytes"):
        send_request(url)


def test_a_server_that_does_not_read_the_request_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The timeout of an attempt covers the upload."""
    speed_up_clock(monkeypatch)
    monkeypatch.setattr(http, "CHUNK_SIZE", 1)
    files = {"chunk": ("image.png", b"x" * 1000, "image/png")}
    wire = HttpSession()

    with serve_bytes(b"") as url, pytest.raises(UnansweredError, match="did not end within"):
        wire.send(HttpRequest("PATCH", url, {}, BearerAuth("x"), files=files))
    wire.close()


@pytest.mark.parametrize("status", [101, 102, 103])
def test_an_interim_response_is_discarded_with_its_connection(status: int) -> None:
    """The bytes that follow on that connection are not read as the next response."""
    responses = iter(
        [f"HTTP/1.1 {status} Soon\r\n\r\n".encode(), OK + b"Content-Length: 2\r\n\r\n[]"]
    )

    class Interim(socketserver.StreamRequestHandler):
        """Sends two responses to the first request."""

        def handle(self) -> None:
            first_bytes = next(responses)
            while self.rfile.readline().strip():
                continue
            self.wfile.write(first_bytes)
            if self.rfile.readline():
                self.wfile.write(OK + b'Content-Length: 9\r\n\r\n"another"')

    wire = HttpSession()

    with serve_handler(Interim) as url:
        with pytest.raises(UnansweredError, match=f"interim status {status}"):
            wire.send(HttpRequest("GET", url, {}, BearerAuth("x")))
        response = wire.send(HttpRequest("GET", url, {}, BearerAuth("x")))
        wire.close()

    assert response.body == b"[]"


@pytest.mark.parametrize("value", ["a\r\nX-B: c", "a\nb", "ключ", "a\x00", "\ud800"])
def test_an_invalid_header_is_an_error_before_anything_is_sent(value: str) -> None:
    """It would be sent as two headers, or raise Python's own error."""
    wire = HttpSession()

    with pytest.raises(ConfigError, match="the header User-Id"):
        wire.send(HttpRequest("GET", "http://127.0.0.1:1/", {"User-Id": value}, BearerAuth("x")))


@pytest.mark.parametrize("url", ["http://[::1", "https://h:99999999/", "https://\ud800/", "x", ""])
def test_an_invalid_url_is_one_of_our_errors(url: str) -> None:
    """The parser's own exception does not leak."""
    with pytest.raises(ConfigError):
        send_request(url)


def test_a_missing_certificate_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The message names the variable to correct."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))

    with pytest.raises(ConfigError, match="REQUESTS_CA_BUNDLE"):
        send_request("https://127.0.0.1:1/")


def test_an_attempt_on_an_open_connection_has_its_full_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It does not inherit the remaining time of the previous attempt."""
    limits: list[float] = []
    seconds = http.AttemptBudget.limit_seconds

    def noted(self: http.AttemptBudget, most: float | None) -> float:
        left = seconds(self, most)
        limits.append(left)
        return left

    class Open(socketserver.StreamRequestHandler):
        """Sends several responses on one connection."""

        def handle(self) -> None:
            while self.rfile.readline():
                while self.rfile.readline().strip():
                    continue
                self.wfile.write(OK + b"Content-Length: 2\r\n\r\n[]")

    monkeypatch.setattr(http.AttemptBudget, "limit_seconds", noted)
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
