"""What all tests share: a bare environment, and a stage for those that ask HQ."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from bim360_provider.emulator import serve
from bim360_provider.hq import HqClient
from tests.stage import Actor, Stage, SteeredClock

FOREIGN = ("APS_", "BIM360_")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

# A generated example may take as long as a busy machine needs: no test depends on the clock.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(autouse=True)
def _bare_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own credentials and proxies out of every test that is not live."""
    if request.node.get_closest_marker("live"):
        return
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.upper() in PROXIES:
            monkeypatch.delenv(name)


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Return an emulated HQ behind a socket; its clock moves only when somebody waits."""
    hq = Actor()
    hq.clock.freeze()
    with serve(hq) as running:
        stage = Stage(running.url, hq, SteeredClock(hq.clock.advance))
        yield stage
        for client in stage.clients:
            client.close()


@pytest.fixture
def client(stage: Stage) -> HqClient:
    """Return a client of the stage's HQ."""
    return stage.client()
