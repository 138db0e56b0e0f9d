"""How the demo runs a stack on the local engine."""

from pathlib import Path

import pytest

from bim360_provider.cli.demo_engine import DemoEngine
from bim360_provider.cli.demo_runner import DemoStackRunner


def test_each_stack_of_a_project_has_a_state_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that `bim360 demo --stack portfolio` works beside the demo."""
    commands: list[list[str]] = []
    monkeypatch.setattr(
        DemoStackRunner, "_run_process", lambda _, words, *__: commands.append(words)
    )

    for stack in ("demo", "portfolio"):
        DemoStackRunner(DemoEngine("local", "local"), tmp_path, stack, tmp_path, {}).run_command(
            "up"
        )

    states = {words[words.index("--state") + 1] for words in commands}
    assert len(states) == 2
