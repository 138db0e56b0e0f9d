"""The demo's runner on the local engine."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.cli.demo_engine import DemoEngine
from bim360_provider.cli.demo_runner import DemoStackRunner


def test_each_stack_of_a_project_has_its_own_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`bim360 demo --stack portfolio` must not change the state of the demo."""
    commands: list[list[str]] = []
    start = subprocess.Popen

    def record(command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        commands.append(command)
        return start([sys.executable, "-c", ""], **options)

    monkeypatch.setattr(subprocess, "Popen", record)

    for stack in ("demo", "portfolio"):
        runner = DemoStackRunner(DemoEngine("local", "local"), tmp_path, stack, tmp_path, {})
        runner.run_command("up")

    states = {command[command.index("--state") + 1] for command in commands}
    assert len(states) == 2
