"""TLS and proxies: a real handshake with an untrusted server, and a proxy that requires a login."""

import http.server
import shutil
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bim360_provider.core.project import create, delete, read, update
from bim360_provider.errors import ConfigError
from tests.support.hq import PROJECT_INPUTS, HqFixture, build_run

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is required to create a certificate"
)


class TokenHandler(http.server.BaseHTTPRequestHandler):
    """Sends a token in response to each request, and records the requests."""

    requests_received: list[str]

    def do_POST(self) -> None:
        """Send a token."""
        self.requests_received.append(self.path)
        body = b'{"access_token": "a", "expires_in": 3599}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class RefusingProxy(socketserver.StreamRequestHandler):
    """A proxy that requires a login, and records each line that it receives."""

    lines: list[str]

    def handle(self) -> None:
        """Read the head of the request and refuse it."""
        while line := self.rfile.readline().strip():
            self.lines.append(line.decode())
        self.wfile.write(
            b"HTTP/1.1 407 Proxy Authentication Required\r\n"
            b'Proxy-Authenticate: Basic realm="company"\r\nContent-Length: 0\r\n\r\n'
        )


@contextmanager
def run_server(server: socketserver.TCPServer) -> Iterator[int]:
    """Run a server; yield its port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    with server:
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def create_certificate(folder: Path, name: str) -> Path:
    """Return a file with a self-signed certificate and its key."""
    pem = folder / f"{name}.pem"
    arguments = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    arguments += ["-keyout", str(pem), "-out", f"{pem}.crt", "-days", "1", "-subj", f"/CN={name}"]
    subprocess.run(  # noqa: S603 - fixed arguments
        ["openssl", *arguments, "-addext", f"subjectAltName=DNS:{name}"],  # noqa: S607 - openssl is where the system has it
        check=True,
        capture_output=True,
    )
    pem.write_text(pem.read_text() + Path(f"{pem}.crt").read_text())
    return pem


@contextmanager
def serve_https(folder: Path, name: str) -> Iterator[tuple[str, Path, list[str]]]:
    """Serve HTTPS with a certificate for this name; yield URL, certificate and requests."""
    pem = create_certificate(folder, name)
    requests: list[str] = []
    handler = type("Handler", (TokenHandler,), {"requests_received": requests})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with run_server(server) as port:
        yield f"https://localhost:{port}", pem, requests


@needs_openssl
@pytest.mark.parametrize(("name", "trusted"), [("localhost", False), ("hq.example", True)])
def test_a_wrong_certificate_is_refused_before_anything_is_sent(
    hq: HqFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool
) -> None:
    """It is self-signed or issued for another name; the error is one line, without a retry."""
    with serve_https(tmp_path, name) as (url, pem, requests):
        if trusted:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))

        with pytest.raises(ConfigError) as caught:
            create(build_run(hq.create_client(base_url=url)), PROJECT_INPUTS)

    assert str(caught.value) == (
        "BIM 360: could not get a token: the certificate is not one that this machine trusts; "
        "behind a company proxy set REQUESTS_CA_BUNDLE to its certificate file."
    )
    assert (requests, hq.clock.sleeps) == ([], [])


@needs_openssl
def test_a_configured_certificate_is_trusted(
    hq: HqFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error message recommends this setting."""
    with serve_https(tmp_path, "localhost") as (url, pem, requests):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))

        hq.create_client(base_url=url).transport.get_server_time()

    assert requests == ["/authentication/v2/token"]


def test_a_proxy_that_requires_a_login_is_reported_and_sees_no_secret(
    hq: HqFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each call of Pulumi: one attempt, one line, and no resource counts as deleted."""
    lines: list[str] = []
    handler = type("Handler", (RefusingProxy,), {"lines": lines})
    with run_server(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        client = hq.create_client(base_url="https://hq.example")
        calls = (
            lambda: create(build_run(client), PROJECT_INPUTS),
            lambda: read(build_run(client), "p1", {"account_id": "known"}),
            lambda: update(build_run(client), "p1", {}, {**PROJECT_INPUTS, "city": "Oslo"}),
            lambda: delete(build_run(client), "p1", {}),
        )
        for call in calls:
            with pytest.raises(ConfigError) as caught:
                call()

            assert str(caught.value) == (
                "BIM 360: could not get a token: the proxy refused the connection; "
                "check HTTPS_PROXY, its user name and password."
            )

    requests = [line.rpartition(" ")[0] for line in lines if "HTTP/" in line]
    assert requests == ["CONNECT hq.example:443"] * len(calls)
    assert not any("Authorization: " in line for line in lines)
