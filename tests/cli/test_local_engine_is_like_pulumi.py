"""The local engine and the real Pulumi CLI run the same scenarios with the same results."""

import shutil
from pathlib import Path

import pytest

from tests.cli.parity import (
    ALL_SCENARIOS,
    PAGE,
    compare_engines,
    read_cli_version,
    render_table,
    render_versions,
)
from tests.engine.crashes.crash_harness import mark_unsampled

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

SAMPLE = (
    "a project",
    "a team",
    "replace, delete first, with a dependent",
    "deleted outside",
    "ignore_changes",
    "nested secrets",
    "a failed create skips only its dependents",
    "aliases, parents, components",
)
"""The scenarios of the usual suite; `make crashes` runs all."""


@pytest.mark.parametrize("scenario", mark_unsampled(ALL_SCENARIOS, *SAMPLE))
def test_the_engines_differ_only_where_it_is_known(scenario: str, tmp_path: Path) -> None:
    """The page on parity has the same table, if it was generated with the same versions."""
    rows = compare_engines(scenario, tmp_path)

    assert [text for row in rows for text in row.describe_unknown_differences()] == []
    assert any(row.report.calls for row in rows), "the program failed on both engines"
    page = PAGE.read_text(encoding="utf-8")
    if render_versions(read_cli_version()) in page:
        assert render_table(rows) in page
