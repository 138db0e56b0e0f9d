"""The output of a run and its exit code."""

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


def render(*events: Step | Message | StepStarted | StepFailed, dry_run: bool = True) -> list[str]:
    """Return the lines that the display prints for events."""
    file = StringIO()
    display = Display(Console(file=file, width=200), dry_run=dry_run)
    for event in events:
        display(event)
    return file.getvalue().splitlines()


def step(op: Any, **attributes: Any) -> Step:
    """Return a step on the item ``a``."""
    return Step(build_urn("a"), ITEM_TYPE, "a", op, **attributes)


def result(*steps: Step, **changes: Any) -> Result:
    """Return the result of a preview."""
    attributes: dict[str, Any] = {"ok": True, "messages": (), "outputs": {}, **changes}
    return Result(command="preview", steps=steps, state=Path("s"), **attributes)


def test_a_step_prints_a_line_and_its_changes() -> None:
    """Each change has the old and the new value; secrets are masked."""
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

    assert render(update) == [
        " ~  shelf:Item a update",
        '     ~ city: "A" => [unknown]',
        '     + tags.x: {"y": true}',
        '     - old[1]: "z"',
        "     ~ key: [secret] => [secret]",
        "     ~ s.t: [secret] => [secret]",
    ]


def test_long_values_are_truncated() -> None:
    """A line has at most 120 characters of a value."""
    lines = render(step("update", paths={"t": "add"}, new={"t": "x" * 500}))

    assert len(lines[1]) < 140
    assert lines[1].endswith("…")


def test_unchanged_resources_print_no_line() -> None:
    """A stack may have hundreds of them."""
    assert render(step("same"), step("refresh")) == []


def test_an_up_shows_the_start_of_each_step() -> None:
    """A preview does not."""
    events = (
        StepStarted(build_urn("a"), "create"),
        step("create", seconds=1.25),
        StepFailed(build_urn("a")),
    )

    assert render(*events, dry_run=False) == [
        " +  shelf:Item a create ...",
        " +  shelf:Item a create (1.2 s)",
        " !  shelf:Item a failed",
    ]
    assert render(StepStarted(build_urn("a"), "create")) == []


def test_messages_keep_their_lines_and_name_their_resource() -> None:
    """An error with several lines keeps them."""
    lines = render(Message("info", "hello"), Message("error", "one\ntwo", build_urn("a")))

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
    ("run_result", "expect", "code"),
    [
        (result(step("same")), True, 0),
        (result(step("read")), True, 0),
        (result(step("update")), False, 0),
        (result(step("update")), True, 7),
        (result(step("update"), ok=False), True, 1),
        (result(ok=False, interrupted=True), False, 130),
    ],
)
def test_the_exit_code_shows_the_result(
    run_result: Result, expect: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pulumi's own exit code, if it has one."""
    with pytest.raises(BaseException) as raised:  # noqa: PT011 -- typer's Exit has no useful type
        exit_with_result(run_result, Screen(as_json=True, dry_run=True), expect_no_changes=expect)

    assert getattr(raised.value, "exit_code", None) == code
    assert json.loads(capsys.readouterr().out)["changeSummary"] == run_result.changes


@pytest.mark.parametrize("command", ["preview", "up", "refresh", "destroy"])
def test_every_command_explains_itself(command: str) -> None:
    """The help lists exit codes and an example."""
    help_text = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output

    assert "Exit codes: 0" in help_text
    assert f"python -m bim360_provider.testing {command} --stack demo" in help_text


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "there is no Pulumi.yaml"),
        (["--config", "nothing"], "--config must have the form key=value"),
    ],
)
def test_an_error_at_the_start_is_one_line(tmp_path: Path, flags: list[str], message: str) -> None:
    """The exit code is 2."""
    outcome = CliRunner().invoke(app, ["up", "--stack", "demo", "--cwd", str(tmp_path), *flags])

    assert outcome.exit_code == 2
    assert message in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
