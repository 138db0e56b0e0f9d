"""The local engine and the real Pulumi CLI run the same scenarios with the same results."""

import shutil
from pathlib import Path

import pytest

from tests.support.scenarios import SCENARIOS
from tests.support.stack_runners import LocalStack, PulumiStack

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]


@pytest.mark.parametrize("story", SCENARIOS)
def test_both_do_the_same(story: str, tmp_path: Path) -> None:
    """Same operations, same provider calls and arguments, same changed paths and counts.

    Each stage continues from the state of its own engine.
    """
    local, pulumi = LocalStack(tmp_path / "local"), PulumiStack(tmp_path / "pulumi")

    for stage in SCENARIOS[story]:
        assert local.run_command(stage) == pulumi.run_command(stage), stage
