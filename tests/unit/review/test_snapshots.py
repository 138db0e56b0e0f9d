import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bim360_provider.review.model import KINDS
from bim360_provider.review.render.markdown import as_markdown
from tests.meta.docs.markdown_files import examples, name_of, rows, section, text_of
from tests.unit.review.snapshots import GOLDEN, NAMES, PLANS, as_text, review_named

HOW = "look at it, and write it with python -m tests.unit.review.snapshots"


@pytest.mark.parametrize("name", NAMES)
def test_the_comment_reads_as_it_was_approved(name: str) -> None:
    approved = (GOLDEN / f"{name}.md").read_text(encoding="utf-8")

    assert as_markdown(review_named(name)) == approved, HOW


@pytest.mark.parametrize("name", NAMES)
def test_the_terminal_reads_as_it_was_approved(name: str) -> None:
    approved = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")

    assert as_text(review_named(name)) == approved, HOW


def test_nothing_is_approved_that_no_plan_makes() -> None:
    approved = {path.stem for path in GOLDEN.iterdir()}

    assert approved == set(NAMES)


def test_the_same_plan_gives_the_same_bytes_whatever_the_seed_of_the_hashes() -> None:
    command = [sys.executable, "-m", "bim360_provider.cli", "review", str(PLANS / "change.json")]
    runs = [
        subprocess.run(  # noqa: S603 - our own command
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1] == (GOLDEN / "change.md").read_bytes()


def test_both_ways_to_look_first_read_alike() -> None:
    """With the program run or not, the steps differ, and what happens does not."""
    assert (GOLDEN / "drift.md").read_bytes() == (GOLDEN / "drift_run_program.md").read_bytes()


def test_a_plan_of_a_forced_replacement_announces_no_archive() -> None:
    """As the Pulumi CLI 3.274 prints it for ``replace_on_changes``."""
    counts = review_named("forced_replacement").counts

    assert (counts["replace"], counts["archive"], counts["change"]) == (0, 0, 1)


def test_a_newer_cli_fails_for_the_same_reasons() -> None:
    """3.260 printed tracebacks of its own, and 3.274 an error of its own."""
    assert (GOLDEN / "failed.md").read_bytes() == (GOLDEN / "failed_3_274.md").read_bytes()


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.json")), ids=lambda path: path.stem)
def test_recordings_tell_nothing_of_the_machine_that_made_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not {"sourcePosition", "stackTrace", "/work", "/root", "/home"} & {*json_words(text)}


@pytest.mark.parametrize(("language", "name"), [("text", "archive.txt"), ("markdown", "drift.md")])
def test_the_examples_of_the_document_are_what_comes_out(language: str, name: str) -> None:
    shown = examples(text_of("docs/review.md"), language)

    assert shown == [(GOLDEN / name).read_text(encoding="utf-8")]


def test_the_document_has_every_kind_that_a_gate_can_ask_for() -> None:
    told = {name_of(row[0]): row[1] for row in rows(section("docs/review.md", "## Gates"))}

    assert told == dict(KINDS)


def json_words(text: str) -> set[str]:
    """Return what of the words that give a machine away is in a text."""
    return {
        word
        for word in ("sourcePosition", "stackTrace", "/work", "/root", "/home")
        if word in json.dumps(json.loads(text))
    }
