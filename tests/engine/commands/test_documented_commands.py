"""Every block of commands in the docs, run line by line against an emulator.

docs/reference/commands.md has the examples of every ``--help`` (test_commands_page.py).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
import typer
from typer.testing import CliRunner

from bim360_provider.cli.app import create_app
from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    serve,
)
from bim360_provider.emulator.cli import app as emulator_app
from bim360_provider.testing.cli import app as local_app
from tests.meta.source_files import ROOT
from tests.support.code_blocks import SHELL_LANGUAGES, CodeBlock, list_blocks, split_commands

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("bash", "jq")),
    reason="the documents use bash and jq",
)

APPS: dict[tuple[str, ...], typer.Typer] = {
    ("bim360",): create_app(),
    (".venv/bin/bim360",): create_app(),
    ("python", "-m", "bim360_provider.testing"): local_app,
    ("python", "-m", "bim360_provider.emulator"): emulator_app,
}
NOT_FOUND = 127
BASH = shutil.which("bash") or "bash"
A_FREE_PORT = ("--port", "0")

ELSEWHERE = {
    "make": "each target has tests of its own; tests/meta checks the names",
    "pulumi ": "tests/cli/test_documented_commands.py has the Pulumi CLI",
    "pip install": "fetches packages; tests/meta checks path and extras",
    "cd ../projects": "the folder of the user's own stack, which the next commands need",
    "python3 -m venv": "builds an environment, as tests/meta/test_wheel.py does",
    "bim360 init": "needs an empty folder; test_init.py and tests/cli/test_documented_commands.py",
    "bim360 demo": "takes a minute; test_demo.py and test_demo_with_faults.py run it",
    "git add": "there is no repository here",
    "bash .ci/run": "runs this suite",
    ".venv/bin/python -m pytest": "runs this suite",
    "BIM360_LIVE=1": "needs a real account",
}
"""Lines that begin with these are not run here, for this reason."""

SHELL_SYNTAX = re.compile(r"[|;&<>$]|^\w+=")
STAND_INS = """
set -eo pipefail
pulumi() {
    flags=()
    for flag in "$@"; do [ "$flag" = --run-program ] || flags+=("$flag"); done
    python -m bim360_provider.testing "${flags[@]}" --stack demo
}
gh() { [ "$1 $2 $4" = "pr comment --body-file" ] && cat "$5" > posted.md; }
"""
"""The local engine as Pulumi CLI and a fake of GitHub's, for blocks that pipe into `bim360`."""


@dataclass(frozen=True)
class Workshop:
    """A folder with the stacks of this repository, and their environment."""

    folder: Path
    environment: pytest.MonkeyPatch

    def run(self, line: str) -> tuple[int, str]:
        """Run a line of a document; return its exit code and its output."""
        if line.startswith(tuple(ELSEWHERE)):
            return 0, ""
        if line.startswith("export "):
            return self._export(line)
        if SHELL_SYNTAX.search(line):
            return self._in_a_shell(line)
        (arguments,) = split_commands(line)
        for called, each in APPS.items():
            if tuple(arguments[: len(called)]) == called:
                rest = arguments[len(called) :]
                serves = each is emulator_app or rest[0] == "emulator"
                completed = CliRunner().invoke(each, [*rest, *(A_FREE_PORT if serves else ())])
                return completed.exit_code, completed.output
        return NOT_FOUND, f"{arguments[0]}: no test knows how to run it"

    def _export(self, line: str) -> tuple[int, str]:
        """Set the variables that a reader does not replace by a value of their own."""
        for pair in line.split()[1:]:
            name, _, value = pair.partition("=")
            if not value.startswith("your-") and name != "BIM360_REGION":
                self.environment.setenv(name, value)
        return 0, ""

    def _in_a_shell(self, text: str) -> tuple[int, str]:
        completed = subprocess.run(  # noqa: S603 - lines of our own documents
            [BASH, "-c", STAND_INS + text], capture_output=True, text=True, check=False
        )
        return completed.returncode, completed.stdout + completed.stderr


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an account that the demo filled, its export, and two plans."""
    folder = tmp_path_factory.mktemp("documented") / "projects"
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    shutil.copytree(ROOT / "docs/examples", folder / "docs/examples")
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    shutil.copy(ROOT / "stacks/Pulumi.demo.yaml", folder / "stacks/Pulumi.dev.yaml")
    with pytest.MonkeyPatch.context() as environment, at_work(folder, environment) as workshop:
        for line in (
            "bim360 local up --stack demo",
            "bim360 export --stack existing",
            "bim360 local preview --stack demo --refresh --json > plan.json",
            "bim360 local refresh --stack demo --preview-only --json > drift.json",
        ):
            code, output = workshop.run(line)
            assert code == 0, output
    return folder


@pytest.fixture
def workshop(
    furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workshop]:
    """Return a copy of the furnished folder, which is the working folder."""
    folder = tmp_path / "projects"
    shutil.copytree(furnished, folder)
    with at_work(folder, monkeypatch) as workshop:
        yield workshop


@contextmanager
def at_work(folder: Path, environment: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """Serve the account of a folder, with the variables that the emulator prints."""
    with serve(Emulator(database=str(folder / "hq.sqlite"))) as hq:
        for name, value in {
            "BIM360_BASE_URL": hq.url,
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_ACTING_USER": ADMIN_EMAIL,
            "BIM360_REQUESTS_PER_MINUTE": "0",
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        }.items():
            environment.setenv(name, value)
        environment.chdir(folder)
        yield Workshop(folder, environment)


def runs_here(block: CodeBlock) -> bool:
    """Return whether a block has a command that this test runs."""
    return any(not line.startswith((*ELSEWHERE, "export ")) for line in block.lines)


def is_shell_program(block: CodeBlock) -> bool:
    """Return whether the lines of a block must run together in one shell."""
    return "exit" in {arguments[0] for line in block.lines for arguments in split_commands(line)}


BLOCKS = [block for block in list_blocks(*SHELL_LANGUAGES) if runs_here(block)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.location)
def test_the_commands_run_as_written(
    block: CodeBlock, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader pastes them, one after the other."""
    stopped = Event()
    stopped.set()
    monkeypatch.setattr("bim360_provider.emulator.cli._register_stop_signals", lambda **_: stopped)
    lines = ["\n".join(block.lines)] if is_shell_program(block) else block.lines

    for line in lines:
        code, output = workshop.run(line)

        assert code == 0, f"{line}\n{output}"
