"""``bim360 sweep``: what it lists, what it archives, and what it leaves unchanged."""

import pytest
from typer.testing import CliRunner, Result

from bim360_provider.cli.app import create_app
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from tests.support.hq import HqFixture


@pytest.fixture
def account_with_leftovers(hq: HqFixture, monkeypatch: pytest.MonkeyPatch) -> HqFixture:
    """Return an account with two leftovers, one of them archived, and a project of another user."""
    monkeypatch.setenv("APS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("APS_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("BIM360_ACCOUNT_ID", ACCOUNT_ID)
    monkeypatch.setenv("BIM360_BASE_URL", hq.url)
    hq.create_project(name="live-test-1")
    hq.create_project(name="live-test-2", status="archived")
    hq.create_project(name="Tower live-test-3")
    hq.emulator.request_log.clear()
    return hq


def run_sweep(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(create_app(), ["sweep", *arguments])


def list_statuses(hq: HqFixture) -> dict[str, str]:
    """Return the status of each project in the account."""
    return {str(each.name): str(each.status) for each in hq.create_client().projects.walk()}


def test_without_the_archive_option_nothing_is_changed(account_with_leftovers: HqFixture) -> None:
    """A user who mistypes the prefix sees the list first."""
    done = run_sweep("--prefix", "live-test-")

    assert done.exit_code == 0
    assert done.output.startswith("active: live-test-1 (")
    assert done.output.endswith("Nothing was changed. To archive, add --archive.\n1 project.\n")
    assert account_with_leftovers.emulator.request_log == ["token", "GET projects"]


def test_projects_with_the_prefix_are_archived(account_with_leftovers: HqFixture) -> None:
    """One request each; a second sweep finds nothing."""
    done = run_sweep("--prefix", "live-test-", "--archive")
    again = run_sweep("--prefix", "live-test-", "--archive")

    assert done.exit_code == 0
    assert again.output == "0 projects.\n"
    assert account_with_leftovers.emulator.request_log.count("PATCH project") == 1
    assert list_statuses(account_with_leftovers) == {
        "live-test-1": "archived",
        "live-test-2": "archived",
        "Tower live-test-3": "active",
    }


@pytest.mark.parametrize("prefix", ["", "l", "liv"])
def test_a_prefix_that_is_too_general_is_refused(
    account_with_leftovers: HqFixture, prefix: str
) -> None:
    """No request is sent."""
    done = run_sweep("--prefix", prefix, "--archive")

    assert done.exit_code == 2
    assert "at least 4 characters" in done.output
    assert account_with_leftovers.emulator.request_log == []


def test_missing_settings_are_reported_in_one_line(
    account_with_leftovers: HqFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is the same as the provider's."""
    monkeypatch.delenv("APS_CLIENT_SECRET")

    done = run_sweep("--prefix", "live-test-")

    assert done.exit_code == 2
    assert done.output.startswith("BIM 360: not configured yet: set APS_CLIENT_SECRET")
    assert account_with_leftovers.emulator.request_log == []
