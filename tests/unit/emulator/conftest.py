"""Fixtures: an emulator without sockets, and a function that sends requests to it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, Emulator, IncomingRequest, Reply
from tests.support.emulator import Call, get_bearer


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
    return get_bearer(emulator).removeprefix("Bearer ")


@pytest.fixture
def send_request(emulator: Emulator, token: str) -> Call:
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
def created_project(send_request: Call, project_body: dict[str, object]) -> dict[str, Any]:
    """Return a project that was created from the project body."""
    content = send_request("POST", "projects", project_body).parse_content()
    assert isinstance(content, dict)
    return content


@pytest.fixture
def bo(send_request: Call) -> dict[str, Any]:
    """Return a user of the account who was not invited yet."""
    content = send_request("POST", "users", {"email": "bo@example.com"}).parse_content()
    assert isinstance(content, dict)
    return content
