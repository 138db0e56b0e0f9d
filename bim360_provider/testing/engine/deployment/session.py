"""Runs one command: handles interrupts, locks the state, opens the hosts, builds the result."""

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

STATE_VARIABLE: Final = "LOCAL_ENGINE_STATE"
"""The environment variable with the path of the state, for providers."""


@contextmanager
def handle_interrupts(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` at each Ctrl-C, instead of raising `KeyboardInterrupt`, while the block runs.

    ``stop`` runs in a new thread, because a signal may arrive while locks are held. Outside of the
    main thread, which receives the signals, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=stop).start()

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def lock_state(state: Path, notify: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a state file while the block runs.

    Args:
        state: The state file; the lock is next to it, with ``.lock`` added to its name.
        notify: Called with a message when the lock of an ended run is taken over.

    Raises:
        LocalEngineError: Another run holds the lock, or the folder is not writable.
    """
    path = state.with_name(state.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _acquire_lock(path, state, notify)
    except OSError as error:
        msg = f"could not lock the state {state}: {error.strerror}; check the folder, or --state"
        raise LocalEngineError(msg) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Session:
    """The options of all commands of a stack."""

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
        """Run a command and return its result.

        Args:
            command: Name of the command.
            work: Called with the run and the address of the engine's log service.
            state: The state file, locked during the run; a symbolic link stays a link.
            listener: Called with each event.
            dry_run: Whether to change and save nothing.

        Raises:
            LocalEngineError: The state is in use or belongs to another stack.
        """
        start = time.monotonic()
        recorder = Recorder(listener)
        file = state.resolve()  # links to the same state share its lock
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
            seconds=time.monotonic() - start,
            interrupted=run.stop_event.is_set(),
        )

    @contextmanager
    def _open_run(
        self, recorder: Recorder, path: Path, dry_run: bool
    ) -> Iterator[tuple[EngineRun, str]]:
        file = StateFile(path, self.stack, self.project.name)
        resources, secret_store = file.load()
        secret_store.remember_secrets(self.config.to_properties())
        recorder.mask = secret_store.mask_text
        save = None if dry_run else lambda items: file.save(items, secret_store)
        state = StackState(resources, secret_store, save)
        with serve_engine(recorder) as engine:
            hosts = self._build_hosts(recorder, engine, state, path)
            run = EngineRun(
                stack=self.stack,
                project=self.project.name,
                dry_run=dry_run,
                state=state,
                hosts=hosts,
                secret_store=secret_store,
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
        """Create the hosts; the state has the configuration of providers that left the program."""
        environment = {**self.env, "PULUMI_PROJECT": self.project.name, "PULUMI_CONFIG": "{}"}
        environment[STATE_VARIABLE] = str(path)
        config = self.config.to_properties()
        hosts = HostRegistry(self.project.folder, environment, engine, recorder, config)
        for item in state.list_resources():
            if is_provider_type(item.type):
                hosts.set_config(item.urn, state.restore_secrets(item).inputs)
        return hosts


def _acquire_lock(path: Path, state: Path, notify: Callable[[str], None]) -> None:
    with _lock_folder(path.parent):
        try:
            _create_lock(path)
        except FileExistsError:
            _take_over_lock(path, notify)
            remove_drafts(state)
            remove_drafts(path)


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Prevent two runs from taking over the same lock: the second would remove the first's."""
    try:
        import fcntl  # noqa: PLC0415 -- not available on Windows, which has no such guard
    except ModuleNotFoundError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _take_over_lock(path: Path, notify: Callable[[str], None]) -> None:
    holder = _read_holder(path)
    if _is_alive(holder):
        msg = (
            f"another run (process {holder}) is working on this state: wait for it to end, "
            f"or remove {path} if that process is not a run of this engine"
        )
        raise LocalEngineError(msg)
    notify(f"took over the lock of process {holder}, which ended without releasing it")
    path.unlink(missing_ok=True)
    _create_lock(path)


def _create_lock(path: Path) -> None:
    """Create the lock file with our process id, atomically; it must not exist."""
    draft = write_draft(path, str(os.getpid()).encode(), keep_mode=False)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()


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


def _collect_outputs(run: EngineRun) -> dict[str, Any]:
    for resource in run.state.get_live_resources().values():
        if resource.type == STACK_TYPE:
            return {
                key: mask_value(value, run.secret_store.mask_text)
                for key, value in resource.outputs.items()
            }
    return {}
