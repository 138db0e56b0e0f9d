"""Runs the demo's stack on an engine and on an emulator, and prints the projects."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal

import requests
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bim360_provider.cli.demo_engine import DemoEngine
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, EMEA_ACCOUNT_ID
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import Connection, HqClient
from bim360_provider.models import Project

__all__ = [
    "CommandOutput",
    "DemoStackRunner",
    "EmulatorProcess",
    "ProjectRow",
    "print_projects",
    "start_emulator",
]

EMULATOR_TIMEOUT: Final = 10.0
"""Seconds for a response of the emulator, and for its end."""

ACCOUNTS: Final = (("US", ACCOUNT_ID), ("EMEA", EMEA_ACCOUNT_ID))
"""Region and account id of the accounts in the emulator."""

PASSPHRASE: Final = "demo"  # noqa: S105 - encrypts only the temporary state of the demo

EXCLUDED_PREFIXES: Final = ("PULUMI_", "APS_", "BIM360_", "FORGE_")
"""Prefixes of variables that are not passed on: credentials and settings of a real account."""


OTHER_COLUMNS: Final = 55
"""Columns of a terminal that the table uses besides the names of the projects."""

RIGHT_ALIGNED: Final = frozenset({"Value", "People"})
"""The columns with numbers."""

PROGRESS_INTERVAL: Final = 0.5
"""Seconds between two reports of the progress of a command."""


class EmulatorError(Bim360Error):
    """The emulator did not start."""


class StackError(Bim360Error):
    """The stack of the demo could not be created."""


@dataclass(frozen=True)
class ProjectRow:
    """A project, its region, and the numbers of its admins and other members."""

    region: str
    project: Project
    admins: int
    members: int


@dataclass(frozen=True)
class CommandOutput:
    """The exit code and the output of a command."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class EmulatorProcess:
    """A running emulator."""

    url: str

    @property
    def environ(self) -> dict[str, str]:
        """The environment variables that connect a stack with the emulator."""
        return {
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_BASE_URL": self.url,
            "BIM360_MAX_ARCHIVES": "unlimited",  # emulated projects need no protection
        }

    def list_projects(self) -> list[ProjectRow]:
        """Return the projects of all regions, read through the API."""
        rows = []
        for region, account in ACCOUNTS:
            client = self._open_client(region, account)
            for project in client.projects.walk():
                users = list(client.project_users.walk(project.id))
                admins = sum(user.is_admin for user in users)
                rows.append(ProjectRow(region, project, admins, len(users) - admins))
            client.close()
        return rows

    def _open_client(self, region: str, account: str) -> HqClient:
        secret = SecretStr(CLIENT_SECRET)
        return HqClient(
            Connection(CLIENT_ID, secret, account, self.url, region, requests_per_minute=0)
        )

    def change_project_by_hand(self, project_id: str, **fields: str) -> None:
        """Set fields of a project as the page of the emulator does, without HQ's rules."""
        url = f"{self.url}/_emulator/projects/{project_id}"
        requests.patch(url, json=fields, timeout=EMULATOR_TIMEOUT).raise_for_status()

    def list_requests(self, after: int) -> list[dict[str, Any]]:
        """Return the requests that the emulator received after this sequence number."""
        url, query = f"{self.url}/_emulator/requests", {"since": after}
        rows: list[dict[str, Any]] = requests.get(url, query, timeout=EMULATOR_TIMEOUT).json()
        return rows

    def count_requests(self, after: int) -> int:
        """Return how many requests the emulator received after this sequence number."""
        url, query = f"{self.url}/_emulator/requests/count", {"since": after}
        total: int = requests.get(url, query, timeout=EMULATOR_TIMEOUT).json()["total"]
        return total

    def get_last_sequence(self) -> int:
        """Return the sequence number of the last request, for `list_requests`."""
        return max((row["seq"] for row in self.list_requests(0)), default=0)


@contextmanager
def start_emulator(database: Path, faults: Path | None = None) -> Iterator[EmulatorProcess]:
    """Run an emulator that stops with this process.

    Args:
        database: SQLite file for the state of the emulator.
        faults: File with fault rules, as for ``bim360 emulator --faults``.

    Raises:
        EmulatorError: The emulator did not start.
    """
    command = [sys.executable, "-m", "bim360_provider.emulator", "--port", "0"]
    command += ["--db", str(database), "--exit-with-parent"]
    command += ["--faults", str(faults)] if faults else []
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if " on " not in line:
            msg = f"BIM 360: the emulator did not start; try: python {' '.join(command[1:])}"
            raise EmulatorError(msg)
        yield EmulatorProcess(line.rpartition(" on ")[2].strip())
    finally:
        process.terminate()
        process.communicate(timeout=EMULATOR_TIMEOUT)


