"""The wire: whatever a server or a network does, one of our errors says so in one line."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from bim360_provider.errors import Bim360Error, ConfigError, UnansweredError, UnreachableError
from bim360_provider.hq import OpenOutcomeError
from bim360_provider.hq import wire as wire_module
from bim360_provider.hq.clock import SystemClock
from bim360_provider.hq.wire import BearerAuth, Call, Wire
from tests.stage import BODY, Stage

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Answer every connection with these bytes and hang up; yield the URL."""

    class Mute(socketserver.StreamRequestHandler):
        """Reads the request's head and sends the answer."""

        def handle(self) -> None:
            while self.rfile.readline().strip():
                continue
            self.wfile.write(answer)

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
    """By its time, although each single byte comes soon enough."""
    monkeypatch.setattr(wire_module, "ANSWER_DEADLINE", -1.0)

    drops = OK + b"Content-Length: 2\r\n\r\n[]"

    with answering(drops) as url, pytest.raises(UnansweredError, match="did not end within"):
        send(url)


def test_no_netrc_replaces_the_token(
    stage: Stage, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests would put a login from there over ours."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))

    stage.client().projects.page(0)

    assert stage.hq.requests[-1].header("authorization").startswith("Bearer ")


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_an_emulator_on_this_machine_is_not_asked_through_a_proxy(
    stage: Stage, closed_port: int, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The secret would reach the proxy in the clear."""
    monkeypatch.setenv(proxy, f"http://127.0.0.1:{closed_port}")

    assert stage.client().projects.page(0) == []


def test_a_dead_network_is_told_after_five_tries(stage: Stage, closed_port: int) -> None:
    """In one line, with the waits between them doubled."""
    client = stage.client(base_url=f"http://127.0.0.1:{closed_port}")

    with pytest.raises(UnreachableError) as caught:
        client.projects.page(0)

    assert str(caught.value) == (
        "BIM 360: could not get a token: no connection could be made. "
        "Check the network and the base URL, then run it again."
    )
    assert stage.clock.naps == [0.5, 1.0, 2.0, 4.0]


def test_a_certificate_nobody_trusts_is_told_with_the_way_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a company proxy: not asked again, nothing sent."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))

    monkeypatch.setattr(requests.Session, "send", refuse)

    with pytest.raises(ConfigError, match="set REQUESTS_CA_BUNDLE") as caught:
        stage.client().projects.page(0)

    assert "\n" not in str(caught.value)
    assert stage.clock.naps == []


def test_a_create_that_may_have_been_made_is_an_error_of_its_own(stage: Stage) -> None:
    """Whoever uses the client alone learns that they have to look."""
    client = stage.client()
    client.transport.now()
    stage.hq.close()

    with pytest.raises(OpenOutcomeError, match="it was sent, and HQ gave no clear answer"):
        client.projects.create(BODY)


def test_the_real_clock_spreads_threads_out() -> None:
    """A factor between a half and one, and a monotonic time."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)

    assert all(0.5 <= clock.jitter() <= 1 for _ in range(100))
    assert clock.monotonic() >= before
