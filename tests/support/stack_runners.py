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

from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET, RunningEmulator
from bim360_provider.testing import LocalEngine, Result
from bim360_provider.testing.console import EXIT_FAILED, serialize_result
from tests.support.hq_scenarios import SETTINGS
from tests.support.normal_form import mask_random_values, normalize_plan, normalize_state
from tests.support.scenarios import PRELUDE, Command

if TYPE_CHECKING:
    from collections.abc import Callable

PASSPHRASE: Final = "only for tests"
PROVIDER_MARK: Final = "M"


@dataclass(frozen=True)
class CommandReport:
    """The effects of a command, without what differs between any two runs.

    Attributes:
        exit_code: The exit code of the command.
        ops: The reported steps: each operation with the name of its resource.
        calls: The calls of the provider with their arguments, or the requests to HQ.
        paths: The changed properties of each resource.
        changes: The number of resources by operation.
        state: The resources of the state, as JSON.
        plan: The steps of ``preview --json``, as JSON; empty for other commands.
    """

    exit_code: int
    ops: list[str]
    calls: list[str]
    paths: dict[str, list[str]]
    changes: dict[str, int]
    state: list[str]
    plan: list[str]


class ScenarioStack(Protocol):
    """A stack that runs commands."""

    def run_command(self, command: Command) -> CommandReport:
        """Run a command and report its effects."""


class StackRunner:
    """A project, an object store and a log in a folder.

    Args:
        hq: The HQ of a program that declares resources of this provider.
    """

    def __init__(self, folder: Path, hq: RunningEmulator | None = None) -> None:
        self.hq = hq
        self.project = folder / "project"
        self.store = folder / "shelf"
        self.log = folder / "calls.jsonl"
        for path in (self.project, self.store):
            path.mkdir(parents=True)
        (self.project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        shutil.copy(Path(__file__).with_name("file_provider.py"), self.project / "shelf.py")
        self.env = {"SHELF": str(self.store), "SHELF_LOG": str(self.log)}
        settings = f"config:\n  shelf:mark: {PROVIDER_MARK}\n"
        if hq is not None:
            settings = SETTINGS
            self.env |= {
                "APS_CLIENT_ID": CLIENT_ID,
                "APS_CLIENT_SECRET": CLIENT_SECRET,
                "BIM360_BASE_URL": hq.url,
            }
        (self.project / "Pulumi.demo.yaml").write_text(settings)

    def prepare(self, command: Command) -> None:
        """Write the program, change the store and clear the log."""
        if command.program is not None:
            prelude = PRELUDE if self.hq is None else ""
            (self.project / "__main__.py").write_text(prelude + command.program)
        if command.tamper is not None:
            command.tamper(self.store)
        if command.browser is not None and self.hq is not None:
            command.browser(self.hq.emulator)
        self.log.write_text("")
        self._earlier = len(self._list_requests())

    def read_calls(self) -> list[str]:
        """Return the provider's calls, or the requests to HQ, in a fixed order; secrets masked."""
        if self.hq is not None:
            return sorted(self._list_requests()[self._earlier :])
        text = re.sub(
            r"\[secret [0-9a-f]+\]|correct (horse|cow)|open sesame", "***", self.log.read_text()
        )
        return sorted(text.splitlines())

    def _list_requests(self) -> list[str]:
        rows: Any = self.hq.emulator.call_control_plane("GET", "/requests") if self.hq else []
        sent = [(r["method"], r["path"], r["body"]) for r in rows if "/token" not in r["path"]]
        return [mask_random_values(json.dumps(each, sort_keys=True)) for each in sent]


class LocalStack:
    """A stack on the local engine."""

    def __init__(self, folder: Path, hq: RunningEmulator | None = None) -> None:
        self.runner = StackRunner(folder, hq)
        self.engine = LocalEngine(
            self.runner.project,
            stack="demo",
            state=folder / "state.json",
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
            exit_code=0 if result.ok else EXIT_FAILED,
            ops=sorted({f"{step.op} {step.name}" for step in result.steps}),
            calls=self.runner.read_calls(),
            paths={step.name: sorted(step.paths) for step in result.steps if step.paths},
            changes=result.changes,
            state=normalize_state(self._read_state()),
            plan=self._build_plan(result),
        )

    def _read_state(self) -> list[dict[str, Any]]:
        file = self.engine.state
        return json.loads(file.read_text())["resources"] if file.exists() else []

    @staticmethod
    def _build_plan(result: Result) -> list[str]:
        if result.command != "preview":
            return []
        document: Any = json.loads(json.dumps(serialize_result(result), default=str))
        return normalize_plan(document["steps"])


class PulumiStack:
    """A stack on the Pulumi CLI, with a backend in the same folder."""

    def __init__(self, folder: Path, hq: RunningEmulator | None = None) -> None:
        self.runner = StackRunner(folder, hq)
        self._events = folder / "events.jsonl"
        self._backend = folder / "backend"
        self._backend.mkdir()
        self._env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **self.runner.env,
            "PULUMI_BACKEND_URL": f"file://{self._backend}",
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
        arguments = _CLI_ARGS[command.command]
        process = self._run_pulumi(*arguments, f"--event-log={self._events}", check=False)
        events = [json.loads(line) for line in self._events.read_text().splitlines()]
        finished = [
            event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event
        ]
        steps = [step for step in finished if not _is_default_provider(step)]
        return CommandReport(
            exit_code=process.returncode,
            ops=sorted({f"{step['op']} {_resource_name(step)}" for step in steps}),
            calls=self.runner.read_calls(),
            paths={
                _resource_name(step): sorted(step["detailedDiff"])
                for step in steps
                if step.get("detailedDiff")
            },
            changes=_count_changes(events),
            state=normalize_state(self._read_state()),
            plan=normalize_plan(_read_steps(process.stdout)) if "--json" in arguments else [],
        )

    def _read_state(self) -> list[dict[str, Any]]:
        file = self._backend / ".pulumi" / "stacks" / "shop" / "demo.json"
        state: Any = json.loads(file.read_text())
        return (state["checkpoint"]["latest"] or {}).get("resources") or []

    def _run_pulumi(
        self, *arguments: str, check: bool = True
    ) -> "subprocess.CompletedProcess[bytes]":
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        return subprocess.run(  # noqa: S603 -- the test runs the CLI on PATH
            command, cwd=self.runner.project, env=self._env, check=check, capture_output=True
        )


_CLI_ARGS: Final = {
    "preview": ["preview", "--json"],
    "up": ["up", "--yes", "--skip-preview", "--continue-on-error"],
    "refresh": ["refresh", "--yes", "--skip-preview"],
    "drift": ["refresh", "--preview-only"],
    "destroy": ["destroy", "--yes", "--skip-preview", "--continue-on-error"],
    "up --refresh": ["up", "--yes", "--skip-preview", "--refresh"],
    "preview --refresh": ["preview", "--refresh", "--json"],
}


def _resource_name(step: dict[str, Any]) -> str:
    return str(step["urn"]).split("::")[-1]


def _is_default_provider(step: dict[str, Any]) -> bool:
    return "pulumi:providers:pulumi-python::default" in step["urn"]


def _read_steps(output: bytes) -> list[dict[str, Any]]:
    plan: Any = json.loads(output) if output.lstrip().startswith(b"{") else {}
    return list(plan.get("steps") or [])


def _count_changes(events: list[dict[str, Any]]) -> dict[str, int]:
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    return dict(Counter(summaries[-1]["resourceChanges"])) if summaries else {}
