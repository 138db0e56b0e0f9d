"""Network: proxies, certificates and unreachable servers are reported in one line."""

import ssl
from typing import Any

import pytest
import requests

from bim360_provider.errors import ConfigError, UnreachableError
from bim360_provider.hq import OpenOutcomeError
from bim360_provider.hq.transport.clock import SystemClock
from tests.support.hq import PROJECT_BODY, HqFixture


def test_no_netrc_replaces_the_token(
    hq: HqFixture, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default, requests replaces our header by a login from .netrc."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    hq.create_client().projects.list_page(0)

    assert hq.emulator.requests[-1].get_header("authorization").startswith("Bearer ")


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_local_emulator_is_reached_without_the_proxy(
    hq: HqFixture, closed_port: int, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The proxy would see the secret in plain text."""
    monkeypatch.setenv(proxy, f"http://127.0.0.1:{closed_port}")

    assert hq.create_client().projects.list_page(0) == []


def test_an_unreachable_network_is_reported_after_five_attempts(
    hq: HqFixture, closed_port: int
) -> None:
    """The error is one line, and the waits double."""
    client = hq.create_client(base_url=f"http://127.0.0.1:{closed_port}")

    with pytest.raises(UnreachableError) as caught:
        client.projects.list_page(0)

    assert str(caught.value) == (
        "BIM 360: could not get a token: the connection failed. "
        "Check the network and the base URL, then run it again."
    )
    assert hq.clock.sleeps == [0.5, 1.0, 2.0, 4.0]


def test_an_untrusted_certificate_is_reported_with_a_fix(
    hq: HqFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typical behind a company proxy: no retry, and nothing is sent."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))

    monkeypatch.setattr(requests.Session, "send", refuse)

    with pytest.raises(ConfigError, match="set REQUESTS_CA_BUNDLE") as caught:
        hq.create_client().projects.list_page(0)

    assert "\n" not in str(caught.value)
    assert hq.clock.sleeps == []


def test_a_create_with_an_unknown_outcome_has_its_own_error(hq: HqFixture) -> None:
    """Users of the client alone must check HQ themselves."""
    client = hq.create_client()
    client.transport.get_server_time()
    hq.emulator.close()

    with pytest.raises(OpenOutcomeError, match="it was sent, but HQ's response was inconclusive"):
        client.projects.create(PROJECT_BODY)


def test_the_real_clock_spreads_threads_out() -> None:
    """It returns a factor from 0.5 to 1 and a monotonic time."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)

    assert all(0.5 <= clock.jitter() <= 1 for _ in range(100))
    assert clock.monotonic() >= before
