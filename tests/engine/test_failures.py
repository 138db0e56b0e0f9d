"""Programs that fail, refused options, and runs that are ended from outside."""

import errno
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from bim360_provider.testing import LocalEngine, LocalEngineError
from bim360_provider.testing.engine.deployment import session
from bim360_provider.testing.engine.state import snapshot
from tests.support.scenarios import Command
from tests.support.sdk import needs_sdk
from tests.support.stack_runners import LocalStack

PATIENCE = 30.0
"""Seconds until a test gives up on a process; normally it takes a few milliseconds."""


def test_a_program_that_raises_shows_its_own_lines_only(tmp_path: Path) -> None:
    """Resources registered before are kept; nothing is deleted."""
    stack = LocalStack(tmp_path)
    stack.run(Command("up", 'Item("a", title="A")'))

    result = stack.run(Command("up", "def broken():\n    raise KeyError('oops')\n\nbroken()"))

    assert not result.ok
    assert result.changes.get("delete", 0) == 0
    (error,) = result.errors
    assert error.startswith("Program failed with an unhandled exception:")
    assert "KeyError: 'oops'" in error
    assert "child.py" not in error


def test_an_exit_code_is_an_error(tmp_path: Path) -> None:
    """Even without any output."""
    result = LocalStack(tmp_path).run(Command("up", "import sys\nsys.exit(3)"))

    assert result.errors == ("the program ended with exit code 3",)


@needs_sdk(260, "all of these options")
def test_what_only_pulumi_can_do_is_refused(tmp_path: Path) -> None:
    """Each in one line that names it."""
    program = """
Item("moved", Opts(transforms=[lambda args: None]), title="A")
Item("taken", Opts(import_="it"), title="A")
pulumi.CustomResource("aws:s3/bucket:Bucket", "bucket")
pulumi.StackReference("me/other/dev")
"""
    result = LocalStack(tmp_path).run(Command("preview", program))

    refused = sorted(error.split(" needs Pulumi: the local engine ")[0] for error in result.errors)
    assert refused == [
        "aws:s3/bucket:Bucket",
        "import_ on 'taken'",
        "pulumi:pulumi:StackReference",
        "transforms on 'moved'",
    ]


def test_a_function_is_refused(tmp_path: Path) -> None:
    """The local engine has no plugins that could provide one."""
    result = LocalStack(tmp_path).run(Command("preview", 'pulumi.runtime.invoke("aws:x:y", {})'))

    assert "the function aws:x:y needs Pulumi" in result.errors[0]


def test_a_lost_secret_of_a_provider_is_reported(tmp_path: Path) -> None:
    """A state keeps no secrets, so a destroy needs them as config."""
    stack = LocalStack(tmp_path)
    program = (
        's = FileStore("s", mark="EX", password=Output.secret("open sesame"))\n'
        'Item("a", Opts(provider=s), title="A")'
    )
    stack.run(Command("up", program))
    engine = LocalEngine(
        stack.runner.project,
        stack="demo",
        state=tmp_path / "state.json",
        secret_config={"any:name": "open sesame"},
        env=stack.runner.env,
    )

    refused = stack.run(Command("destroy"))
    done = engine.destroy()

    (error,) = refused.errors
    assert error.startswith("the provider 's' has secrets, which the state does not store: pass")
    assert done.ok


def test_a_host_that_cannot_start_is_reported(tmp_path: Path) -> None:
    """The error has the output of the host."""
    stack = LocalStack(tmp_path)
    (stack.runner.project / "dill.py").write_text("raise ImportError('no dill today')")

    result = stack.run(Command("preview", 'Item("a", title="A")'))

    assert result.errors == ("the host of the dynamic providers did not start; its output: ''",)
    assert "ImportError: no dill today" in [message.text for message in result.messages]


