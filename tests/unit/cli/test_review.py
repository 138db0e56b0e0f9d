"""``bim360 review`` from the outside: what it reads, prints and ends with."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bim360_provider.cli.app import app
from bim360_provider.review.model import GATE_KINDS
from tests.unit.review.plan_factory import PROJECT_INPUTS, build_plan, build_step, build_update
from tests.unit.review.snapshots import PLAN_FOLDER, SNAPSHOT_FOLDER


def review(*words: str, pipe: str = "") -> Result:
    """Run the command with a pipe."""
    return CliRunner().invoke(app, ["review", *words], input=pipe)


def recorded(name: str) -> str:
    """Return the place of a recorded plan."""
    return str(PLAN_FOLDER / f"{name}.json")


def test_a_file_and_a_pipe_read_alike() -> None:
    text = Path(recorded("change")).read_text(encoding="utf-8")

    runs = [review(recorded("change")), review(pipe=text), review("-", pipe=text)]

    assert [run.exit_code for run in runs] == [0, 0, 0]
    assert {run.stdout for run in runs} == {
        (SNAPSHOT_FOLDER / "change.md").read_text(encoding="utf-8")
    }


def test_text_and_json_are_there_when_asked_for() -> None:
    text = review(recorded("drift"), "--format", "text")
    document = review(recorded("drift"), "--format", "json")

    assert text.stdout == (SNAPSHOT_FOLDER / "drift.txt").read_text(encoding="utf-8")
    assert json.loads(document.stdout)["counts"]["drift"] == 2


def test_a_title_replaces_the_stack_and_is_in_the_marker() -> None:
    lines = review(recorded("change"), "--title", "Night of 26th").stdout.splitlines()

    assert lines[:2] == ["<!-- bim360 review: Night of 26th -->", "### BIM 360: Night of 26th"]


def test_a_look_of_its_own_is_all_drift_whatever_it_looks_like(tmp_path: Path) -> None:
    """A look whose every resource is gone cannot be told from a plan to archive them."""
    place = tmp_path / "drift.json"
    place.write_text(build_plan(build_step("delete", PROJECT_INPUTS, None)))

    found = review("--drift", str(place), "--format", "json", "--fail-on", "archive,any")

    assert found.exit_code == 0
    assert json.loads(found.stdout)["counts"]["drift"] == 1


def test_a_failed_plan_ends_with_1_and_says_why() -> None:
    found = review(recorded("failed"))

    assert found.exit_code == 1
    assert "currency does not know 'EURO'" in found.stdout
    assert found.stderr.splitlines() == [
        "bim360 review: the plan failed, so it is not the whole plan."
    ]


@pytest.mark.parametrize(
    ("words", "pipe", "said"),
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
        (["--fail-on", "archive=0"], "{}", "'0' is not a valid limit for archive; use 1 or more"),
        (["--fail-on", "archive="], "{}", "'' is not a valid limit"),
        (["--fail-on", f"archive={'9' * 5000}"], "{}", "--fail-on: '9999"),
        (["--fail-on", "archive=-1"], "{}", "'-1' is not a valid limit"),
        (["--max-chars", "100"], build_plan(), "--max-chars is 0, or 2000 and more."),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_one_line(
    words: list[str], pipe: str, said: str
) -> None:
    found = review(*words, pipe=pipe)

    assert found.exit_code == 2
    assert found.stdout == ""
    assert said in found.stderr
    assert found.stderr.count("\n") == 1


def test_bytes_that_are_no_text_are_no_plan(tmp_path: Path) -> None:
    place = tmp_path / "plan.json"
    place.write_bytes(b"\xff\xfe{\x00")

    assert review(str(place)).exit_code == 2


@pytest.mark.parametrize(
    ("gates", "code", "said"),
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
def test_a_gate_strikes_from_its_number_on(gates: str, code: int, said: str) -> None:
    found = review(recorded("archive"), "--fail-on", gates)

    assert found.exit_code == code
    assert said in found.stderr
    assert found.stdout == (SNAPSHOT_FOLDER / "archive.md").read_text(encoding="utf-8")


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
def test_every_kind_can_strike(name: str, gate: str) -> None:
    assert review(recorded(name), "--fail-on", gate).exit_code == 3


def test_a_gate_never_strikes_a_plan_without_changes() -> None:
    """But for drift, of which a plan without a look knows nothing."""
    kinds = ",".join(kind for kind in GATE_KINDS if kind != "drift")

    assert review(recorded("no_change"), "--fail-on", kinds).exit_code == 0


def test_an_empty_plan_passes_every_gate() -> None:
    """A new stack has nothing that could be lost, or changed by hand."""
    found = review("--fail-on", ",".join(GATE_KINDS), pipe=build_plan())

    assert found.exit_code == 0
    assert "No changes." in found.stdout


def test_a_look_that_found_nothing_passes_the_drift_gate() -> None:
    seen = build_plan(build_step("refresh", PROJECT_INPUTS, PROJECT_INPUTS))

    assert review("--fail-on", "drift", pipe=seen).exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_plan_as_powershell_writes_it_is_read(tmp_path: Path, encoding: str) -> None:
    """Windows PowerShell's ``>`` writes UTF-16 with a byte order mark."""
    place = tmp_path / "plan.json"
    place.write_text(build_plan(build_update(city="Oslo")), encoding=encoding)

    assert "Oslo" in review(str(place)).stdout


def test_a_failed_plan_ends_with_1_also_where_a_gate_strikes() -> None:
    error = [{"severity": "error", "message": "no"}]

    found = review(
        "--fail-on", "change", pipe=build_plan(build_update(city="Oslo"), diagnostics=error)
    )

    assert found.exit_code == 1
    assert "a gate struck: change: 1" in found.stderr


def test_the_help_has_the_kinds_the_exit_codes_and_an_example() -> None:
    text = " ".join(review("--help").stdout.split())

    assert ", ".join(GATE_KINDS) in text
    assert "Exit codes: 0 fine, 1 the plan itself failed" in text
    assert "bim360 review plan.json --fail-on archive=10" in text
