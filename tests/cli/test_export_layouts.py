"""The commands that an export prints, word for word on the real CLI, change nothing."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bim360_provider import emulator
from tests.engine.commands.layouts import LAYOUTS, ProjectLayout, ShellUser, parse_printed_commands
from tests.support.legacy_account import build_account
from tests.support.odd_values import ODD_NAMES, build_odd_account

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

EVERYTHING = "projects,business-units,companies,users,members"

CreateUser = Callable[[ProjectLayout], ShellUser]


@pytest.fixture
def create_user(tmp_path: Path) -> Iterator[CreateUser]:
    """Return a function that lets a user into a project, with a few projects in the account."""
    with emulator.serve(emulator.Emulator(emulator.parse_seed(build_account(4)))) as running:
        yield lambda layout: ShellUser(tmp_path, layout, running, os.environ["PATH"])


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_printed_commands_take_an_account_over_in(create_user: CreateUser, name: str) -> None:
    """No write is sent, everything is committed, and no resource stays protected."""
    user = create_user(LAYOUTS[name])
    exported = user.run_export()
    if user.layout.entry:
        user.add_import(exported.stderr)
        exported = user.run_export()

    user.run_commands(parse_printed_commands(exported.stdout))
    state = user.run_shell("pulumi stack export").stdout

    assert exported.returncode == 0, exported.stderr
    assert '"protect": true' not in state
    assert state.count("pulumi-python:dynamic/bim360:Project::") > 3
    assert user.list_writes() == []


def test_nothing_can_be_archived_where_the_program_does_not_run_the_export_after_all(
    create_user: CreateUser,
) -> None:
    """What is imported is protected until an up, which comes after a preview without changes."""
    user = create_user(LAYOUTS["another folder"])
    select, take_over, preview, *_ = parse_printed_commands(user.run_export().stdout)
    (user.folder / "__main__.py").write_text("", encoding="utf-8")
    user.run_commands([select, take_over])

    previewed = user.run_shell(preview)
    applied = user.run_shell("pulumi up --skip-preview --yes")

    assert (previewed.returncode, applied.returncode) == (1, 1)
    assert "it is protected" in applied.stdout + applied.stderr
    assert user.list_writes() == []


def test_no_odd_name_is_a_change(create_user: CreateUser) -> None:
    """Of a project, a unit, a company, a person or a member."""
    user = create_user(LAYOUTS["no program yet"])
    user.hq.call_control_plane("POST", "/seed", build_odd_account())
    user.shell_environment["BIM360_ACTING_USER"] = "person.0@example.com"
    exported = user.run_export("--include", EVERYTHING)

    user.run_commands(parse_printed_commands(exported.stdout))

    assert f"{len(ODD_NAMES)} Bim360Project" in exported.stdout
    assert user.list_writes() == []


def test_a_second_export_is_taken_over_by_the_same_commands(create_user: CreateUser) -> None:
    """What was imported before is passed over, and what is new is imported."""
    user = create_user(LAYOUTS["no program yet"])
    user.run_commands(parse_printed_commands(user.run_export("--name", "Tower*").stdout))

    again = user.run_export()
    user.run_commands(parse_printed_commands(again.stdout))
    state = user.run_shell("pulumi stack export").stdout

    assert again.returncode == 0, again.stderr
    assert '"protect": true' not in state
    assert user.list_writes() == []