class InterruptedRun:
    """An ``up`` in a process of its own that waits inside a create."""

    def __init__(self, folder: Path) -> None:
        self.stack = LocalStack(folder)
        self.gate = folder / "gate"
        for end in ("arrived", "go"):
            os.mkfifo(f"{self.gate}.{end}")
        self.program = (
            f'a = Item("a", title="A")\nItem("b", title="B", note=a.id, gate="{self.gate}")'
        )
        self.stack.runner.prepare(Command("up", self.program))
        arguments = ["up", "--stack=demo", f"--cwd={self.stack.runner.project}"]
        self.process = subprocess.Popen(  # noqa: S603 -- our own command
            [
                sys.executable,
                "-m",
                "bim360_provider.testing",
                *arguments,
                f"--state={folder}/state.json",
            ],
            env={**os.environ, **self.stack.runner.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        host = int(Path(f"{self.gate}.arrived").read_text(encoding="ascii"))
        self.host = os.pidfd_open(host)

    def interrupt(self, text: str) -> None:
        """Send a Ctrl-C and wait for the text that reports it."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.stdout is not None
        while text not in self.process.stdout.readline():
            assert self.process.poll() is None

    def continue_create(self) -> None:
        """Let the create continue."""
        Path(f"{self.gate}.go").write_text("go", encoding="ascii")

    def end(self) -> tuple[int, str]:
        """Wait for the engine and for its host; return exit code and output."""
        output, _ = self.process.communicate(timeout=PATIENCE)
        ended, _, _ = select.select([self.host], [], [], PATIENCE)
        os.close(self.host)
        assert ended, "the host outlived the engine"
        return self.process.returncode, output

    def run_again(self) -> dict[str, int]:
        """Run the same program to its end and return what changed."""
        result = self.stack.run(Command("up", self.program.replace(str(self.gate), "")))
        return result.changes


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's way to watch a process")
def test_ctrl_c_lets_what_is_under_way_finish(tmp_path: Path) -> None:
    """Its result is saved, nothing new is begun, and no process remains."""
    ended = InterruptedRun(tmp_path)

    ended.interrupt("interrupted: running steps will be finished")
    ended.continue_create()

    code, output = ended.end()
    assert (code, "b create" in output) == (130, True)
    assert ended.run_again() == {"same": 2, "update": 1}


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's way to watch a process")
def test_a_second_ctrl_c_waits_for_nothing(tmp_path: Path) -> None:
    """The current step is abandoned, with a message."""
    ended = InterruptedRun(tmp_path)

    ended.interrupt("interrupted: running steps will be finished")
    ended.interrupt("interrupted again: running steps may be lost")

    assert ended.end()[0] == 130
    assert ended.run_again() == {"same": 2, "create": 1}


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's way to watch a process")
def test_kill_loses_no_more_than_the_step_under_way(tmp_path: Path) -> None:
    """The host ends by itself, and the next run acquires the lock and continues."""
    ended = InterruptedRun(tmp_path)

    ended.process.kill()

    assert ended.end()[0] == -signal.SIGKILL
    assert ended.run_again() == {"same": 2, "create": 1}


def test_an_unreadable_project_is_reported_at_once(tmp_path: Path) -> None:
    """Before any process is started."""
    with pytest.raises(LocalEngineError, match=r"there is no Pulumi\.yaml"):
        LocalEngine(tmp_path, stack="demo")


def test_a_component_of_a_failed_resource_does_not_stop_the_rest(tmp_path: Path) -> None:
    """Dependents of the failure stay unknown; everything else is created and kept."""
    program = """
class Box(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("tests:index:Box", name)
        inner = Item(f"{name}-inner", Opts(parent=self), title="A", broken="create")
        self.register_outputs({"created_by": inner.created_by})

Box("box")
late = Item("late", title="A")
Item("later", title=late.id)
"""
    result = LocalStack(tmp_path).run(Command("up", program))

    created = {step.name for step in result.steps if step.op == "create"}
    assert not result.ok
    assert {"box", "late", "later"} <= created
    assert all("Unknown" not in error for error in result.errors)


def test_a_state_that_is_a_link_stays_a_link(tmp_path: Path) -> None:
    """Its target is replaced, and two links to one state share its lock."""
    stack = LocalStack(tmp_path)
    kept = tmp_path / "kept" / "shop.json"
    kept.parent.mkdir()
    stack.engine.state.symlink_to(kept)

    first = stack.run(Command("up", 'Item("a", title="A")'))
    second = stack.run(Command("up", None))

    assert (first.changes, second.changes) == ({"create": 2}, {"same": 2})
    assert stack.engine.state.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["shop.json"]


def test_a_full_disk_is_an_error_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line with advice; the state of the last run is kept."""
    stack = LocalStack(tmp_path)
    stack.run(Command("up", 'Item("a", title="A")'))
    before = stack.engine.state.read_bytes()

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(snapshot, "write_draft", full)
    monkeypatch.setattr(session, "_create_lock", lambda path: path.touch())
    result = stack.run(Command("up", 'Item("a", title="A")\nItem("b", title="B")'))

    assert not result.ok
    assert all("could not save the state" in error for error in result.errors)
    assert "No space left" in result.errors[0]
    assert stack.engine.state.read_bytes() == before
