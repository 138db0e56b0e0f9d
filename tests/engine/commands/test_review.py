"""The review of a plan does not depend on the engine."""

import re
from pathlib import Path

from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import Review
from bim360_provider.review.plan import read_plan
from tests.cli.record_plans import record_folder_plans, record_plans
from tests.unit.review.snapshots import load_review

# The CLI omits unchanged projects, so that labels of their teams and members differ.
NAMES = re.compile(r"tower-eve|tower|Harbor Point Tower|Harbor Tower|[0-9a-f-]{36}")


def summarize(review: Review) -> object:
    """Return the content of a review without the names that depend on unchanged resources."""
    changes = [
        (
            change.verb,
            change.entity,
            [(line.row, line.field, line.before, line.after) for line in change.lines],
            change.drift,
            [(risk.what, NAMES.sub("…", risk.subject)) for risk in change.risks],
            change.note,
        )
        for change in review.changes
    ]
    return review.failed, review.counts, sorted(map(repr, changes))


def test_the_local_engine_and_the_cli_have_the_same_review(tmp_path: Path) -> None:
    """The recorded plans are from the CLI."""
    for name, text in record_plans(tmp_path / "stack", "local"):
        assert summarize(build_review(read_plan(text))) == summarize(load_review(name)), name


def test_both_engines_have_the_same_review_of_folders(tmp_path: Path) -> None:
    """The local engine knows the folders that the CLI omits, here by their names in the tree."""
    for name, text in record_folder_plans(tmp_path / "stack", "local"):
        assert summarize(build_review(read_plan(text))) == summarize(load_review(name)), name
