"""The commands that an export prints change nothing at HQ with the real CLI."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bim360_provider import emulator
from tests.engine.commands.layouts import LAYOUTS, ProjectLayout, ShellUser, parse_printed_commands
from tests.engine.crashes.crash_harness import mark_unsampled, only_in_make_crashes
from tests.support.legacy_account import build_account
from tests.support.odd_values import ODD_NAMES, build_odd_account

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

EVERYTHING = "projects,business-units,companies,users,members"

SAMPLE = ("another folder, not imported",)
"""The layouts of the usual suite; `make crashes` runs all."""

CreateUser = Callable[[ProjectLayout], ShellUser]


@pytest.fixture
def create_user(tmp_path: Path) -> Iterator[CreateUser]:
    """Yield a function that creates a user of a project; the account has a few projects."""
    with emulator.serve(emulator.Emulator(emulator.parse_seed(build_account(4)))) as running:
        yield lambda layout: ShellUser(tmp_path, layout, running, os.environ["PATH"])


@pytest.mark.parametrize("name", mark_unsampled(LAYOUTS, *SAMPLE))
def test_the_printed_commands_adopt_an_account_with(create_user: CreateUser, name: str) -> None:
    """No write request is sent, all files are committed, and no resource stays protected."""
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


def test_an_up_archives_no_project_if_the_program_does_not_run_the_export(
    create_user: CreateUser,
) -> None:
    """Imported resources are protected until an up after a preview without changes."""
    user = create_user(LAYOUTS["another folder"])
    select, import_, preview, *_ = parse_printed_commands(user.run_export().stdout)
    (user.folder / "__main__.py").write_text("", encoding="utf-8")
    user.run_commands([select, import_])

    previewed = user.run_shell(preview)
    applied = user.run_shell("pulumi up --skip-preview --yes")

    assert (previewed.returncode, applied.returncode) == (1, 1)
    assert "it is protected" in applied.stdout + applied.stderr
    assert user.list_writes() == []


@only_in_make_crashes
def test_odd_names_cause_no_changes(create_user: CreateUser) -> None:
    """Names of projects, units, companies, users and members."""
    user = create_user(LAYOUTS["no program yet"])
    user.hq.call_control_plane("POST", "/seed", build_odd_account())
    user.shell_environment["BIM360_ACTING_USER"] = "person.0@example.com"
    exported = user.run_export("--include", EVERYTHING)

    user.run_commands(parse_printed_commands(exported.stdout))

    assert f"{len(ODD_NAMES)} Bim360Project" in exported.stdout
    assert user.list_writes() == []


def test_a_second_export_is_taken_over_by_the_same_commands(create_user: CreateUser) -> None:
    """The import skips known resources and adds new ones."""
    user = create_user(LAYOUTS["no program yet"])
    user.run_commands(parse_printed_commands(user.run_export("--name", "Tower*").stdout))

    again = user.run_export()
    user.run_commands(parse_printed_commands(again.stdout))
    state = user.run_shell("pulumi stack export").stdout

    assert again.returncode == 0, again.stderr
    assert '"protect": true' not in state
    assert user.list_writes() == []
