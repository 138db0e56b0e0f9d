"""The record of a run while it is going on, safe to write from several threads."""

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bim360_provider.testing.engine import urns
from bim360_provider.testing.engine.diffing import Changes
from bim360_provider.testing.engine.resources import Resource
from bim360_provider.testing.engine.results import (
    Event,
    Failed,
    Message,
    OnEvent,
    Op,
    Severity,
    Started,
    Step,
)
from bim360_provider.testing.engine.values import Properties, is_internal, masked

if TYPE_CHECKING:
    from collections.abc import Callable


class Recorder:
    """Collects steps and messages, and tells whoever listens."""

    def __init__(self, listener: OnEvent | None) -> None:
        """Start an empty record.

        Args:
            listener: Called with each event, by one thread at a time.
        """
        self.mask: Callable[[str], str] = str
        self.steps: list[Step] = []
        self.messages: list[Message] = []
        self._listener = listener
        self._lock = threading.Lock()
        self._began: dict[str, float] = {}

    def say(self, severity: Severity, text: str, urn: str = "", *, ephemeral: bool = False) -> None:
        """Record a message."""
        message = Message(severity, self.mask(text), urn, ephemeral)
        with self._lock:
            if not ephemeral:
                self.messages.append(message)
            self._tell(message)

    def said(self) -> tuple[Message, ...]:
        """Return all messages, with the secrets masked that were not known yet at their time."""
        with self._lock:
            return tuple(replace(each, text=self.mask(each.text)) for each in self.messages)

    def begin(self, urn: str, op: Op) -> None:
        """Note that work on a resource starts."""
        with self._lock:
            self._began[urn] = time.monotonic()
            self._tell(Started(urn, op))

    def done(
        self,
        op: Op,
        old: Resource | None,
        new: Resource | None,
        paths: Changes | None = None,
        replaces: tuple[str, ...] = (),
    ) -> None:
        """Record a finished step."""
        subject = new or old
        if subject is None:
            return
        with self._lock:
            began = self._began.pop(subject.urn, time.monotonic())
            step = Step(
                urn=subject.urn,
                type=subject.type,
                name=urns.name_of(subject.urn),
                op=op,
                paths=dict(paths or {}),
                old=None if old is None else self._shown(old.inputs),
                new=None if new is None else self._shown(new.inputs),
                id=subject.id,
                replaces=replaces,
                seconds=time.monotonic() - began,
                old_state=self._state(old),
                new_state=self._state(new),
            )
            self.steps.append(step)
            self._tell(step)

    def fail(self, urn: str, text: str) -> None:
        """Record that a resource failed, and why."""
        self.say("error", text, urn)
        with self._lock:
            self._tell(Failed(urn))

    @property
    def failed(self) -> bool:
        """Whether any error was recorded."""
        with self._lock:
            return any(message.severity == "error" for message in self.messages)

    def _tell(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)

    def _state(self, resource: Resource | None) -> dict[str, Any] | None:
        if resource is None:
            return None
        return {
            "urn": resource.urn,
            "custom": resource.custom,
            "id": resource.id,
            "type": resource.type,
            "inputs": self._shown(resource.inputs),
            "outputs": self._shown(resource.outputs),
            "parent": resource.parent,
            "protect": resource.protect,
            "external": resource.external,
            "retainOnDelete": resource.retain_on_delete,
            "propertyDependencies": resource.property_dependencies,
        }

    def _shown(self, properties: Properties) -> dict[str, Any]:
        return {
            key: masked(value, self.mask)
            for key, value in properties.items()
            if not is_internal(key)
        }
