"""Shared fixtures: an environment without settings, and an emulated HQ."""

import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from bim360_provider.emulator import serve
from bim360_provider.hq import HqClient
from tests.support.hq import FakeClock, FaultyEmulator, HqFixture

ENVIRONMENT_PREFIXES = ("APS_", "BIM360_")
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

# A generated example may take as long as a busy machine needs: no test depends on the clock.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

OPTIONAL_SKIP_REASON = "make crashes"
"""Part of a skip reason that does not depend on this machine."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``REQUIRE_PULUMI=1``, as in CI, fail instead of skipping tests of the Pulumi CLI."""
    report = yield
    required = os.environ.get("REQUIRE_PULUMI") == "1" and item.get_closest_marker("pulumi_cli")
    if required and report.skipped and OPTIONAL_SKIP_REASON not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, which REQUIRE_PULUMI=1 forbids: {report.longrepr}"
    return report


@pytest.fixture(autouse=True, scope="module")
def _clear_environment(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide the developer's credentials and proxies from all files except those of live tests."""
    with pytest.MonkeyPatch.context() as environment:
        if not request.node.get_closest_marker("live"):
            for name in list(os.environ):
                if name.startswith(ENVIRONMENT_PREFIXES) or name.upper() in PROXY_VARIABLES:
                    environment.delenv(name)
        yield


@pytest.fixture
def hq() -> Iterator[HqFixture]:
    """Return an emulated HQ behind a socket; its clock advances only when a client waits."""
    hq = FaultyEmulator()
    hq.clock.freeze()
    with serve(hq) as running:
        fixture = HqFixture(running.url, hq, FakeClock(hq.clock.advance))
        yield fixture
        for client in fixture.clients:
            client.close()


@pytest.fixture
def client(hq: HqFixture) -> HqClient:
    """Return a client of the emulated HQ."""
    return hq.create_client()
