"""The real Pulumi CLI, killed and interrupted: what people have to do, and what they find."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.crashes.crash_harness import (
    PROCESS_TIMEOUT,
    CrashStack,
    create_crash_stack,
    mark_unsampled,
    only_in_make_crashes,
)

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

UP = ("up", "--yes", "--skip-preview")
ADOPTED = "is a leftover of an interrupted run and is adopted"
FAILED, CANCELLED, KILLED = 1, 8, -signal.SIGKILL


@dataclass
class CliTerminal:
    """A terminal in the stack's folder."""

    stack: CrashStack
    env: dict[str, str]

    def start(self, *arguments: str, **crash: str) -> "subprocess.Popen[str]":
        """Start the CLI in a session of its own, as a terminal does."""
        paths = (
            str(Path(__file__).parents[1] / "engine/crashes/site"),
            os.environ.get("PYTHONPATH", ""),
        )
        process = subprocess.Popen(  # noqa: S603 - the CLI on PATH is what is under test
            ["pulumi", *arguments, "--non-interactive", "--color=never"],  # noqa: S607 - found on PATH
            cwd=self.stack.folder,
            env={**self.env, "PYTHONPATH": os.pathsep.join(paths), **crash},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        (self.stack.crash_folder / "engine").write_text(str(process.pid), encoding="ascii")
        return process

    def run(self, *arguments: str, **crash: str) -> tuple[int, str]:
        """Run the CLI to its end; return its exit code and its output."""
        with self.start(*arguments, **crash) as process:
            output, _ = process.communicate(timeout=PROCESS_TIMEOUT)
        return process.returncode, output

    def interrupt(self, *arguments: str, at: str, times: int = 1, **crash: str) -> tuple[int, str]:
        """Press Ctrl-C when the text appears: all processes of the terminal get it."""
        output: list[str] = []
        with self.start(*arguments, **crash) as process:
            assert process.stdout is not None
            while not output or at not in output[-1]:
                output.append(process.stdout.readline())
                assert output[-1], "".join(output)
            for _ in range(times):
                os.killpg(process.pid, signal.SIGINT)
            output += process.communicate(timeout=PROCESS_TIMEOUT)
        return process.returncode, "".join(each or "" for each in output)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[CliTerminal]:
    """Return a terminal with a new stack that declares one tower."""
    with create_crash_stack(tmp_path) as stack:
        (tmp_path / "backend").mkdir()
        env = {
            **os.environ,
            **stack.env,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CRASH_DIR": str(stack.crash_folder),
            "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
            "PULUMI_HOME": str(tmp_path / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "only for tests",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
        terminal = CliTerminal(stack, env)
        assert terminal.run("stack", "init", "dev")[0] == 0
        yield terminal


def test_a_killed_provider_needs_nothing_but_another_up(terminal: CliTerminal) -> None:
    """It fails with an error; the next up adopts the project, and a third one has no work."""
    code, _ = terminal.run(*UP, CRASH_AT="POST:acted", CRASH_KILLS="host")
    terminal.stack.hq.clock.advance(60)
    terminal.stack.hq.request_log.clear()

    again, output = terminal.run(*UP)

    assert (code, again) == (FAILED, 0)
    assert ADOPTED in output
    assert len(terminal.stack.list_projects()) == 1
    assert terminal.stack.list_requests() == ["POST projects", "GET projects", "GET project"]
    assert terminal.run("preview", "--expect-no-changes")[0] == 0


@pytest.mark.parametrize(
    "at", mark_unsampled(["POST:before", "POST:acted", "create:returned"], "POST:acted")
)
def test_a_killed_cli_leaves_a_lock_and_one_project(terminal: CliTerminal, at: str) -> None:
    """`pulumi cancel` removes the lock; then the next up continues by itself."""
    code, _ = terminal.run(*UP, CRASH_AT=at, CRASH_KILLS="engine host")
    terminal.stack.hq.clock.advance(60)
    left = len(terminal.stack.list_projects())
    locked, refusal = terminal.run(*UP)

    assert (code, locked) == (KILLED, FAILED)
    assert "`pulumi cancel`" in refusal
    assert terminal.run("cancel", "--yes")[0] == 0
    again, output = terminal.run(*UP)
    assert again == 0
    assert "1 pending operations from previous deployment" in output
    assert (ADOPTED in output) == (left == 1)
    assert len(terminal.stack.list_projects()) == 1
    assert "pending" not in terminal.run("preview", "--expect-no-changes")[1]


def test_a_host_ends_with_its_killed_cli(terminal: CliTerminal) -> None:
    """It no longer sends requests, so the next run does not race with it."""
    rule = {"match": {"method": "POST", "path": "/hq/v1/accounts/:account_id/projects"}}
    fault = {**rule, "times": 1, "then": {"status": 504, "act": True}}
    terminal.stack.hq.call_control_plane("POST", "/faults", fault)

    code, _ = terminal.run(*UP, CRASH_AT="POST:acted", CRASH_KILLS="engine")
    terminal.stack.wait_for_host()

    assert code == KILLED
    assert terminal.stack.list_requests() == ["POST projects"]


def test_ctrl_c_lets_the_create_under_way_finish(terminal: CliTerminal) -> None:
    """Its project is saved; no lock and no pending operation remain."""
    rule = {"match": {"method": "POST", "path": "/hq/v1/accounts/:account_id/projects"}}
    fault = {**rule, "times": 1, "then": {"status": 504, "act": True}}
    terminal.stack.hq.call_control_plane("POST", "/faults", fault)

    code, _ = terminal.interrupt(*UP, at="checking whether 'Tower A' was created", CRASH_SPEED="4")
    again, output = terminal.run(*UP, "--expect-no-changes")

    assert (code, again) == (FAILED, 0), output
    assert "pending" not in output
    assert len(terminal.stack.list_projects()) == 1


@only_in_make_crashes
def test_a_second_ctrl_c_ends_at_once_and_loses_nothing(terminal: CliTerminal) -> None:
    """The next up finds the project that was being created."""
    rule = {"match": {"method": "POST", "path": "/hq/v1/accounts/:account_id/projects"}}
    fault = {**rule, "times": 1, "then": {"status": 504, "act": True}}
    terminal.stack.hq.call_control_plane("POST", "/faults", fault)

    code, _ = terminal.interrupt(*UP, at="checking whether 'Tower A' was created", times=2)
    terminal.stack.hq.clock.advance(60)
    again, output = terminal.run(*UP)

    assert again == 0, output
    assert code in {FAILED, CANCELLED}  # depends on which ends first: the step, or the CLI
    assert len(terminal.stack.list_projects()) == 1
    assert terminal.run("preview", "--expect-no-changes")[0] == 0
