"""Clients and lines for people, as all threads of Pulumi's host share them."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc
from pydantic import SecretStr

from bim360_provider.dynamic import engine, shared
from bim360_provider.dynamic.engine import notify
from bim360_provider.hq import Connection


@pytest.fixture(autouse=True)
def _own_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a registry of its own, and close what it opened."""
    created: dict[Any, Any] = {}
    monkeypatch.setattr(shared, "_clients", created)
    monkeypatch.setattr(shared, "_transports", {})
    yield
    for client in created.values():
        client.close()


def connection(**changes: Any) -> Connection:
    """Return a connection to some account."""
    usual = {"client_id": "app", "client_secret": SecretStr("secret-1"), "account_id": "a1"}
    return Connection(**{**usual, **changes})


def test_one_connection_has_one_client_in_all_threads() -> None:
    """Or four threads would fetch four tokens."""
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: id(shared.get_client(connection())), range(16)))

    assert len(found) == 1


def test_accounts_of_one_app_share_its_token_and_its_pace() -> None:
    """HQ counts requests by client id."""
    one = shared.get_client(connection())
    other = shared.get_client(connection(account_id="a2", region="EMEA"))

    assert one is not other
    assert one.transport is other.transport


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"client_secret": SecretStr("secret-2")},
        {"base_url": "https://hq.example.com"},
    ],
)
def test_another_app_shares_nothing(changes: dict[str, Any]) -> None:
    """Another id, another secret or another place is another app."""
    one = shared.get_client(connection())
    other = shared.get_client(connection(**changes))

    assert one.transport is not other.transport


def in_host(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Pretend to be Pulumi's host, started with some arguments."""
    monkeypatch.setattr(engine, "IS_HOST", True)
    monkeypatch.setattr(sys, "argv", ["pulumi.dynamic", *arguments])


class Log(engine_pb2_grpc.EngineServicer):
    """An engine that records messages."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, str]] = []

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002 - gRPC's own names
        """Note a line."""
        self.messages.append((request.severity, request.message))
        return empty_pb2.Empty()


def test_lines_reach_the_engine_with_their_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that Pulumi counts a warning as one."""
    log = Log()
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        engine_pb2_grpc.add_EngineServicer_to_server(log, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        in_host(monkeypatch, f"127.0.0.1:{port}")
        notify("some news", warning=False)
        notify("a warning", warning=True)
        server.stop(None).wait()

    assert log.messages == [(engine_pb2.INFO, "some news"), (engine_pb2.WARNING, "a warning")]


@pytest.mark.parametrize("address", [[], ["nowhere"], ["127.0.0.1:1"]])
def test_without_an_engine_lines_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: list[str]
) -> None:
    """Nothing is raised: a failed message does not fail the run."""
    in_host(monkeypatch, *address)

    notify("some news", warning=True)

    assert capsys.readouterr().err == "some news\n"


def test_outside_the_host_no_argument_is_taken_for_an_engine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A test run's own arguments may well look like an address."""
    monkeypatch.setattr(sys, "argv", ["pytest", "127.0.0.1:1"])

    notify("some news", warning=False)

    assert capsys.readouterr().err == "some news\n"
