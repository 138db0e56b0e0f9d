"""The review of the installed Pulumi CLI's plans matches the golden files."""

import re
import shutil
from pathlib import Path

import pytest

from bim360_provider.review.analysis import build_review
from bim360_provider.review.plan import read_plan
from bim360_provider.review.render.markdown import render_markdown
from tests.cli.record_plans import PLAN_CASES, record_folder_plans, record_plans
from tests.engine.crashes.crash_harness import RUNS_ALL_CASES
from tests.unit.review.snapshots import SNAPSHOT_FOLDER

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

SAMPLE = ("secrets", "replace", "failed", "drift_found")
"""The plans of the usual suite, after the first create; `make crashes` runs all."""

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
"""HQ's ids depend on the order in which the engine creates resources."""


def test_the_review_of_the_cli_matches_the_golden_files(tmp_path: Path) -> None:
    cases = [case for case in PLAN_CASES if RUNS_ALL_CASES or case.name in SAMPLE]
    plans = record_plans(tmp_path / "stack", "cli", cases)

    for name, text in (*plans, *record_folder_plans(tmp_path / "folders", "cli")):
        approved = (SNAPSHOT_FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert ID.sub("…", render_markdown(build_review(read_plan(text)))) == ID.sub(
            "…", approved
        ), name
