"""Pulumi projects of every layout, and a user who runs the commands that an export prints."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bim360_provider import emulator
from tests.meta.source_files import ROOT

LAUNCHER: Final = (ROOT / "stacks" / "__main__.py").read_text(encoding="utf-8")

NEW_PROGRAM: Final = '"""A Python Pulumi program"""\n\nimport pulumi\n'
"""What `pulumi new python` writes."""

OWN_PROGRAM: Final = """
import pulumi
from bim360_provider import Bim360Project

if pulumi.get_stack() != "existing":
    Bim360Project("own", name="Own", start_date="2027-01-01", end_date="2027-12-31",
                  project_type="Office", value=1, currency="USD")
"""


@dataclass(frozen=True)
class ProjectLayout:
    """A project.

    Attributes:
        main: The line of ``Pulumi.yaml`` that names the program, if any.
        files: The files by their path.
        flags: Flags of the export.
        entry: The program that does not import the export yet; empty where nothing is missing.
        here: The working folder of the user's shell.
    """

    main: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    entry: str = ""
    shell_folder: str = "."


LAYOUTS: Final[Mapping[str, ProjectLayout]] = {
    "no program yet": ProjectLayout(),
    "a file that does not exist yet": ProjectLayout("main: infra/app.py"),
    "a program that runs the file of the stack": ProjectLayout(
        "main: stacks", {"stacks/__main__.py": LAUNCHER}
    ),
    "the shell in a folder below": ProjectLayout(
        "main: stacks", {"stacks/__main__.py": LAUNCHER}, shell_folder="stacks"
    ),
    "a program with resources": ProjectLayout(
        files={"__main__.py": OWN_PROGRAM}, entry="__main__.py"
    ),
    "a file": ProjectLayout("main: app.py", {"app.py": NEW_PROGRAM}, entry="app.py"),
    "the file that is exported": ProjectLayout("main: existing.py"),
    "a package": ProjectLayout(
        "main: infra",
        {
            "infra/__init__.py": "",
            "infra/__main__.py": "import parts\n",
            "infra/parts.py": NEW_PROGRAM,
        },
        entry="infra/__main__.py",
    ),
    "another folder": ProjectLayout(
        files={"__main__.py": "from accounts import existing\n"}, flags=("--out", "accounts")
    ),
    "another folder, not imported": ProjectLayout(
        files={"__main__.py": ""}, flags=("--out", "my accounts"), entry="__main__.py"
    ),
}


class ShellUser:
    """A user in a shell, with a repository and an account."""

    def __init__(self, folder: Path, layout: ProjectLayout, running: Any, path: str) -> None:
        """Write the files of the project and commit them.

        Args:
            folder: An empty folder.
            layout: The project in it.
            running: The emulator.
            path: The folders of the commands.
        """
        self.folder = folder / "repository"
        self.hq: emulator.Emulator = running.emulator
        self.layout = layout
        self.shell_environment = _build_environment(folder, running.url, path)
        for name, text in {"Pulumi.yaml": _render_pulumi_yaml(layout), **layout.files}.items():
            place = self.folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        (folder / "backend").mkdir()
        self.run_shell("git init -q && git add . && git commit -qm Begin", self.folder)

    def run_shell(
        self, command: str, folder: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a line as a shell does."""
        return subprocess.run(  # noqa: S602 - what a document or a command says to type
            command,
            shell=True,
            cwd=folder or self.folder / self.layout.shell_folder,
            env=self.shell_environment,
            check=False,
            capture_output=True,
            text=True,
        )

    def run_export(self, *flags: str) -> "subprocess.CompletedProcess[str]":
        """Run the export."""
        command = ["bim360", "export", "--stack", "existing", *self.layout.flags, *flags]
        return self.run_shell(shlex.join(command))

    def add_import(self, advice: str) -> None:
        """Add to the program the import that a message names."""
        lines = re.findall(r"`([^`]+)`", advice.partition("Add ")[2])
        with (self.folder / self.layout.entry).open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def run_commands(self, steps: list[str]) -> None:
        """Run printed commands unchanged in one shell; they must succeed."""
        done = self.run_shell("set -e\n" + "\n".join(steps))
        assert done.returncode == 0, done.stdout + done.stderr

    def list_changed_files(self) -> list[str]:
        """Return the files that are not committed."""
        lines = self.run_shell("git status --porcelain").stdout.splitlines()
        return [line[3:] for line in lines if not line.endswith("__pycache__/")]

    def list_writes(self) -> list[str]:
        """Return the methods of all requests but reads and those for a token."""
        rows = self.hq.call_control_plane("GET", "/requests")
        methods = [row["method"] for row in rows if not row["path"].startswith("/authentication/")]
        return [method for method in methods if method != "GET"]


def parse_printed_commands(output: str) -> list[str]:
    """Return the commands that an export printed."""
    return [line[2:] for line in output.partition("Next, ")[2].splitlines()[1:]]


def _render_pulumi_yaml(layout: ProjectLayout) -> str:
    return f"name: firm\nruntime: python\n{layout.main}\n"


def _build_environment(folder: Path, url: str, path: str) -> dict[str, str]:
    here = Path(sys.executable).parent
    identity = {
        f"GIT_{who}_{what}": f"{who}@example.com".lower()
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
        **identity,
        "PATH": os.pathsep.join((str(here), path)),
        "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "only for tests",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_SKIP_CONFIRMATIONS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "APS_CLIENT_ID": emulator.CLIENT_ID,
        "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
        "BIM360_BASE_URL": url,
        "BIM360_REQUESTS_PER_MINUTE": "0",
    }
