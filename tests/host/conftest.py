"""A host for the tests of one module, and an HQ that is reset between them."""

from collections.abc import Iterator
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, serve
from tests.host.dynamic_host import SECRET_MARK, DynamicHost, start_host
from tests.support.hq import FaultyEmulator


def build_config(url: str) -> dict[str, Any]:
    """Return a stack's configuration; the secret is wrapped as the engine wraps it."""
    return {
        "bim360:clientId": CLIENT_ID,
        "bim360:clientSecret": {**SECRET_MARK, "value": CLIENT_SECRET},
        "bim360:accountId": ACCOUNT_ID,
        "bim360:baseUrl": url,
        "bim360:requestsPerMinute": "0",
        "bim360:maxArchives": "unlimited",  # HQ is reset between the tests, the host is not
        "other:key": "5",
    }


@pytest.fixture(scope="module")
def host_and_emulator(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[DynamicHost, FaultyEmulator]]:
    """Return a configured host and its HQ."""
    hq = FaultyEmulator()
    folder = tmp_path_factory.mktemp("host")
    with serve(hq) as emulator, start_host(folder, build_config(emulator.url)) as host:
        yield host, hq


@pytest.fixture
def emulator(host_and_emulator: tuple[DynamicHost, FaultyEmulator]) -> FaultyEmulator:
    """Return the HQ, empty and without recorded requests."""
    _, hq = host_and_emulator
    hq.call_control_plane("POST", "/reset")
    hq.faults.clear()
    hq.request_log.clear()
    hq.requests.clear()
    return hq


@pytest.fixture
def host(
    host_and_emulator: tuple[DynamicHost, FaultyEmulator], emulator: FaultyEmulator
) -> DynamicHost:
    """Return the host; it keeps its token between tests, while its HQ is empty."""
    assert emulator.request_log == []
    host_and_emulator[0].begin_run()
    return host_and_emulator[0]
