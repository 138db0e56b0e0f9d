"""One command from start to end: interrupts, lock of the state, hosts and the result."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bim360_provider.files import remove_drafts, write_draft
from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.plugin.host import HostRegistry
from bim360_provider.testing.engine.program.config import Configuration
from bim360_provider.testing.engine.program.project import PulumiProject
from bim360_provider.testing.engine.program.runner import serve_engine
from bim360_provider.testing.engine.results import (
    Command,
    EventListener,
    LocalEngineError,
    Recorder,
    Result,
)
from bim360_provider.testing.engine.state.resource import STACK_TYPE, is_provider_type
from bim360_provider.testing.engine.state.snapshot import StackState, StateFile
from bim360_provider.testing.engine.state.values import mask_value


@contextmanager
def handle_interrupts(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` at each Ctrl-C, instead of raising `KeyboardInterrupt`, while the block runs.

    It is called from a thread of its own, as a signal may come in the middle of anything. Where
    this is not the main thread, whose signals they are, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=stop).start()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def lock_state(state: Path, say: Callable[[str], None]) -> Iterator[None]:
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
        _acquire_lock(path, state, say)
    except OSError as error:
        msg = f"could not lock the state {state}: {error.strerror}; check the folder, or --state"
        raise LocalEngineError(msg) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _acquire_lock(path: Path, state: Path, say: Callable[[str], None]) -> None:
    with _lock_folder(path.parent):
        try:
            _create_lock(path)
        except FileExistsError:
            _take_over_lock(path, say)
            remove_drafts(state)
            remove_drafts(path)


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
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


def _take_over_lock(path: Path, say: Callable[[str], None]) -> None:
    holder = _read_holder(path)
    if _is_alive(holder):
        msg = (
            f"another run (process {holder}) is working on this state: wait for it to end, "
            f"or remove {path} if it is not one of ours"
        )
        raise LocalEngineError(msg)
    say(f"took over the lock of process {holder}, which ended without giving it back")
    path.unlink(missing_ok=True)
    _create_lock(path)


def _create_lock(path: Path) -> None:
    """Write our process id into a file that must not exist yet, in one step."""
    written = write_draft(path, str(os.getpid()).encode(), keep_mode=False)
    try:
        os.link(written, path)
    finally:
        written.unlink()


def _read_holder(path: Path) -> int:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return 0


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


STATE_VARIABLE: Final = "LOCAL_ENGINE_STATE"
"""The environment variable in which a provider finds the path of the state."""


@dataclass(frozen=True)
class Session:
    """What every command of a stack is run with."""

    project: PulumiProject
    stack: str
    config: Configuration
    env: Mapping[str, str]
    parallel: int
    forced_urns: frozenset[str] = frozenset()

    def run_command(
        self,
        command: Command,
        work: Callable[[EngineRun, str], None],
        state: Path,
        listener: EventListener | None,
        *,
        dry_run: bool,
    ) -> Result:
        """Do the work of a command and tell how it went.

        Args:
            command: Its name.
            work: Gets the run, and the address of the engine's log service.
            state: The state file, locked for the time of the run; a symbolic link stays a link.
            listener: Told of everything as it happens.
            dry_run: Whether nothing may be changed or saved.

        Raises:
            LocalEngineError: The state is another stack's, or in use.
        """
        began = time.monotonic()
        recorder = Recorder(listener)
        file = state.resolve()  # two links to one state share one lock
        lock = lock_state(file, lambda text: recorder.record_message("warning", text))
        with (
            lock,
            self._open_run(recorder, file, dry_run) as (run, engine),
            handle_interrupts(run.stop),
        ):
            work(run, engine)
        return Result(
            command=command,
            ok=not recorder.has_failed,
            steps=tuple(recorder.steps),
            messages=recorder.list_messages(),
            outputs=_collect_outputs(run),
            state=state,
            seconds=time.monotonic() - began,
            interrupted=run.stop_event.is_set(),
        )

    @contextmanager
    def _open_run(
        self, recorder: Recorder, path: Path, dry_run: bool
    ) -> Iterator[tuple[EngineRun, str]]:
        file = StateFile(path, self.stack, self.project.name)
        resources, keyring = file.load()
        keyring.remember_secrets(self.config.to_properties())
        recorder.mask = keyring.mask_text
        save = None if dry_run else lambda items: file.save(items, keyring)
        state = StackState(resources, keyring, save)
        with serve_engine(recorder) as engine:
            hosts = self._build_hosts(recorder, engine, state, path)
            run = EngineRun(
                stack=self.stack,
                project=self.project.name,
                dry_run=dry_run,
                state=state,
                hosts=hosts,
                secret_store=keyring,
                recorder=recorder,
                step_slots=threading.Semaphore(self.parallel),
                forced_urns=self.forced_urns,
            )
            try:
                yield run, engine
            finally:
                hosts.close()

    def _build_hosts(
        self, recorder: Recorder, engine: str, state: StackState, path: Path
    ) -> HostRegistry:
        """Prepare the hosts; providers that have left the program are known from the state."""
        environment = {**self.env, "PULUMI_PROJECT": self.project.name, "PULUMI_CONFIG": "{}"}
        environment[STATE_VARIABLE] = str(path)
        config = self.config.to_properties()
        hosts = HostRegistry(self.project.folder, environment, engine, recorder, config)
        for item in state.list_resources():
            if is_provider_type(item.type):
                hosts.set_config(item.urn, state.restore_secrets(item).inputs)
        return hosts


def _collect_outputs(run: EngineRun) -> dict[str, Any]:
    for resource in run.state.get_live_resources().values():
        if resource.type == STACK_TYPE:
            return {
                key: mask_value(value, run.secret_store.mask_text)
                for key, value in resource.outputs.items()
            }
    return {}
