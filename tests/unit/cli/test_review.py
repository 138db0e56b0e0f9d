"""The command ``bim360 review``: input, output and exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bim360_provider.cli.app import create_app
from bim360_provider.review.model import GATE_KINDS
from tests.unit.review.plan_factory import PROJECT_INPUTS, build_plan, build_step, build_update
from tests.unit.review.snapshots import PLAN_FOLDER, SNAPSHOT_FOLDER


def review(*arguments: str, stdin: str = "") -> Result:
    """Run the command."""
    return CliRunner().invoke(create_app(), ["review", *arguments], input=stdin)


def recorded(name: str) -> str:
    """Return the path of a recorded plan."""
    return str(PLAN_FOLDER / f"{name}.json")


def test_a_file_and_standard_input_give_the_same_review() -> None:
    text = Path(recorded("change")).read_text(encoding="utf-8")

    runs = [review(recorded("change")), review(stdin=text), review("-", stdin=text)]

    assert [run.exit_code for run in runs] == [0, 0, 0]
    assert {run.stdout for run in runs} == {
        (SNAPSHOT_FOLDER / "change.md").read_text(encoding="utf-8")
    }


def test_the_format_option_selects_text_or_json() -> None:
    text = review(recorded("drift"), "--format", "text")
    document = review(recorded("drift"), "--format", "json")

    assert text.stdout == (SNAPSHOT_FOLDER / "drift.txt").read_text(encoding="utf-8")
    assert json.loads(document.stdout)["counts"]["drift"] == 2


def test_a_title_replaces_the_stack_also_in_the_marker() -> None:
    lines = review(recorded("change"), "--title", "Night of 26th").stdout.splitlines()

    assert lines[:2] == ["<!-- bim360 review: Night of 26th -->", "### BIM 360: Night of 26th"]


def test_all_changes_of_a_refresh_preview_are_drift(tmp_path: Path) -> None:
    """A refresh preview in which all resources are deleted looks like a plan to archive them."""
    path = tmp_path / "drift.json"
    path.write_text(build_plan(build_step("delete", PROJECT_INPUTS, None)))

    result = review("--drift", str(path), "--format", "json", "--fail-on", "archive,any")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["counts"]["drift"] == 1


def test_a_failed_plan_exits_with_1_and_shows_the_reason() -> None:
    result = review(recorded("failed"))

    assert result.exit_code == 1
    assert "currency 'EURO' is not a valid value" in result.stdout
    assert result.stderr.splitlines() == ["bim360 review: the plan failed, so it is incomplete."]


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["no-such.json"], "", "no-such.json cannot be read: No such file or directory"),
        ([], "", "The plan is empty"),
        ([], "Previewing update", "This is not a plan"),
        ([], build_plan(build_update(city="Oslo"))[:-40], "This is not a plan"),
        (
            [],
            build_plan(build_step("teleport", PROJECT_INPUTS, None)),
            "a step 'teleport', which this version",
        ),
        ([], build_plan(build_step("update", PROJECT_INPUTS, None)), "has no new state"),
        ([], build_plan(build_step("tele\nport", PROJECT_INPUTS, None)), "tele⏎port"),
        ([], build_plan(changeSummary={"delete": 1}), "counts 1 of 'delete' and contains 0"),
        (
            ["--drift", "-"],
            build_plan(build_step("create", None, PROJECT_INPUTS)),
            "so it is a plan and not a refresh",
        ),
        (["-", "--drift", "-"], "", "Only one of the two plans"),
        (["--fail-on", "archives"], "{}", "did you mean 'archive'?"),
        (["--fail-on", "xyz"], "{}", "use create, change"),
        (["--fail-on", "archive=0"], "{}", "'0' is not a valid limit for archive"),
        (["--fail-on", "archive="], "{}", "'' is not a valid limit for archive"),
        (["--fail-on", f"archive={'9' * 5000}"], "{}", "--fail-on: '9999"),
        (["--fail-on", "archive=-1"], "{}", "'-1' is not a valid limit for archive"),
        (["--max-chars", "100"], build_plan(), "--max-chars must be 0 or at least 2000."),
    ],
)
def test_unreadable_input_exits_with_2_and_one_line(
    arguments: list[str], stdin: str, message: str
) -> None:
    result = review(*arguments, stdin=stdin)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_bytes_that_are_not_text_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"\xff\xfe{\x00")

    assert review(str(path)).exit_code == 2


@pytest.mark.parametrize(
    ("gates", "code", "message"),
    [
        ("archive", 3, "archive: 2, none allowed"),
        ("archive=2", 3, "archive: 2, at most 1 allowed"),
        ("archive=3", 0, ""),
        ("restore, create", 0, ""),
        ("drift", 3, "drift: unknown, because the plan was created without --refresh"),
        ("archive=3,access-loss", 3, "access-loss: 1, none allowed"),
        ("any=3", 3, "any: 3, at most 2 allowed"),
        ("", 0, ""),
    ],
)
def test_a_gate_triggers_from_its_number_on(gates: str, code: int, message: str) -> None:
    result = review(recorded("archive"), "--fail-on", gates)

    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == (SNAPSHOT_FOLDER / "archive.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "gate"),
    [
        ("create", "create=13"),
        ("change", "change=3"),
        ("change", "access-loss=3"),
        ("change", "remove"),
        ("replace", "replace"),
        ("drift", "drift=2"),
        ("drift", "restore"),
        ("drift_found", "drift=2"),
        ("secret_by_hand", "drift"),
    ],
)
def test_every_kind_can_trigger(name: str, gate: str) -> None:
    assert review(recorded(name), "--fail-on", gate).exit_code == 3


def test_a_plan_without_changes_triggers_no_gate() -> None:
    """Except drift, which a plan without a refresh cannot rule out."""
    kinds = ",".join(kind for kind in GATE_KINDS if kind != "drift")

    assert review(recorded("no_change"), "--fail-on", kinds).exit_code == 0


def test_an_empty_plan_passes_every_gate() -> None:
    """A new stack has no resources that could be lost or drift."""
    result = review("--fail-on", ",".join(GATE_KINDS), stdin=build_plan())

    assert result.exit_code == 0
    assert "No changes." in result.stdout


def test_a_refresh_without_drift_passes_the_drift_gate() -> None:
    plan = build_plan(build_step("refresh", PROJECT_INPUTS, PROJECT_INPUTS))

    assert review("--fail-on", "drift", stdin=plan).exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_plan_written_by_powershell_is_read(tmp_path: Path, encoding: str) -> None:
    """Windows PowerShell's ``>`` writes UTF-16 with a byte order mark."""
    path = tmp_path / "plan.json"
    path.write_text(build_plan(build_update(city="Oslo")), encoding=encoding)

    assert "Oslo" in review(str(path)).stdout


def test_a_failed_plan_exits_with_1_even_if_a_gate_triggers() -> None:
    error = [{"severity": "error", "message": "no"}]

    result = review(
        "--fail-on", "change", stdin=build_plan(build_update(city="Oslo"), diagnostics=error)
    )

    assert result.exit_code == 1
    assert "a gate was triggered: change: 1" in result.stderr


def test_the_help_lists_kinds_exit_codes_and_an_example() -> None:
    text = " ".join(review("--help").stdout.split())

    assert ", ".join(GATE_KINDS) in text
    assert "Exit codes: 0 success, 1 the plan itself failed" in text
    assert "bim360 review plan.json --fail-on archive=10" in text
