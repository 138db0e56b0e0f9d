"""Fixtures: an emulator without sockets, and a function that sends requests to it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    IncomingRequest,
    Reply,
)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Return an emulator with the built-in seed and a frozen clock."""
    emulator = Emulator()
    emulator.clock.freeze()
    yield emulator
    emulator.close()


@pytest.fixture
def token(emulator: Emulator) -> str:
    """Return a token that may read and write."""
    basic = "Basic ZW11bGF0b3ItY2xpZW50OmVtdWxhdG9yLXNlY3JldA=="
    assert (CLIENT_ID, CLIENT_SECRET) == ("emulator-client", "emulator-secret")
    headers = {"authorization": basic, "content-type": "application/x-www-form-urlencoded"}
    form = b"grant_type=client_credentials&scope=account%3Aread+account%3Awrite"
    reply = emulator.handle(IncomingRequest("POST", "/authentication/v2/token", "", headers, form))
    content = reply.parse_content()
    return str(content["access_token"])


@pytest.fixture
def send_request(emulator: Emulator, token: str) -> Callable[..., Reply]:
    """Return a function that sends a request: ``send_request("POST", "projects", body)``."""

    def send(  # noqa: PLR0913 - a request has this many parts
        method: str,
        path: str,
        body: object = None,
        *,
        query: str = "",
        account: str = ACCOUNT_ID,
        prefix: str = "/hq/v1/accounts",
        **headers: str,
    ) -> Reply:
        sent = {"authorization": f"Bearer {token}", "content-type": "application/json"} | headers
        content = b"" if body is None else json.dumps(body).encode()
        return emulator.handle(
            IncomingRequest(method, f"{prefix}/{account}/{path}", query, sent, content)
        )

    return send


@pytest.fixture
def project_body() -> dict[str, object]:
    """Return a body with only the required fields."""
    return {
        "name": "Tower A",
        "start_date": "2026-01-02",
        "end_date": "2027-06-30",
        "project_type": "Office",
        "value": 3000,
        "currency": "USD",
    }


@pytest.fixture
def created_project(
    send_request: Callable[..., Reply], project_body: dict[str, object]
) -> dict[str, Any]:
    """Return a project that was created from the project body."""
    content = send_request("POST", "projects", project_body).parse_content()
    assert isinstance(content, dict)
    return content
