import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bim360_provider.review.model import GATE_KINDS
from bim360_provider.review.render.markdown import render_markdown
from tests.meta.docs.markdown_files import (
    list_examples,
    parse_name,
    parse_rows,
    read_document,
    read_section,
)
from tests.unit.review.snapshots import (
    PLAN_FOLDER,
    PLAN_NAMES,
    SNAPSHOT_FOLDER,
    load_review,
    render_terminal,
)

HINT = "check the output, then update it with python -m tests.unit.review.snapshots"

PRIVATE_TERMS = ("sourcePosition", "stackTrace", "/work", "/root", "/home")
"""Text that reveals the recording machine."""


@pytest.mark.parametrize("name", PLAN_NAMES)
def test_the_comment_matches_its_golden_file(name: str) -> None:
    approved = (SNAPSHOT_FOLDER / f"{name}.md").read_text(encoding="utf-8")

    assert render_markdown(load_review(name)) == approved, HINT


@pytest.mark.parametrize("name", PLAN_NAMES)
def test_the_terminal_output_matches_its_golden_file(name: str) -> None:
    approved = (SNAPSHOT_FOLDER / f"{name}.txt").read_text(encoding="utf-8")

    assert render_terminal(load_review(name)) == approved, HINT


def test_each_golden_file_belongs_to_a_plan() -> None:
    approved = {path.stem for path in SNAPSHOT_FOLDER.iterdir()}

    assert approved == set(PLAN_NAMES)


def test_the_review_does_not_depend_on_the_hash_seed() -> None:
    command = [
        sys.executable,
        "-m",
        "bim360_provider.cli",
        "review",
        str(PLAN_FOLDER / "change.json"),
    ]
    runs = [
        subprocess.run(  # noqa: S603 - the project's command
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1] == (SNAPSHOT_FOLDER / "change.md").read_bytes()


def test_both_kinds_of_refresh_produce_the_same_comment() -> None:
    """The steps depend on whether the program runs; the changes do not."""
    assert (SNAPSHOT_FOLDER / "drift.md").read_bytes() == (
        SNAPSHOT_FOLDER / "drift_run_program.md"
    ).read_bytes()


def test_a_forced_replacement_does_not_count_as_an_archive() -> None:
    """As the Pulumi CLI 3.274 prints it for ``replace_on_changes``."""
    counts = load_review("forced_replacement").counts

    assert (counts["replace"], counts["archive"], counts["change"]) == (0, 0, 1)


def test_the_review_shows_the_same_errors_of_a_newer_cli() -> None:
    """Pulumi 3.260 adds tracebacks, and 3.274 adds an error."""
    assert (SNAPSHOT_FOLDER / "failed.md").read_bytes() == (
        SNAPSHOT_FOLDER / "failed_3_274.md"
    ).read_bytes()


@pytest.mark.parametrize("path", sorted(PLAN_FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_plan_contains_no_private_terms(path: Path) -> None:
    text = json.dumps(json.loads(path.read_text(encoding="utf-8")))

    assert [term for term in PRIVATE_TERMS if term in text] == []


@pytest.mark.parametrize(
    ("language", "names"), [("text", ["archive.txt"]), ("markdown", ["folders.md", "drift.md"])]
)
def test_the_document_shows_current_output(language: str, names: list[str]) -> None:
    shown = list_examples(read_document("docs/how-to/review.md"), language)

    assert shown == [(SNAPSHOT_FOLDER / name).read_text(encoding="utf-8") for name in names]


def test_the_document_lists_each_gate_kind() -> None:
    documented = {
        parse_name(row[0]): row[1]
        for row in parse_rows(read_section("docs/how-to/review.md", "## Gates"))
    }

    assert documented == dict(GATE_KINDS)
