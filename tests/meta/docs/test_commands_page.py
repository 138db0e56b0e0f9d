"""Check that every command documents usage and exit codes, as in docs/reference/commands.md."""

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bim360_provider.cli.app import create_app
from tests.meta.docs.commands_page import (
    PAGE_PATH,
    get_examples,
    get_exit_codes,
    iterate_commands,
    render_page,
)

WRONG_FLAG = 2
COMMANDS = sorted(iterate_commands())


def _name(value: Any) -> str:
    return value if isinstance(value, str) else ""


def test_the_page_matches_the_help_of_the_commands() -> None:
    """`make reference` updates it."""
    assert PAGE_PATH.read_text(encoding="utf-8") == render_page()


@pytest.mark.parametrize(("called", "command"), COMMANDS, ids=_name)
def test_every_command_has_an_example_of_itself(called: str, command: Any) -> None:
    """Users look for an example first."""
    subcommand = called.removeprefix("bim360 ").removeprefix("local ")
    own = (called, f"python -m bim360_provider.testing {subcommand}")

    examples = get_examples(command)

    assert examples
    assert [line for line in examples if not any(each in line for each in own)] == []


@pytest.mark.parametrize(("called", "command"), COMMANDS, ids=_name)
def test_every_flag_of_an_example_exists(called: str, command: Any) -> None:
    """A wrong example misleads."""
    known = {flag for each in command.params for flag in (*each.opts, *each.secondary_opts)}
    own = [line.partition(called)[2] for line in get_examples(command) if called in line]

    written = {word for line in own for word in line.split() if word.startswith("--")}

    assert written <= known


@pytest.mark.parametrize(("called", "command"), COMMANDS, ids=_name)
def test_every_command_explains_its_exit_codes(called: str, command: Any) -> None:
    """Scripts depend on them; a wrong flag always exits with 2."""
    codes = get_exit_codes(command)

    ran = CliRunner().invoke(create_app(), [*called.split()[1:], "--no-such-flag"])

    assert 0 in codes
    assert ran.exit_code == WRONG_FLAG
    assert WRONG_FLAG in codes


@pytest.mark.parametrize(("called", "command"), COMMANDS, ids=_name)
def test_help_succeeds_and_shows_examples_and_exit_codes(called: str, command: Any) -> None:
    """It needs no account, no stack and no network."""
    ran = CliRunner().invoke(create_app(), [*called.split()[1:], "--help"])

    assert ran.exit_code == 0
    assert "Exit codes:" in ran.output
    assert get_examples(command)[0].split()[0] in ran.output


def test_every_command_is_tested_here() -> None:
    """A command that `iterate_commands` missed would have no test."""
    top = set(typer.main.get_command(create_app()).commands)  # type: ignore[attr-defined] # it is a group

    assert {called.split()[1] for called, _ in COMMANDS} == top
