"""The objects that all parts of a run share."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bim360_provider.testing.engine.plugin.host import HostRegistry
from bim360_provider.testing.engine.results import Recorder
from bim360_provider.testing.engine.state.secrets import SecretStore
from bim360_provider.testing.engine.state.snapshot import StackState


class InterruptError(Exception):
    """The user interrupted the run: no new step may start."""


@dataclass
class EngineRun:
    """One run of a command: its state, hosts, record and stop event."""

    stack: str
    project: str
    dry_run: bool
    state: StackState
    hosts: HostRegistry
    secret_store: SecretStore
    recorder: Recorder
    step_slots: threading.Semaphore
    forced_urns: frozenset[str] = frozenset()
    """URNs of resources to replace even if unchanged."""
    stop_event: threading.Event = field(default_factory=threading.Event)
    stop_callbacks: list[Callable[[], None]] = field(default_factory=list)
    """Called at the first Ctrl-C."""

    def stop(self) -> None:
        """Start no new step and let running steps finish; at the second call, kill the hosts.

        All calls to a killed host fail, so that the threads that wait for them continue.
        """
        if self.stop_event.is_set():
            self.recorder.record_message("error", "interrupted again: running steps may be lost")
            self.hosts.kill()
            return
        self.stop_event.set()
        self.recorder.record_message(
            "error", "interrupted: running steps will be finished and saved"
        )
        for callback in self.stop_callbacks:
            callback()

    @contextmanager
    def acquire_slot(self) -> Iterator[None]:
        """Wait for a free slot, which limits the number of parallel steps.

        Raises:
            InterruptError: The user interrupted the run meanwhile.
        """
        with self.step_slots:
            if self.stop_event.is_set():
                raise InterruptError
            yield
