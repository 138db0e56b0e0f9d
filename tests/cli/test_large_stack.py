"""The bench imports large stacks into the Pulumi CLI."""

import shutil

import pytest

from bench.engines import choose_engine
from bench.large_stack import measure_imported_stack
from bench.matrix import TEAMS
from tests.engine.crashes.crash_harness import only_in_make_crashes


@only_in_make_crashes
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH")
def test_an_imported_stack_has_no_changes_and_is_refreshed_as_a_created_one() -> None:
    """The preview would fail if it had any change."""
    rows = {row.op: row for row in measure_imported_stack(choose_engine("pulumi"), TEAMS, 2)}

    assert rows["preview_unchanged"].request_count == 0
    assert rows["refresh"].requests["GET /construction/admin/v1/projects/:project_id/users"] == 2
