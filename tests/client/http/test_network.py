"""The network: proxies, certificates and dead ends, told in one line."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bim360_provider.errors import ConfigError, UnreachableError
from bim360_provider.hq import OpenOutcomeError
from bim360_provider.hq.transport.clock import SystemClock
from tests.support.hq import PROJECT_BODY, HqFixture


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Return a port at which nobody listens, and keep it from being given to others."""
    with socket.socket() as keeper:
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


def test_no_netrc_replaces_the_token(
    hq: HqFixture, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests would put a login from there over ours."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))

    hq.create_client().projects.list_page(0)

    assert hq.emulator.requests[-1].get_header("authorization").startswith("Bearer ")


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_an_emulator_on_this_machine_is_not_asked_through_a_proxy(
    hq: HqFixture, closed_port: int, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The secret would reach the proxy in the clear."""
    monkeypatch.setenv(proxy, f"http://127.0.0.1:{closed_port}")

    assert hq.create_client().projects.list_page(0) == []


def test_a_dead_network_is_told_after_five_tries(hq: HqFixture, closed_port: int) -> None:
    """In one line, with the waits between them doubled."""
    client = hq.create_client(base_url=f"http://127.0.0.1:{closed_port}")

    with pytest.raises(UnreachableError) as caught:
        client.projects.list_page(0)

    assert str(caught.value) == (
        "BIM 360: could not get a token: the connection failed. "
        "Check the network and the base URL, then run it again."
    )
    assert hq.clock.sleeps == [0.5, 1.0, 2.0, 4.0]


def test_a_certificate_nobody_trusts_is_told_with_the_way_out(
    hq: HqFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a company proxy: not asked again, nothing sent."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))

    monkeypatch.setattr(requests.Session, "send", refuse)

    with pytest.raises(ConfigError, match="set REQUESTS_CA_BUNDLE") as caught:
        hq.create_client().projects.list_page(0)

    assert "\n" not in str(caught.value)
    assert hq.clock.sleeps == []


def test_a_create_that_may_have_been_made_is_an_error_of_its_own(hq: HqFixture) -> None:
    """Whoever uses the client alone learns that they have to look."""
    client = hq.create_client()
    client.transport.get_server_time()
    hq.emulator.close()

    with pytest.raises(OpenOutcomeError, match="it was sent, but HQ's response was inconclusive"):
        client.projects.create(PROJECT_BODY)


def test_the_real_clock_spreads_threads_out() -> None:
    """A factor between a half and one, and a monotonic time."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)

    assert all(0.5 <= clock.jitter() <= 1 for _ in range(100))
    assert clock.monotonic() >= before
