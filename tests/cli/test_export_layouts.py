"""The commands that an export prints, word for word on the real CLI, change nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bim360_provider import emulator
from tests.engine.commands.layouts import LAYOUTS, Layout, User, printed_steps
from tests.support.legacy_account import account
from tests.support.odd_values import ODD_NAMES, odd_account

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no Pulumi CLI on PATH"),
]

EVERYTHING = "projects,business-units,companies,users,members"

Enter = Callable[[Layout], User]


@pytest.fixture
def enter(tmp_path: Path) -> Iterator[Enter]:
    """Return a function that lets a user into a project, with a few projects in the account."""
    with emulator.serve(emulator.Emulator(emulator.parse_seed(account(4)))) as running:
        yield lambda layout: User(tmp_path, layout, running, os.environ["PATH"])


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_printed_commands_take_an_account_over_in(enter: Enter, name: str) -> None:
    """No write is sent, everything is committed, and no resource stays protected."""
    user = enter(LAYOUTS[name])
    exported = user.export()
    if user.layout.entry:
        user.add(exported.stderr)
        exported = user.export()

    user.run(printed_steps(exported.stdout))
    state = user.shell("pulumi stack export").stdout

    assert exported.returncode == 0, exported.stderr
    assert '"protect": true' not in state
    assert state.count("pulumi-python:dynamic/bim360:Project::") > 3
    assert user.writes() == []


def test_nothing_can_be_archived_where_the_program_does_not_run_the_export_after_all(
    enter: Enter,
) -> None:
    """What is imported is protected until an up, which comes after a preview without changes."""
    user = enter(LAYOUTS["another folder"])
    select, take_over, preview, *_ = printed_steps(user.export().stdout)
    (user.folder / "__main__.py").write_text("", encoding="utf-8")
    user.run([select, take_over])

    previewed = user.shell(preview)
    applied = user.shell("pulumi up --skip-preview --yes")

    assert (previewed.returncode, applied.returncode) == (1, 1)
    assert "it is protected" in applied.stdout + applied.stderr
    assert user.writes() == []


def test_no_odd_name_is_a_change(enter: Enter) -> None:
    """Of a project, a unit, a company, a person or a member."""
    user = enter(LAYOUTS["no program yet"])
    user.hq.ask("POST", "/seed", odd_account())
    user.shell_environment["BIM360_ACTING_USER"] = "person.0@example.com"
    exported = user.export("--include", EVERYTHING)

    user.run(printed_steps(exported.stdout))

    assert f"{len(ODD_NAMES)} Bim360Project" in exported.stdout
    assert user.writes() == []


def test_a_second_export_is_taken_over_by_the_same_commands(enter: Enter) -> None:
    """What was imported before is passed over, and what is new is imported."""
    user = enter(LAYOUTS["no program yet"])
    user.run(printed_steps(user.export("--name", "Tower*").stdout))

    again = user.export()
    user.run(printed_steps(again.stdout))
    state = user.shell("pulumi stack export").stdout

    assert again.returncode == 0, again.stderr
    assert '"protect": true' not in state
    assert user.writes() == []