@dataclass(frozen=True)
class DemoStackRunner:
    """Runs commands on one stack of a project.

    Attributes:
        engine: The engine.
        project: Folder of ``Pulumi.yaml``.
        stack: Name of the stack.
        folder: Folder for the state and settings of the demo.
        emulator_environ: Environment variables that connect the stack with the emulator.
    """

    engine: DemoEngine
    project: Path
    stack: str
    folder: Path
    emulator_environ: Mapping[str, str]

    def prepare_stack(self) -> None:
        """Create the stack if it does not exist; files of the project are not changed."""
        if self.engine.pulumi is None:
            return
        init = self.folder / "init"
        settings = init / f"Pulumi.{self.stack}.yaml"
        if not settings.exists():
            (self.folder / "state").mkdir(parents=True, exist_ok=True)
            init.mkdir(parents=True, exist_ok=True)
            (init / "Pulumi.yaml").write_text(
                f"name: {self._get_project_name()}\nruntime: python\n"
            )
            init_command = [self.engine.pulumi, "stack", "init", self.stack, "--non-interactive"]
            output = self._capture_process(init_command, init, lambda: None)
            if output.exit_code:
                msg = f"The stack of the demo could not be created: {output.stderr.strip()}"
                raise StackError(msg)
        self._remove_locks()
        config_file = self.project / self._get_config_folder() / f"Pulumi.{self.stack}.yaml"
        config = config_file.read_text(encoding="utf-8") if config_file.exists() else ""
        salt = settings.read_text(encoding="utf-8")
        self._get_config_path().write_text(f"{config.rstrip()}\n{salt}", encoding="utf-8")

    def run_command(self, command: str, *flags: str) -> int:
        """Run a command of the engine, which prints its output; return its exit code."""
        with self._start_process(self._build_command(command, *flags), self.project) as process:
            return process.wait()

    def capture_command(
        self, command: str, *flags: str, notify: Callable[[], None]
    ) -> CommandOutput:
        """Run a command of the engine and return its output.

        Args:
            command: The command.
            flags: Its flags.
            notify: Shows the progress; called twice a second.
        """
        return self._capture_process(self._build_command(command, *flags), self.project, notify)

    def capture_plan(self, *, notify: Callable[[], None]) -> CommandOutput:
        """Run a preview with ``--refresh`` and return its JSON, with unchanged resources."""
        show_sames = ["--show-sames"] if self.engine.pulumi else []
        return self.capture_command("preview", "--refresh", "--json", *show_sames, notify=notify)

    def _build_command(self, command: str, *flags: str) -> list[str]:
        if self.engine.pulumi is None:
            state = self.folder / f"{self.stack}.json"
            options = ["--stack", self.stack, "--cwd", str(self.project), "--state", str(state)]
            return [sys.executable, "-m", "bim360_provider.testing", command, *options, *flags]
        yes = [] if command == "preview" else ["--yes", "--skip-preview"]
        config = ["--stack", self.stack, "--config-file", str(self._get_config_path())]
        return [self.engine.pulumi, command, *yes, *config, *flags]

    def _get_config_path(self) -> Path:
        return self.folder / f"Pulumi.{self.stack}.yaml"

    def _get_project_name(self) -> str:
        return self._read_setting("name") or self.project.name

    def _get_config_folder(self) -> str:
        return self._read_setting("stackConfigDir") or "."

    def _read_setting(self, key: str) -> str | None:
        lines = (self.project / "Pulumi.yaml").read_text(encoding="utf-8").splitlines()
        values = [line.partition(":")[2].strip() for line in lines if line.startswith(f"{key}:")]
        return values[0].strip("'\"") if values else None

    def _remove_locks(self) -> None:
        """Remove the lock of a demo that was killed; the demo's own lock protects the state."""
        shutil.rmtree(self.folder / "state" / ".pulumi" / "locks", ignore_errors=True)

    def _capture_process(
        self, command: list[str], cwd: Path, notify: Callable[[], None]
    ) -> CommandOutput:
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            with self._start_process(command, cwd, stdout, stderr) as process:
                while _is_running(process):
                    notify()
            return CommandOutput(process.returncode, _read_text(stdout), _read_text(stderr))

    def _start_process(
        self,
        command: list[str],
        cwd: Path,
        stdout: IO[bytes] | None = None,
        stderr: IO[bytes] | None = None,
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - the chosen engine with fixed arguments
            command, cwd=cwd, env=self._build_environ(), stdout=stdout, stderr=stderr
        )

    def _build_environ(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(EXCLUDED_PREFIXES)}
        python_folder = Path(sys.executable).parent
        cli_folders = [str(Path(self.engine.pulumi).parent)] if self.engine.pulumi else []
        return {
            **inherited,
            **self.emulator_environ,
            "PATH": os.pathsep.join([str(python_folder), *cli_folders, inherited.get("PATH", "")]),
            "PULUMI_BACKEND_URL": (self.folder / "state").resolve().as_uri(),
            "PULUMI_HOME": str((self.folder / "home").resolve()),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }


def _is_running(process: "subprocess.Popen[bytes]") -> bool:
    """Wait a moment, and return whether the process still runs."""
    try:
        process.wait(PROGRESS_INTERVAL)
    except subprocess.TimeoutExpired:
        return True
    return False


def _read_text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def print_projects(console: Console, rows: Sequence[ProjectRow]) -> None:
    """Print a table of projects, one line for each, sorted by name."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    width = console.width - OTHER_COLUMNS
    table.add_column("   Project", no_wrap=True, max_width=width)
    for heading in ("Status", "End", "Value", "Region", "People"):
        justify: Literal["left", "right"] = "right" if heading in RIGHT_ALIGNED else "left"
        table.add_column(heading, justify=justify, no_wrap=True)
    for row in sorted(rows, key=lambda row: row.project.name or ""):
        name, *cells = _format_cells(row.project)
        people = str(row.admins + row.members)
        table.add_row(*map(escape, (f"   {name}", *cells)), row.region, people)
    console.print(table)


def _format_cells(project: Project) -> list[str]:
    value = "" if project.value is None else f"{project.value:,.0f} {project.currency or ''}"
    cells = [project.name, project.status, project.end_date, value]
    return [cell or "-" for cell in cells]
