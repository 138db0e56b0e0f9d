"""One run at a time on one state: a lock file that a dead run does not hold for ever."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bim360_provider.files import draft, remove_drafts
from bim360_provider.testing.engine.errors import LocalEngineError


@contextmanager
def locked(state: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a state file for the length of a run.

    Args:
        state: The state file; the lock is beside it, with ``.lock`` added to its name.
        say: Told when a dead run's lock is taken over.

    Raises:
        LocalEngineError: Another run that is still alive holds it, or the folder cannot be used.
    """
    path = state.with_name(state.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _take(path, state, say)
    except OSError as error:
        msg = f"could not lock the state {state}: {error.strerror}; check the folder, or --state"
        raise LocalEngineError(msg) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path, state: Path, say: Callable[[str], None]) -> None:
    with _alone_in(path.parent):
        try:
            _create(path)
        except FileExistsError:
            _take_over(path, say)
            remove_drafts(state)
            remove_drafts(path)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep two runs from taking over one dead run's lock: the second would take the first's."""
    try:
        import fcntl  # noqa: PLC0415 -- there is none on Windows, where locks are taken unguarded
    except ModuleNotFoundError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _take_over(path: Path, say: Callable[[str], None]) -> None:
    holder = _holder(path)
    if _alive(holder):
        msg = (
            f"another run (process {holder}) is working on this state: wait for it to end, "
            f"or remove {path} if it is not one of ours"
        )
        raise LocalEngineError(msg)
    say(f"took over the lock of process {holder}, which ended without giving it back")
    path.unlink(missing_ok=True)
    _create(path)


def _create(path: Path) -> None:
    """Write our process id into a file that must not exist yet, in one step."""
    written = draft(path, str(os.getpid()).encode(), keep_mode=False)
    try:
        os.link(written, path)
    finally:
        written.unlink()


def _holder(path: Path) -> int:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return 0


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
