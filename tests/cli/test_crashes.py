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

from tests.engine.crashes.crash_harness import PROCESS_TIMEOUT, CrashStack, create_crash_stack

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no Pulumi CLI on PATH"),
]

UP = ("up", "--yes", "--skip-preview")
ADOPTED = "is a leftover of an interrupted run and is adopted"
FAILED, CANCELLED, KILLED = 1, 8, -signal.SIGKILL


@dataclass
class CliTerminal:
    """Somebody at a terminal in the stack's folder."""

    stack: CrashStack
    env: dict[str, str]

    def start(self, *words: str, **crash: str) -> "subprocess.Popen[str]":
        """Start the CLI in a session of its own, as a terminal does."""
        paths = (
            str(Path(__file__).parents[1] / "engine/crashes/site"),
            os.environ.get("PYTHONPATH", ""),
        )
        process = subprocess.Popen(  # noqa: S603 - the CLI on PATH is what is under test
            ["pulumi", *words, "--non-interactive", "--color=never"],  # noqa: S607 - on PATH, wherever
            cwd=self.stack.folder,
            env={**self.env, "PYTHONPATH": os.pathsep.join(paths), **crash},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        (self.stack.crash_folder / "engine").write_text(str(process.pid), encoding="ascii")
        return process

    def run(self, *words: str, **crash: str) -> tuple[int, str]:
        """Run the CLI to its end; return its exit code and what it said."""
        with self.start(*words, **crash) as process:
            said, _ = process.communicate(timeout=PROCESS_TIMEOUT)
        return process.returncode, said

    def interrupt(self, *words: str, at: str, times: int = 1, **crash: str) -> tuple[int, str]:
        """Press Ctrl-C when the words appear: all processes of the terminal get it."""
        said: list[str] = []
        with self.start(*words, **crash) as process:
            assert process.stdout is not None
            while not said or at not in said[-1]:
                said.append(process.stdout.readline())
                assert said[-1], "".join(said)
            for _ in range(times):
                os.killpg(process.pid, signal.SIGINT)
            said += process.communicate(timeout=PROCESS_TIMEOUT)
        return process.returncode, "".join(each or "" for each in said)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[CliTerminal]:
    """Return a terminal before a new stack that declares one tower."""
    with create_crash_stack(tmp_path) as made:
        (tmp_path / "backend").mkdir()
        env = {
            **os.environ,
            **made.env,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CRASH_DIR": str(made.crash_folder),
            "PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(),
            "PULUMI_HOME": str(tmp_path / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "only for tests",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
        opened = CliTerminal(made, env)
        assert opened.run("stack", "init", "dev")[0] == 0
        yield opened


def test_a_killed_provider_needs_nothing_but_another_up(terminal: CliTerminal) -> None:
    """It fails with an error; the next up adopts what was left, and the one after has no work."""
    code, _ = terminal.run(*UP, CRASH_AT="POST:acted", CRASH_KILLS="host")
    terminal.stack.hq.clock.advance(60)
    terminal.stack.hq.requests_made.clear()

    again, said = terminal.run(*UP)

    assert (code, again) == (FAILED, 0)
    assert ADOPTED in said
    assert len(terminal.stack.list_projects()) == 1
    assert terminal.stack.list_requests() == ["POST projects", "GET projects", "GET project"]
    assert terminal.run("preview", "--expect-no-changes")[0] == 0


@pytest.mark.parametrize("at", ["POST:before", "POST:acted", "create:returned"])
def test_a_killed_cli_leaves_a_lock_and_one_project(terminal: CliTerminal, at: str) -> None:
    """`pulumi cancel` takes the lock away; then the next up goes on by itself."""
    code, _ = terminal.run(*UP, CRASH_AT=at, CRASH_KILLS="engine host")
    terminal.stack.hq.clock.advance(60)
    left = len(terminal.stack.list_projects())
    locked, words = terminal.run(*UP)

    assert (code, locked) == (KILLED, FAILED)
    assert "`pulumi cancel`" in words
    assert terminal.run("cancel", "--yes")[0] == 0
    again, said = terminal.run(*UP)
    assert again == 0
    assert "1 pending operations from previous deployment" in said
    assert (ADOPTED in said) == (left == 1)
    assert len(terminal.stack.list_projects()) == 1
    assert "pending" not in terminal.run("preview", "--expect-no-changes")[1]


def test_a_host_ends_with_its_killed_cli(terminal: CliTerminal) -> None:
    """It sends no request any longer, so that the next run does not race with it."""
    rule = {"match": {"method": "POST", "path": "/hq/v1/accounts/:account_id/projects"}}
    fault = {**rule, "times": 1, "then": {"status": 504, "act": True}}
    terminal.stack.hq.call_control_plane("POST", "/faults", fault)

    code, _ = terminal.run(*UP, CRASH_AT="POST:acted", CRASH_KILLS="engine")
    terminal.stack.wait_for_host()

    assert code == KILLED
    assert terminal.stack.list_requests() == ["POST projects"]


def test_ctrl_c_lets_the_create_under_way_finish(terminal: CliTerminal) -> None:
    """Its project is saved; no lock and no pending operation stay behind."""
    rule = {"match": {"method": "POST", "path": "/hq/v1/accounts/:account_id/projects"}}
    fault = {**rule, "times": 1, "then": {"status": 504, "act": True}}
    terminal.stack.hq.call_control_plane("POST", "/faults", fault)

    code, _ = terminal.interrupt(*UP, at="checking whether 'Tower A' was created", CRASH_SPEED="4")
    again, said = terminal.run(*UP, "--expect-no-changes")

    assert (code, again) == (FAILED, 0), said
    assert "pending" not in said
    assert len(terminal.stack.list_projects()) == 1


def test_a_second_ctrl_c_ends_at_once_and_loses_nothing(terminal: CliTerminal) -> None:
    """What was under way is found by the next up."""
    rule = {"match": {"method": "POST", "path": "/hq/v1/accounts/:account_id/projects"}}
    fault = {**rule, "times": 1, "then": {"status": 504, "act": True}}
    terminal.stack.hq.call_control_plane("POST", "/faults", fault)

    code, _ = terminal.interrupt(*UP, at="checking whether 'Tower A' was created", times=2)
    terminal.stack.hq.clock.advance(60)
    again, said = terminal.run(*UP)

    assert again == 0, said
    assert code in {FAILED, CANCELLED}  # whichever ends first: the step, or the CLI
    assert len(terminal.stack.list_projects()) == 1
    assert terminal.run("preview", "--expect-no-changes")[0] == 0
