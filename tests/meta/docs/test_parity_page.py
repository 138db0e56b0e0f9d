"""The page on parity is complete; `make parity` generates it."""

from tests.cli.parity import (
    ALL_SCENARIOS,
    PAGE,
    build_heading,
    render_known_differences,
    render_versions,
)
from tests.meta.test_pulumi_cli import VERSION

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_has_every_scenario_and_every_known_difference() -> None:
    """Also one that was added since, and none that was removed."""
    headings = [line for line in TEXT.splitlines() if line.startswith("### ")]

    assert headings == [build_heading(each) for each in ALL_SCENARIOS]
    assert render_known_differences() in TEXT


def test_the_page_was_generated_with_the_tested_versions() -> None:
    """A new version of the CLI or of the SDK may differ."""
    assert render_versions(VERSION) in TEXT
