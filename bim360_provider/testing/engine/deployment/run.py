"""What all parts of one run share."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bim360_provider.testing.engine.plugin.host import HostRegistry
from bim360_provider.testing.engine.results import Recorder
from bim360_provider.testing.engine.state.secrets import SecretStore
from bim360_provider.testing.engine.state.snapshot import StackState


class InterruptError(Exception):
    """The user asked to stop: nothing new is begun."""


@dataclass
class EngineRun:
    """The state, the hosts, the record, and the brake."""

    stack: str
    project: str
    dry_run: bool
    state: StackState
    hosts: HostRegistry
    secret_store: SecretStore
    recorder: Recorder
    step_slots: threading.Semaphore
    forced_urns: frozenset[str] = frozenset()
    """URNs of resources to replace in any case."""
    stop_event: threading.Event = field(default_factory=threading.Event)
    stop_callbacks: list[Callable[[], None]] = field(default_factory=list)
    """Called at the first Ctrl-C."""

    def stop(self) -> None:
        """Begin nothing new, and let what is under way finish; asked again, give it up.

        A host that is killed fails all its calls, so that whoever waits for them goes on.
        """
        if self.stop_event.is_set():
            self.recorder.record_message(
                "error", "interrupted again: what was under way may be lost"
            )
            self.hosts.kill()
            return
        self.stop_event.set()
        self.recorder.record_message(
            "error", "interrupted: what is under way will be finished and saved"
        )
        for call in self.stop_callbacks:
            call()

    @contextmanager
    def acquire_slot(self) -> Iterator[None]:
        """Wait for a free slot: no more steps at once than the user allows.

        Raises:
            InterruptError: The user asked to stop in the meantime.
        """
        with self.step_slots:
            if self.stop_event.is_set():
                raise InterruptError
            yield
