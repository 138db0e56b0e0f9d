"""Seed an emulated HQ with many projects, and list the requests that it received."""

from datetime import datetime, timedelta, timezone
from typing import Any

from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET
from tests.support.hq import FaultyEmulator, HqFixture

FIRST_CREATED_AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


def seed_projects(hq: HqFixture, number: int) -> list[dict[str, Any]]:
    """Replace the projects of the account by P0, P1, ..., each a second younger; return them."""
    account_id = hq.build_connection().account_id
    projects: list[dict[str, Any]] = [
        {
            "id": f"00000000-0000-4000-8000-{each:012}",
            "name": f"P{each}",
            "created_at": f"{FIRST_CREATED_AT + timedelta(seconds=each):%Y-%m-%dT%H:%M:%S}.000Z",
        }
        for each in range(number)
    ]
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [account_id]}
    seed: Any = {
        "clients": [app],
        "accounts": [{"id": account_id, "name": "A", "projects": projects}],
    }
    hq.emulator.call_control_plane("POST", "/seed", seed)
    hq.emulator.call_control_plane("POST", "/clock", {"freeze": True})
    return projects


def list_requests(emulator: FaultyEmulator) -> list[str]:
    """Return the requests to HQ, without tokens."""
    return [each for each in emulator.request_log if each != "token"]
