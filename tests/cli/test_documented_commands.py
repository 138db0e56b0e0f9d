"""The Pulumi commands of the docs, on the Pulumi CLI, and the stack that `bim360 init` writes.

docs/how-to/export.md is followed in test_export.py, the pipelines in tests/engine.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Emulator, serve
from tests.support.code_blocks import SHELL_LANGUAGES, list_blocks, split_commands

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

WALKTHROUGHS = (
    ("README.md", "Use it in your own repository"),
    ("docs/tutorials/first_hour.md", "5. The first project"),
    ("docs/tutorials/first_hour.md", "7. Drift"),
)
"""The blocks that a new user pastes, in their order, by page and heading."""

GROUPS = {"stack", "config"}
"""Commands that have subcommands."""


@pytest.fixture
def shell_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return the variables of a user's shell: an emulator, and a backend on this machine."""
    (tmp_path / "backend").mkdir()
    with serve(Emulator()) as hq:
        yield {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
            "PULUMI_HOME": str(tmp_path / "home"),
            "HOME": str(tmp_path),
            "PULUMI_CONFIG_PASSPHRASE": "only for tests",
            "PULUMI_SKIP_CONFIRMATIONS": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_BASE_URL": hq.url,
        }


def test_the_commands_of_the_first_hour_run_as_written(
    tmp_path: Path, shell_environment: dict[str, str]
) -> None:
    """From `bim360 init` to the drift check; the variables are those that the emulator prints."""
    folder = tmp_path / "projects"
    folder.mkdir()
    pasted = dict.fromkeys(  # the README and the first hour begin with the same lines
        line
        for place in WALKTHROUGHS
        for block in list_blocks(*SHELL_LANGUAGES)
        if (block.page, block.section) == place
        for line in block.lines
        if line.startswith(("bim360 init", "pulumi "))
    )

    for line in pasted:
        completed = subprocess.run(  # noqa: S602 - a line of a document, as a shell runs it
            line,
            cwd=folder,
            env=shell_environment,
            shell=True,
            capture_output=True,
            text=True,
            check=False,
        )

        assert completed.returncode == 0, f"{line}\n{completed.stdout}{completed.stderr}"
    assert len(pasted) > 6


def list_documented_flags() -> dict[str, set[str]]:
    """Return the flags that the documents use, by command."""
    found: dict[str, set[str]] = {}
    for block in list_blocks(*SHELL_LANGUAGES):
        for arguments in (each for line in block.lines for each in split_commands(line)):
            if arguments[0] == "pulumi":
                command = arguments[1:3] if arguments[1] in GROUPS else arguments[1:2]
                flags = {word.partition("=")[0] for word in arguments if word.startswith("--")}
                found.setdefault(" ".join(command), set()).update(flags)
    return found


@pytest.mark.parametrize(("command", "flags"), sorted(list_documented_flags().items()))
def test_the_cli_has_every_command_and_flag_of_the_documents(
    command: str, flags: set[str], shell_environment: dict[str, str]
) -> None:
    """Blocks that are not run here at least name existing commands and flags."""
    completed = subprocess.run(  # noqa: S603 - the CLI's own help
        ["pulumi", *command.split(), "--help"],  # noqa: S607 - the CLI on PATH
        env=shell_environment,
        capture_output=True,
        text=True,
        check=True,
    )

    usage = completed.stdout.partition("Usage:")[2]
    assert re.search(rf"\b{command.rsplit(maxsplit=1)[-1]}\b", usage)  # there it may be an alias
    assert flags <= set(re.findall(r"--[a-z-]+", usage))
