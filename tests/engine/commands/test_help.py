"""The help of `bim360`, and its completion in a shell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bim360_provider.cli.app import create_app

SCREEN_LINES, SCREEN_COLUMNS = 24, 80
BASH = shutil.which("bash")


def test_the_help_fits_one_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands are in groups by purpose, each with one line."""
    monkeypatch.setenv("COLUMNS", str(SCREEN_COLUMNS))

    lines = CliRunner().invoke(create_app(), ["--help"]).stdout.splitlines()

    assert len(lines) <= SCREEN_LINES
    assert max(map(len, lines)) <= SCREEN_COLUMNS
    assert [line.split("─ ")[1].split(" ─")[0] for line in lines if line.startswith("╭")] == [
        "Options",
        "Start a stack",
        "Work with an account",
        "Try out and test without an account",
    ]


@pytest.mark.skipif(BASH is None, reason="completes in bash")
def test_bash_completes_a_command() -> None:
    """With the script that `bim360 --show-completion` prints."""
    script = (
        'eval "$(bim360 --show-completion)"; COMP_WORDS=(bim360 re); COMP_CWORD=1; '
        "_bim360_completion bim360; echo ${COMPREPLY[@]}"
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(  # noqa: S603 - the test's own script
        [str(BASH), "-c", script],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["review"]
