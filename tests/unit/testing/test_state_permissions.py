"""State and lock are private to the user and survive a full disk and a kill."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from bim360_provider import files
from bim360_provider.testing.engine.deployment.session import lock_state
from bim360_provider.testing.engine.results import LocalEngineError
from bim360_provider.testing.engine.state.resource import Resource
from bim360_provider.testing.engine.state.secrets import SecretStore
from bim360_provider.testing.engine.state.snapshot import StateFile

SALT = SecretStore(b"salt")

SAVES_FOREVER = """
import sys
from pathlib import Path
from bim360_provider.testing.engine.deployment.session import lock_state
from bim360_provider.testing.engine.state.resource import Resource
from bim360_provider.testing.engine.state.secrets import SecretStore
from bim360_provider.testing.engine.state.snapshot import StateFile
path = Path(sys.argv[1])
with lock_state(path, print):
    number = 0
    while True:
        number += 1
        resource = Resource("u", "t", custom=True, inputs={"n": number, "text": "x" * 300_000})
        StateFile(path, "demo", "shop").save([resource], SecretStore(b"salt"))
        print(number, flush=True)
"""


def state_file(path: Path) -> StateFile:
    """Return the state file of a stack."""
    return StateFile(path, "demo", "shop")


def get_mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_and_its_lock_are_private(tmp_path: Path) -> None:
    """A save makes a readable state private."""
    state = tmp_path / "state.json"
    state_file(state).save([], SALT)
    state.chmod(0o644)

    with lock_state(state, print):
        locks = [get_mode(path) for path in tmp_path.glob("*.lock")]
        state_file(state).save([], SALT)

    assert locks == [files.PRIVATE_MODE]
    assert get_mode(state) == files.PRIVATE_MODE


def test_saves_and_locks_follow_no_symbolic_link(tmp_path: Path) -> None:
    """Links at the draft names of earlier versions are ignored."""
    state, other = tmp_path / "state.json", tmp_path / "other"
    other.write_text("untouched")
    for name in ("state.json.new", f"state.json.lock.{os.getpid()}"):
        (tmp_path / name).symlink_to(other)

    with lock_state(state, print):
        state_file(state).save([], SALT)

    assert other.read_text() == "untouched"


def test_a_full_disk_is_reported_in_one_line_and_keeps_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the file, the reason and a fix."""
    state = tmp_path / "state.json"
    state_file(state).save([], SALT)
    before = state.read_bytes()

    def full(_descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(LocalEngineError, match=r"could not save the state .*: No space left"):
        state_file(state).save([Resource("u", "t", custom=True)], SALT)

    assert [*tmp_path.iterdir()] == [state]
    assert state.read_bytes() == before


def test_a_killed_run_leaves_a_valid_state_and_the_next_run_removes_its_drafts(
    tmp_path: Path,
) -> None:
    """The run is killed while it saves."""
    state = tmp_path / "state.json"
    command = [sys.executable, "-c", SAVES_FOREVER, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - the script above
        assert process.stdout is not None
        saved = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    files.write_draft(state, b"half of a sta", keep_mode=False)

    (resource,), _ = state_file(state).load()
    with lock_state(state, lambda _line: None):
        names = {path.name for path in tmp_path.iterdir()}

    number = resource.inputs["n"]
    assert isinstance(number, int)
    assert number >= saved
    assert names == {"state.json", "state.json.lock"}
