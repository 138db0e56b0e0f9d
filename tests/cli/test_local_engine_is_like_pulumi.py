"""The local engine and the real Pulumi CLI run the same scenarios with the same results."""

import shutil
from pathlib import Path

import pytest

from tests.engine.crashes.crash_harness import mark_unsampled
from tests.support.scenarios import SCENARIOS
from tests.support.stack_runners import LocalStack, PulumiStack

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

SAMPLE = (
    "replace, delete first, with a dependent",
    "deleted outside",
    "ignore_changes",
    "nested secrets",
    "a failed create skips only its dependents",
    "aliases, parents, components",
)
"""The scenarios of the usual suite; `make crashes` runs all."""


@pytest.mark.parametrize("story", mark_unsampled(SCENARIOS, *SAMPLE))
def test_both_do_the_same(story: str, tmp_path: Path) -> None:
    """Same operations, same provider calls and arguments, same changed paths and counts.

    Each stage continues from the state of its own engine.
    """
    local, pulumi = LocalStack(tmp_path / "local"), PulumiStack(tmp_path / "pulumi")

    calls: list[str] = []
    for stage in SCENARIOS[story]:
        report = local.run_command(stage)
        calls += report.calls
        assert report == pulumi.run_command(stage), stage
    assert calls, "the program failed on both engines"
