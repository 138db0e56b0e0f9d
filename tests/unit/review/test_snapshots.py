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

HOW = "look at it, and write it with python -m tests.unit.review.snapshots"


@pytest.mark.parametrize("name", PLAN_NAMES)
def test_the_comment_reads_as_it_was_approved(name: str) -> None:
    approved = (SNAPSHOT_FOLDER / f"{name}.md").read_text(encoding="utf-8")

    assert render_markdown(load_review(name)) == approved, HOW


@pytest.mark.parametrize("name", PLAN_NAMES)
def test_the_terminal_reads_as_it_was_approved(name: str) -> None:
    approved = (SNAPSHOT_FOLDER / f"{name}.txt").read_text(encoding="utf-8")

    assert render_terminal(load_review(name)) == approved, HOW


def test_nothing_is_approved_that_no_plan_makes() -> None:
    approved = {path.stem for path in SNAPSHOT_FOLDER.iterdir()}

    assert approved == set(PLAN_NAMES)


def test_the_same_plan_gives_the_same_bytes_whatever_the_seed_of_the_hashes() -> None:
    command = [
        sys.executable,
        "-m",
        "bim360_provider.cli",
        "review",
        str(PLAN_FOLDER / "change.json"),
    ]
    runs = [
        subprocess.run(  # noqa: S603 - our own command
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1] == (SNAPSHOT_FOLDER / "change.md").read_bytes()


def test_both_ways_to_look_first_read_alike() -> None:
    """With the program run or not, the steps differ, and what happens does not."""
    assert (SNAPSHOT_FOLDER / "drift.md").read_bytes() == (
        SNAPSHOT_FOLDER / "drift_run_program.md"
    ).read_bytes()


def test_a_plan_of_a_forced_replacement_announces_no_archive() -> None:
    """As the Pulumi CLI 3.274 prints it for ``replace_on_changes``."""
    counts = load_review("forced_replacement").counts

    assert (counts["replace"], counts["archive"], counts["change"]) == (0, 0, 1)


def test_a_newer_cli_fails_for_the_same_reasons() -> None:
    """3.260 printed tracebacks of its own, and 3.274 an error of its own."""
    assert (SNAPSHOT_FOLDER / "failed.md").read_bytes() == (
        SNAPSHOT_FOLDER / "failed_3_274.md"
    ).read_bytes()


@pytest.mark.parametrize("path", sorted(PLAN_FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_recordings_tell_nothing_of_the_machine_that_made_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not {"sourcePosition", "stackTrace", "/work", "/root", "/home"} & {*json_words(text)}


@pytest.mark.parametrize(("language", "name"), [("text", "archive.txt"), ("markdown", "drift.md")])
def test_the_examples_of_the_document_are_what_comes_out(language: str, name: str) -> None:
    shown = list_examples(read_document("docs/how-to/review.md"), language)

    assert shown == [(SNAPSHOT_FOLDER / name).read_text(encoding="utf-8")]


def test_the_document_has_every_kind_that_a_gate_can_ask_for() -> None:
    told = {
        parse_name(row[0]): row[1]
        for row in parse_rows(read_section("docs/how-to/review.md", "## Gates"))
    }

    assert told == dict(GATE_KINDS)


def json_words(text: str) -> set[str]:
    """Return what of the words that give a machine away is in a text."""
    return {
        word
        for word in ("sourcePosition", "stackTrace", "/work", "/root", "/home")
        if word in json.dumps(json.loads(text))
    }
