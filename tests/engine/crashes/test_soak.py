"""A short soak; `make soak` runs long ones. See docs/explanation/soak.md."""

import os
from pathlib import Path

import pytest

from tests.engine.crashes.crash_harness import RUNS_ALL_CASES
from tests.soak.config import SoakConfig
from tests.soak.report import format_result
from tests.soak.soak import run_soak

SHORT = SoakConfig(seed=5, operations=30 if RUNS_ALL_CASES else 15, projects=12, kills=0.7)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's way to watch a process")
def test_one_up_mends_what_faults_and_kills_have_left(tmp_path: Path) -> None:
    """The account is as declared: no duplicate, leftover, loss or printed secret."""
    outcome = run_soak(SHORT, tmp_path)

    assert outcome.violations == [], "\n".join(format_result(outcome))
    assert outcome.operations.total() >= SHORT.operations
    assert outcome.faults.total() > 0
