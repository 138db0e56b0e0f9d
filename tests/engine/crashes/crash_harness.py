"""A stack whose processes can be killed at a named point, and an HQ that outlives them."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, serve
from bim360_provider.testing import LocalEngine, Result
from tests.support.hq import PROJECT_BODY, FaultyEmulator

PROCESS_TIMEOUT = 60.0
"""Seconds until a test gives up on a process; normally it takes two."""

SECONDS_PER_MINUTE = 60.0
"""Seconds on HQ's clock until the stack runs again."""

RUNS_ALL_CASES = os.environ.get("CRASHES") == "all"
"""Whether ``make crashes`` runs, which covers every point; the usual suite covers a sample."""

only_in_make_crashes = pytest.mark.skipif(
    not RUNS_ALL_CASES, reason="one of many: `make crashes` goes through all"
)
needs_linux = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="needs Linux's way to watch a process"
)

PROGRAM = """
import json, pathlib
from bim360_provider import Bim360Project

declared = json.loads(pathlib.Path("declared.json").read_text())
for resource, arguments in declared.items():
    Bim360Project(resource, **arguments)
"""


def mark_unsampled(cases: Iterable[Any], *sample: Any) -> list[Any]:
    """Return parameters for a test, of which only the sample runs outside of ``make crashes``.

    Args:
        cases: The values; tuples for several parameters.
        sample: Those of the usual suite.
    """
    unknown = set(sample) - set(cases)
    assert not unknown, f"not among the cases: {unknown}"
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=() if case in sample else only_in_make_crashes,
        )
        for case in cases
    ]


@dataclass
class CrashStack:
    """One stack and its HQ.

    Attributes:
        crash_folder: Where processes write their ids, and that they reached their point.
    """

    folder: Path
    hq: FaultyEmulator
    env: dict[str, str]
    crash_folder: Path
    config: dict[str, str] = field(default_factory=dict)

    def declare(self, *others: Mapping[str, Any], **arguments: Any) -> None:
        """Declare a tower with these arguments, and other projects."""
        wanted = {"tower": {**PROJECT_BODY, **arguments}}
        wanted |= {
            f"other-{number}": {**PROJECT_BODY, **each} for number, each in enumerate(others)
        }
        (self.folder / "declared.json").write_text(json.dumps(wanted), encoding="utf-8")

    def create_engine(self) -> LocalEngine:
        """Return the engine that runs the stack undisturbed, in this process."""
        state = self.folder / "state.json"
        return LocalEngine(self.folder, stack="dev", state=state, env=self.env)

    def start(
        self, command: str, at: str = "", kills: str = "", speed: float = 1
    ) -> "subprocess.Popen[str]":
        """Start a command in a process of its own, with a point at which processes are killed.

        Args:
            command: The command of the engine.
            at: The point, such as ``POST:acted``.
            kills: The processes that are killed there: ``host``, ``engine`` or both.
            speed: How many times faster than real the provider waits.
        """
        crash = {"CRASH_AT": at, "CRASH_KILLS": kills, "CRASH_DIR": str(self.crash_folder)}
        crash["CRASH_SPEED"] = str(speed)
        arguments = [
            command,
            "--stack=dev",
            f"--cwd={self.folder}",
            f"--state={self.folder}/state.json",
        ]
        crashes = str(Path(__file__).with_name("site"))
        path = {"PYTHONPATH": os.pathsep.join((crashes, os.environ.get("PYTHONPATH", "")))}
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "bim360_provider.testing", *arguments],
            env={**os.environ, **path, **self.env, **crash},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def crash(self, command: str, at: str, kills: str) -> str:
        """Run a command until processes are killed at the point; return its output."""
        reached = self.crash_folder / "reached"
        reached.unlink(missing_ok=True)
        output, _ = self.start(command, at, kills).communicate(timeout=PROCESS_TIMEOUT)
        assert reached.exists(), f"{at} was not reached:\n{output}"
        self.wait_for_host()
        self.hq.clock.advance(SECONDS_PER_MINUTE)
        self.hq.request_log.clear()
        return output

    def wait_for_host(self) -> None:
        """Return when the last host has ended."""
        try:
            host = os.pidfd_open(int((self.crash_folder / "host").read_text(encoding="ascii")))
        except (FileNotFoundError, ProcessLookupError):
            return
        ended, _, _ = select.select([host], [], [], PROCESS_TIMEOUT)
        os.close(host)
        assert ended, "the host outlived the engine"

    def up(self) -> Result:
        """Run the stack undisturbed, and record the requests from here on."""
        self.hq.request_log.clear()
        return self.create_engine().up()

    def list_requests(self) -> list[str]:
        """Return the recorded requests, without those for tokens."""
        return [what for what in self.hq.request_log if what != "token"]

    def list_projects(self) -> list[dict[str, Any]]:
        """Return the projects at HQ."""
        state: Any = self.hq.call_control_plane("GET", "/state")
        return [project for account in state["accounts"] for project in account["projects"]]

    def list_project_ids(self) -> list[str]:
        """Return the project ids in the state, in the order of the resources."""
        state = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
        known = [each for each in state["resources"] if each["type"].endswith("bim360:Project")]
        return [each["id"] for each in known]


@contextmanager
def create_crash_stack(folder: Path, hq: FaultyEmulator | None = None) -> Iterator[CrashStack]:
    """Create a stack and serve its HQ, whose clock stands still between runs."""
    hq = hq or FaultyEmulator()
    hq.clock.freeze()
    project, crashes = folder / "project", folder / "crashes"
    for each in (project, crashes):
        each.mkdir(parents=True)
    (project / "Pulumi.yaml").write_text("name: towers\nruntime: python\n", encoding="utf-8")
    (project / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    with serve(hq) as running:
        stack = CrashStack(project, hq, build_environment(running.url), crashes)
        stack.declare()
        yield stack


def build_environment(url: str) -> dict[str, str]:
    """Return the variables that connect a stack to an HQ."""
    return {
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": url,
    }


def find_messages(result: Result, text: str) -> list[str]:
    """Return the messages of a run that contain the text."""
    return [message.text for message in result.messages if text in message.text]
