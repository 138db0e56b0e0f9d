"""One command from start to end: lock, state, hosts, and the result."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bim360_provider.testing.engine.configuration import Configuration
from bim360_provider.testing.engine.hosts import Hosts
from bim360_provider.testing.engine.interrupts import interrupts_to
from bim360_provider.testing.engine.lock import locked
from bim360_provider.testing.engine.program import engine_service
from bim360_provider.testing.engine.project import Project
from bim360_provider.testing.engine.recording import Recorder
from bim360_provider.testing.engine.results import Command, OnEvent, Result
from bim360_provider.testing.engine.run import Run
from bim360_provider.testing.engine.state import State
from bim360_provider.testing.engine.statefile import StateFile
from bim360_provider.testing.engine.urns import STACK_TYPE, is_provider
from bim360_provider.testing.engine.values import masked

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
