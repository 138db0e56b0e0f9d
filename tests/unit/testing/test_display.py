"""What people see of a run, and the exit code a script sees."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bim360_provider.testing.cli import app
from bim360_provider.testing.console import Screen, exit_with_result
from bim360_provider.testing.display import Display
from bim360_provider.testing.engine.results import Message, Result, Step, StepFailed, StepStarted
from tests.unit.testing.fake_host import ITEM_TYPE, build_urn


def shown(*events: Step | Message | StepStarted | StepFailed, dry_run: bool = True) -> list[str]:
    """Return the lines that events make."""
    file = StringIO()
    display = Display(Console(file=file, width=200), dry_run=dry_run)
    for event in events:
        display(event)
    return file.getvalue().splitlines()


def step(op: Any, **more: Any) -> Step:
    """Return a step on the item ``a``."""
    return Step(build_urn("a"), ITEM_TYPE, "a", op, **more)


def result(*steps: Step, **more: Any) -> Result:
    """Return the result of a preview."""
    known: dict[str, Any] = {"ok": True, "messages": (), "outputs": {}, **more}
    return Result(command="preview", steps=steps, state=Path("s"), **known)


def test_a_step_is_a_line_and_its_changes_follow() -> None:
    """With the values before and after, as far as they may be shown."""
    update = step(
        "update",
        paths={
            "city": "update",
            "tags.x": "add",
            "old[1]": "delete",
            "key": "update",
            "s.t": "update",
        },
        old={"city": "A", "old": [1, "z"], "key": "[secret]", "s": "[secret]"},
        new={"city": "[unknown]", "tags": {"x": {"y": True}}, "key": "[secret]", "s": "[secret]"},
    )

    assert shown(update) == [
        " ~  shelf:Item a update",
        '     ~ city: "A" => [unknown]',
        '     + tags.x: {"y": true}',
        '     - old[1]: "z"',
        "     ~ key: [secret] => [secret]",
        "     ~ s.t: [secret] => [secret]",
    ]


def test_long_values_are_cut() -> None:
    """A line is for seeing what changed."""
    lines = shown(step("update", paths={"t": "add"}, new={"t": "x" * 500}))

    assert len(lines[1]) < 140
    assert lines[1].endswith("…")


def test_what_is_unchanged_is_not_a_line() -> None:
    """A stack has hundreds of those."""
    assert shown(step("same"), step("refresh")) == []


def test_progress_is_shown_where_something_is_done() -> None:
    """A preview has none."""
    events = (
        StepStarted(build_urn("a"), "create"),
        step("create", seconds=1.25),
        StepFailed(build_urn("a")),
    )

    assert shown(*events, dry_run=False) == [
        " +  shelf:Item a create ...",
        " +  shelf:Item a create (1.2 s)",
        " !  shelf:Item a failed",
    ]
    assert shown(StepStarted(build_urn("a"), "create")) == []


def test_messages_keep_their_lines_and_name_their_resource() -> None:
    """An error that has several lines keeps them."""
    lines = shown(Message("info", "hello"), Message("error", "one\ntwo", build_urn("a")))

    assert lines == [
        "    hello",
        "    shelf:Item a: error: one",
        "    shelf:Item a: error: two",
    ]


def test_the_summary_has_outputs_counts_and_time() -> None:
    """In Pulumi's order."""
    file = StringIO()
    display = Display(Console(file=file, width=200), dry_run=True)

    display.print_summary(
        result(step("create"), step("same"), outputs={"b": "x", "ab": "[secret]"}, seconds=1.0)
    )

    assert file.getvalue().splitlines() == [
        *("", "Outputs:", "    ab: [secret]", '    b : "x"', ""),
        *("Resources:", "    + 1 to create", "    1 unchanged", "", "Duration: 1.0 s"),
    ]


@pytest.mark.parametrize(
    ("outcome", "expect", "code"),
    [
        (result(step("same")), True, 0),
        (result(step("read")), True, 0),
        (result(step("update")), False, 0),
        (result(step("update")), True, 7),
        (result(step("update"), ok=False), True, 1),
        (result(ok=False, interrupted=True), False, 130),
    ],
)
def test_the_exit_code_tells_how_it_went(
    outcome: Result, expect: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pulumi's own where it has one."""
    with pytest.raises(BaseException) as raised:  # noqa: PT011 -- typer's Exit is told by its code
        exit_with_result(outcome, Screen(as_json=True, dry_run=True), expect_no_changes=expect)

    assert getattr(raised.value, "exit_code", None) == code
    assert json.loads(capsys.readouterr().out)["changeSummary"] == outcome.changes


@pytest.mark.parametrize("command", ["preview", "up", "refresh", "destroy"])
def test_every_command_explains_itself(command: str) -> None:
    """With exit codes and an example."""
    help_text = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output

    assert "Exit codes: 0" in help_text
    assert f"python -m bim360_provider.testing {command} --stack demo" in help_text


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ([], "there is no Pulumi.yaml"),
        (["--config", "nothing"], "--config must have the form key=value"),
    ],
)
def test_what_stops_it_at_once_is_one_line(tmp_path: Path, flags: list[str], words: str) -> None:
    """And exit code 2."""
    ran = CliRunner().invoke(app, ["up", "--stack", "demo", "--cwd", str(tmp_path), *flags])

    assert ran.exit_code == 2
    assert words in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
