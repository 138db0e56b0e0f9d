"""A project in a real account: created, read, changed, archived. Runs only on request."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from bim360_provider.core.project import check, create, delete, diff, read, update
from bim360_provider.core.settings import Settings
from bim360_provider.hq import HqClient
from tests.support.hq import PROJECT_BODY, build_run

SWITCH = "BIM360_LIVE"
NEEDED = ("APS_CLIENT_ID", "APS_CLIENT_SECRET", "BIM360_ACCOUNT_ID")
PREFIX = "live-test-"
"""For `bim360 sweep --prefix live-test-`. HQ cannot delete: each run uses up one name."""


def _reason() -> str:
    """Return why the live tests cannot run, or an empty text."""
    if os.environ.get(SWITCH) != "1":
        return (
            f"uses a real account, which keeps the project permanently; set {SWITCH}=1 to allow it"
        )
    missing = [name for name in NEEDED if not os.environ.get(name)]
    return f"needs a real account: set {', '.join(missing)}" if missing else ""


pytestmark = [pytest.mark.live, pytest.mark.skipif(bool(_reason()), reason=_reason() or "runs")]


@pytest.fixture
def client() -> Iterator[HqClient]:
    """Return a client of the account in the environment."""
    client = HqClient(Settings.resolve({}, os.environ).build_connection(None, None))
    yield client
    client.close()


def test_a_project_lives_from_create_to_archive(client: HqClient) -> None:
    """A read finds no difference, one field is changed, and the project ends archived."""
    settings = Settings.resolve({}, os.environ)
    inputs, problems = check(
        {}, {**PROJECT_BODY, "name": f"{PREFIX}{uuid4()}", "city": "Oslo"}, settings
    )
    assert problems == []
    id_, outs = create(build_run(client, settings), inputs)
    try:
        live = read(build_run(client), id_, outs)
        assert live is not None
        wanted, _ = check(inputs, {**inputs, "city": "Bergen"}, settings)
        changed = update(build_run(client), id_, live.outputs, wanted)
        second_read = read(build_run(client), id_, changed)
        assert second_read is not None
    finally:
        delete(build_run(client), id_, outs)
    archived_project = read(build_run(client), id_, outs)

    assert diff(outs, inputs).changed_arguments == ()
    assert diff(live.outputs, inputs).changed_arguments == ()
    assert diff(live.outputs, wanted).changed_arguments == ("city",)
    assert diff(second_read.outputs, wanted).changed_arguments == ()
    assert archived_project is not None
    assert archived_project.outputs["status"] == "archived"
