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

from bim360_provider.files import draft, remove_drafts
from bim360_provider.testing.engine.deployment.run import Run
from bim360_provider.testing.engine.plugin.host import Hosts
from bim360_provider.testing.engine.program.config import Configuration
from bim360_provider.testing.engine.program.project import Project
from bim360_provider.testing.engine.program.runner import engine_service
from bim360_provider.testing.engine.results import (
    Command,
    LocalEngineError,
    OnEvent,
    Recorder,
    Result,
)
from bim360_provider.testing.engine.state.resource import STACK_TYPE, is_provider
from bim360_provider.testing.engine.state.snapshot import State, StateFile
from bim360_provider.testing.engine.state.values import masked


@contextmanager
def interrupts_to(stop: Callable[[], None]) -> Iterator[None]:
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


STATE_VARIABLE: Final = "LOCAL_ENGINE_STATE"
"""The environment variable in which a provider finds the path of the state."""


@dataclass(frozen=True)
class Session:
    """What every command of a stack is run with."""

    project: Project
    stack: str
    config: Configuration
    env: Mapping[str, str]
    parallel: int
    replace: frozenset[str] = frozenset()

    def perform(
        self,
        command: Command,
        work: Callable[[Run, str], None],
        state: Path,
        listener: OnEvent | None,
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
        lock = locked(file, lambda text: recorder.say("warning", text))
        with lock, self._run(recorder, file, dry_run) as (run, engine), interrupts_to(run.stop):
            work(run, engine)
        return Result(
            command=command,
            ok=not recorder.failed,
            steps=tuple(recorder.steps),
            messages=recorder.said(),
            outputs=_outputs(run),
            state=state,
            seconds=time.monotonic() - began,
            interrupted=run.stopping.is_set(),
        )

    @contextmanager
    def _run(self, recorder: Recorder, path: Path, dry_run: bool) -> Iterator[tuple[Run, str]]:
        file = StateFile(path, self.stack, self.project.name)
        resources, keyring = file.load()
        keyring.learn(self.config.properties())
        recorder.mask = keyring.mask
        save = None if dry_run else lambda items: file.save(items, keyring)
        state = State(resources, keyring, save)
        with engine_service(recorder) as engine:
            hosts = self._hosts(recorder, engine, state, path)
            run = Run(
                stack=self.stack,
                project=self.project.name,
                dry_run=dry_run,
                state=state,
                hosts=hosts,
                keyring=keyring,
                recorder=recorder,
                slots=threading.Semaphore(self.parallel),
                replace=self.replace,
            )
            try:
                yield run, engine
            finally:
                hosts.close()

    def _hosts(self, recorder: Recorder, engine: str, state: State, path: Path) -> Hosts:
        """Prepare the hosts; providers that have left the program are known from the state."""
        environment = {**self.env, "PULUMI_PROJECT": self.project.name, "PULUMI_CONFIG": "{}"}
        environment[STATE_VARIABLE] = str(path)
        config = self.config.properties()
        hosts = Hosts(self.project.folder, environment, engine, recorder, config)
        for item in state.all():
            if is_provider(item.type):
                hosts.declare(item.urn, state.opened(item).inputs)
        return hosts


def _outputs(run: Run) -> dict[str, Any]:
    for resource in run.state.live().values():
        if resource.type == STACK_TYPE:
            return {key: masked(value, run.keyring.mask) for key, value in resource.outputs.items()}
    return {}
