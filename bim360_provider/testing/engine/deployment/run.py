"""What all parts of one run share."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bim360_provider.testing.engine.plugin.host import Hosts
from bim360_provider.testing.engine.results import Recorder
from bim360_provider.testing.engine.state.secrets import Keyring
from bim360_provider.testing.engine.state.snapshot import State


class InterruptError(Exception):
    """The user asked to stop: nothing new is begun."""


@dataclass
class Run:
    """The state, the hosts, the record, and the brake."""

    stack: str
    project: str
    dry_run: bool
    state: State
    hosts: Hosts
    keyring: Keyring
    recorder: Recorder
    slots: threading.Semaphore
    replace: frozenset[str] = frozenset()
    """URNs of resources to replace in any case."""
    stopping: threading.Event = field(default_factory=threading.Event)
    on_stop: list[Callable[[], None]] = field(default_factory=list)
    """Called at the first Ctrl-C."""

    def stop(self) -> None:
        """Begin nothing new, and let what is under way finish; asked again, give it up.

        A host that is killed fails all its calls, so that whoever waits for them goes on.
        """
        if self.stopping.is_set():
            self.recorder.say("error", "interrupted again: what was under way may be lost")
            self.hosts.kill()
            return
        self.stopping.set()
        self.recorder.say("error", "interrupted: what is under way will be finished and saved")
        for call in self.on_stop:
            call()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a free slot: no more steps at once than the user allows.

        Raises:
            InterruptError: The user asked to stop in the meantime.
        """
        with self.slots:
            if self.stopping.is_set():
                raise InterruptError
            yield
