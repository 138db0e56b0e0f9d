"""``bim360 sweep``: what is listed, what is archived, and what is left alone."""

import pytest
from typer.testing import CliRunner, Result

from bim360_provider.cli.app import app
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from tests.support.hq import Stage


@pytest.fixture
def account(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return an account with two leftovers, one of them archived, and somebody's project."""
    monkeypatch.setenv("APS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("APS_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("BIM360_ACCOUNT_ID", ACCOUNT_ID)
    monkeypatch.setenv("BIM360_BASE_URL", stage.url)
    stage.project(name="live-test-1")
    stage.project(name="live-test-2", status="archived")
    stage.project(name="Tower live-test-3")
    stage.hq.asked.clear()
    return stage


def sweep(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["sweep", *arguments])


def statuses(stage: Stage) -> dict[str, str]:
    """Return the status of each project of the account."""
    return {str(each.name): str(each.status) for each in stage.client().projects.walk()}


def test_without_a_word_to_archive_nothing_is_changed(account: Stage) -> None:
    """Who mistypes a prefix sees it before it matters."""
    done = sweep("--prefix", "live-test-")

    assert done.exit_code == 0
    assert done.output.startswith("active: live-test-1 (")
    assert done.output.endswith("Nothing was changed; --archive archives them.\n1 project.\n")
    assert account.hq.asked == ["token", "GET projects"]


def test_what_begins_so_is_archived_and_nothing_else(account: Stage) -> None:
    """One request each; a second sweep finds nothing."""
    done = sweep("--prefix", "live-test-", "--archive")
    again = sweep("--prefix", "live-test-", "--archive")

    assert done.exit_code == 0
    assert again.output == "0 projects.\n"
    assert account.hq.asked.count("PATCH project") == 1
    assert statuses(account) == {
        "live-test-1": "archived",
        "live-test-2": "archived",
        "Tower live-test-3": "active",
    }


@pytest.mark.parametrize("prefix", ["", "l", "liv"])
def test_a_prefix_that_could_mean_everything_is_refused(account: Stage, prefix: str) -> None:
    """Before anything is asked."""
    done = sweep("--prefix", prefix, "--archive")

    assert done.exit_code == 2
    assert "4 characters at least" in done.output
    assert account.hq.asked == []


def test_what_is_missing_is_told_in_one_line(
    account: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the provider tells it."""
    monkeypatch.delenv("APS_CLIENT_SECRET")

    done = sweep("--prefix", "live-test-")

    assert done.exit_code == 2
    assert done.output.startswith("BIM 360: not configured yet: set APS_CLIENT_SECRET")
    assert account.hq.asked == []
