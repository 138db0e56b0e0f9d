"""Runs the commands of scenarios on the local engine or the Pulumi CLI, with the same report."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from bim360_provider.testing import LocalEngine, Result
from tests.support.scenarios import PRELUDE, Command

if TYPE_CHECKING:
    from collections.abc import Callable

PASSPHRASE: Final = "only for tests"
PROVIDER_MARK: Final = "M"


@dataclass(frozen=True)
class CommandReport:
    """The effects of a command: operations, provider calls, changed paths and counts."""

    ok: bool
    ops: list[str]
    calls: list[str]
    paths: dict[str, list[str]]
    changes: dict[str, int]


class ScenarioStack(Protocol):
    """A stack that runs commands."""

    def run_command(self, command: Command) -> CommandReport:
        """Run a command and report its effects."""


class StackRunner:
    """A project, an object store and a log in a folder."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.store = folder / "shelf"
        self.log = folder / "calls.jsonl"
        for path in (self.project, self.store):
            path.mkdir(parents=True)
        (self.project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        shutil.copy(Path(__file__).with_name("file_provider.py"), self.project / "shelf.py")
        self.env = {"SHELF": str(self.store), "SHELF_LOG": str(self.log)}

    def prepare(self, command: Command) -> None:
        """Write the program, change the store and clear the log."""
        if command.program is not None:
            (self.project / "__main__.py").write_text(PRELUDE + command.program)
        if command.tamper is not None:
            command.tamper(self.store)
        self.log.write_text("")

    def read_calls(self) -> list[str]:
        """Return the provider calls in a fixed order, with secrets masked."""
        text = re.sub(
            r"\[secret [0-9a-f]+\]|correct (horse|cow)|open sesame", "***", self.log.read_text()
        )
        return sorted(text.splitlines())


class LocalStack:
    """A stack on the local engine."""

    def __init__(self, folder: Path) -> None:
        self.runner = StackRunner(folder)
        self.engine = LocalEngine(
            self.runner.project,
            stack="demo",
            state=folder / "state.json",
            config={"shelf:mark": PROVIDER_MARK},
            env=self.runner.env,
        )

    def run(self, command: Command) -> Result:
        """Run a command and return the result of the engine."""
        self.runner.prepare(command)
        actions: dict[str, Callable[[], Result]] = {
            "preview": self.engine.preview,
            "up": self.engine.up,
            "refresh": self.engine.refresh,
            "drift": lambda: self.engine.refresh(preview_only=True),
            "destroy": self.engine.destroy,
            "up --refresh": lambda: self.engine.up(refresh=True),
            "preview --refresh": lambda: self.engine.preview(refresh=True),
        }
        return actions[command.command]()

    def run_command(self, command: Command) -> CommandReport:
        """Run a command and report its effects."""
        result = self.run(command)
        return CommandReport(
            ok=result.ok,
            ops=sorted({f"{step.op} {step.name}" for step in result.steps}),
            calls=self.runner.read_calls(),
            paths={step.name: sorted(step.paths) for step in result.steps if step.paths},
            changes=result.changes,
        )


class PulumiStack:
    """A stack on the Pulumi CLI, with a backend in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.runner = StackRunner(folder)
        self._events = folder / "events.jsonl"
        backend = folder / "backend"
        backend.mkdir()
        self._env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **self.runner.env,
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        settings = self.runner.project / "Pulumi.demo.yaml"
        settings.write_text(f"config:\n  shelf:mark: {PROVIDER_MARK}\n")
        self._run_pulumi("stack", "init", "demo")

    def run_command(self, command: Command) -> CommandReport:
        """Run a command and report its effects."""
        self.runner.prepare(command)
        self._events.unlink(missing_ok=True)
        process = self._run_pulumi(
            *_CLI_ARGS[command.command], f"--event-log={self._events}", check=False
        )
        events = [json.loads(line) for line in self._events.read_text().splitlines()]
        finished = [
            event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event
        ]
        steps = [step for step in finished if not _is_default_provider(step)]
        return CommandReport(
            ok=process.returncode == 0,
            ops=sorted({f"{step['op']} {_resource_name(step)}" for step in steps}),
            calls=self.runner.read_calls(),
            paths={
                _resource_name(step): sorted(step["detailedDiff"])
                for step in steps
                if step.get("detailedDiff")
            },
            changes=_count_changes(events),
        )

    def _run_pulumi(
        self, *arguments: str, check: bool = True
    ) -> "subprocess.CompletedProcess[bytes]":
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        return subprocess.run(  # noqa: S603 -- the test runs the CLI on PATH
            command, cwd=self.runner.project, env=self._env, check=check, capture_output=True
        )


_CLI_ARGS: Final = {
    "preview": ["preview"],
    "up": ["up", "--yes", "--skip-preview", "--continue-on-error"],
    "refresh": ["refresh", "--yes", "--skip-preview"],
    "drift": ["refresh", "--preview-only"],
    "destroy": ["destroy", "--yes", "--skip-preview", "--continue-on-error"],
    "up --refresh": ["up", "--yes", "--skip-preview", "--refresh"],
    "preview --refresh": ["preview", "--refresh"],
}


def _resource_name(step: dict[str, Any]) -> str:
    return str(step["urn"]).split("::")[-1]


def _is_default_provider(step: dict[str, Any]) -> bool:
    return "pulumi:providers:pulumi-python::default" in step["urn"]


def _count_changes(events: list[dict[str, Any]]) -> dict[str, int]:
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    return dict(Counter(summaries[-1]["resourceChanges"])) if summaries else {}
