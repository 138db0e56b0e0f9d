"""A host for the tests of a module, and an HQ that forgets between them."""

from collections.abc import Iterator
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, serve
from tests.host.dynamic_host import SECRET_MARK, Host, running
from tests.support.hq import Actor


def configuration(url: str) -> dict[str, Any]:
    """Return a stack's configuration, its secret wrapped as the engine wraps it."""
    return {
        "bim360:clientId": CLIENT_ID,
        "bim360:clientSecret": {**SECRET_MARK, "value": CLIENT_SECRET},
        "bim360:accountId": ACCOUNT_ID,
        "bim360:baseUrl": url,
        "bim360:requestsPerMinute": "0",
        "bim360:maxArchives": "unlimited",  # HQ forgets between the tests, the host does not
        "other:key": "5",
    }


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, Actor]]:
    """Return a configured host and the HQ that it asks."""
    hq = Actor()
    folder = tmp_path_factory.mktemp("host")
    with serve(hq) as emulator, running(folder, configuration(emulator.url)) as host:
        yield host, hq


@pytest.fixture
def hq(hosted: tuple[Host, Actor]) -> Actor:
    """Return the HQ, with nothing in it and nothing noted."""
    _, hq = hosted
    hq.ask("POST", "/reset")
    hq.faults.clear()
    hq.asked.clear()
    hq.requests.clear()
    return hq


@pytest.fixture
def host(hosted: tuple[Host, Actor], hq: Actor) -> Host:
    """Return the host; its token outlives the tests, its HQ is empty."""
    assert hq.asked == []
    hosted[0].begin_run()
    return hosted[0]
