"""A review does not depend on which engine printed the plan."""

import re
from pathlib import Path

import pytest

from bim360_provider.review.analysis import build_review
from bim360_provider.review.model import Review
from bim360_provider.review.plan import read_plan
from tests.cli.record_plans import record_plans
from tests.unit.review.snapshots import load_review

# Teams and members are named by their project only where the plan has it, and the CLI leaves out
# what does not change.
NAMES = re.compile(r"tower-eve|tower|Harbor Point Tower|Harbor Tower|[0-9a-f-]{36}")


def gist(review: Review) -> object:
    """Return what a review says, but for the names that depend on how much is in the plan."""
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


@pytest.mark.xdist_group("review")
def test_the_local_engine_is_reviewed_as_the_cli_is(tmp_path: Path) -> None:
    """Against what the CLI printed when the plans were recorded."""
    for name, text in record_plans(tmp_path / "stack", "local"):
        assert gist(build_review(read_plan(text))) == gist(load_review(name)), name
