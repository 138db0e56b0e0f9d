"""Runs stages on the local engine or on the Pulumi CLI, and reports both in the same words."""

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
from tests.support.scenarios import PRELUDE, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

PASSPHRASE: Final = "only for tests"
MARK: Final = "M"


@dataclass(frozen=True)
class Report:
    """What a stage did: operations, provider calls, changed paths, counts, outcome."""

    ok: bool
    ops: list[str]
    calls: list[str]
    paths: dict[str, list[str]]
    changes: dict[str, int]


class Stack(Protocol):
    """A stack that stages can be played on."""

    def play(self, stage: Stage) -> Report:
        """Play one stage."""


class Workplace:
    """A project, a shelf and a log in a folder."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.shelf = folder / "shelf"
        self.log = folder / "calls.jsonl"
        for place in (self.project, self.shelf):
            place.mkdir(parents=True)
        (self.project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        shutil.copy(Path(__file__).with_name("file_provider.py"), self.project / "shelf.py")
        self.env = {"SHELF": str(self.shelf), "SHELF_LOG": str(self.log)}

    def prepare(self, stage: Stage) -> None:
        """Put program and shelf in place, and start a new log."""
        if stage.program is not None:
            (self.project / "__main__.py").write_text(PRELUDE + stage.program)
        if stage.tamper is not None:
            stage.tamper(self.shelf)
        self.log.write_text("")

    def calls(self) -> list[str]:
        """Return the provider calls in a fixed order, with secrets blotted out."""
        text = re.sub(
            r"\[secret [0-9a-f]+\]|correct (horse|cow)|open sesame", "***", self.log.read_text()
        )
        return sorted(text.splitlines())


class LocalStack:
    """A stack on the local engine."""

    def __init__(self, folder: Path) -> None:
        self.workplace = Workplace(folder)
        self.engine = LocalEngine(
            self.workplace.project,
            stack="demo",
            state=folder / "state.json",
            config={"shelf:mark": MARK},
            env=self.workplace.env,
        )

    def run(self, stage: Stage) -> Result:
        """Play a stage and return what the engine says of it."""
        self.workplace.prepare(stage)
        actions: dict[str, Callable[[], Result]] = {
            "preview": self.engine.preview,
            "up": self.engine.up,
            "refresh": self.engine.refresh,
            "drift": lambda: self.engine.refresh(preview_only=True),
            "destroy": self.engine.destroy,
            "up --refresh": lambda: self.engine.up(refresh=True),
            "preview --refresh": lambda: self.engine.preview(refresh=True),
        }
        return actions[stage.command]()

    def play(self, stage: Stage) -> Report:
        """Play a stage and report it."""
        result = self.run(stage)
        return Report(
            ok=result.ok,
            ops=sorted({f"{step.op} {step.name}" for step in result.steps}),
            calls=self.workplace.calls(),
            paths={step.name: sorted(step.paths) for step in result.steps if step.paths},
            changes=result.changes,
        )


class PulumiStack:
    """The same stack on the real Pulumi CLI, with a backend in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.workplace = Workplace(folder)
        self._events = folder / "events.jsonl"
        backend = folder / "backend"
        backend.mkdir()
        self._env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **self.workplace.env,
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        self._pulumi("stack", "init", "demo")
        self._pulumi("config", "set", "shelf:mark", MARK)

    def play(self, stage: Stage) -> Report:
        """Play a stage and report it."""
        self.workplace.prepare(stage)
        self._events.unlink(missing_ok=True)
        done = self._pulumi(*_WORDS[stage.command], f"--event-log={self._events}", check=False)
        events = [json.loads(line) for line in self._events.read_text().splitlines()]
        finished = [
            event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event
        ]
        steps = [step for step in finished if not _is_default_provider(step)]
        return Report(
            ok=done.returncode == 0,
            ops=sorted({f"{step['op']} {_name(step)}" for step in steps}),
            calls=self.workplace.calls(),
            paths={
                _name(step): sorted(step["detailedDiff"])
                for step in steps
                if step.get("detailedDiff")
            },
            changes=_changes(events),
        )

    def _pulumi(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
        command = ["pulumi", *words, "--non-interactive", "--color=never"]
        return subprocess.run(  # noqa: S603 -- the CLI on PATH is what is under test
            command, cwd=self.workplace.project, env=self._env, check=check, capture_output=True
        )


_WORDS: Final = {
    "preview": ["preview"],
    "up": ["up", "--yes", "--skip-preview", "--continue-on-error"],
    "refresh": ["refresh", "--yes", "--skip-preview"],
    "drift": ["refresh", "--preview-only"],
    "destroy": ["destroy", "--yes", "--skip-preview", "--continue-on-error"],
    "up --refresh": ["up", "--yes", "--skip-preview", "--refresh"],
    "preview --refresh": ["preview", "--refresh"],
}


def _name(step: dict[str, Any]) -> str:
    return str(step["urn"]).split("::")[-1]


def _is_default_provider(step: dict[str, Any]) -> bool:
    return "pulumi:providers:pulumi-python::default" in step["urn"]


def _changes(events: list[dict[str, Any]]) -> dict[str, int]:
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    return dict(Counter(summaries[-1]["resourceChanges"])) if summaries else {}
