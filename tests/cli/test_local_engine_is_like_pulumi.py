"""The local engine and the real Pulumi CLI tell the same stories in the same way."""

import shutil
from pathlib import Path

import pytest

from tests.support.scenarios import SCENARIOS
from tests.support.stack_runners import LocalStack, PulumiStack

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no Pulumi CLI on PATH"),
]


@pytest.mark.parametrize("story", SCENARIOS)
def test_both_do_the_same(story: str, tmp_path: Path) -> None:
    """Same operations, same provider calls with the same arguments, same changed paths and counts.

    Stage after stage, each on the state its own engine left behind.
    """
    local, pulumi = LocalStack(tmp_path / "local"), PulumiStack(tmp_path / "pulumi")

    for stage in SCENARIOS[story]:
        assert local.run_command(stage) == pulumi.run_command(stage), stage
