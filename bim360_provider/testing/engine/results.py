"""The record of a run and what it reports: steps, messages, counts and outputs."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.property_path import PropertyChanges
from bim360_provider.testing.engine.state.resource import Resource
from bim360_provider.testing.engine.state.values import Properties, is_internal, mask_value


class LocalEngineError(Exception):
    """The run cannot start or go on; the message says what to do."""


Op: TypeAlias = Literal[
    "same",
    "create",
    "import",
    "update",
    "replace",
    "create-replacement",
    "delete-replaced",
    "delete",
    "discard",
    "discard-replaced",
    "read",
    "refresh",
]

Command: TypeAlias = Literal["preview", "up", "refresh", "import", "taint", "destroy"]

Severity: TypeAlias = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True)
class Step:
    """One step of a run, in Pulumi's words.

    Attributes:
        urn: The resource's URN.
        type: Its type, such as ``pulumi-python:dynamic/bim360:Project``.
        name: Its name in the program.
        op: What was done, or in a preview what would be.
        paths: Which properties change: property path to ``add``, ``update`` or ``delete``.
        old: The inputs before, secrets masked; None where there were none.
        new: The inputs after, secrets and unknowns masked; None where there are none.
        id: The resource's id; empty where it is not known yet.
        replaces: The properties that force a replacement.
        seconds: How long the step took.
        old_state: The whole resource before, in the shape of Pulumi's JSON and masked likewise.
        new_state: The same after.
    """

    urn: str
    type: str
    name: str
    op: Op
    paths: PropertyChanges = field(default_factory=dict)
    old: dict[str, Any] | None = None
    new: dict[str, Any] | None = None
    id: str = ""
    replaces: tuple[str, ...] = ()
    seconds: float = 0.0
    old_state: dict[str, Any] | None = None
    new_state: dict[str, Any] | None = None


@dataclass(frozen=True)
class Message:
    """A diagnostic: of the engine, the program (``pulumi.log``) or a provider (what it prints)."""

    severity: Severity
    text: str
    urn: str = ""
    ephemeral: bool = False


@dataclass(frozen=True)
class StepStarted:
    """An event: work on a resource began."""

    urn: str
    op: Op


@dataclass(frozen=True)
class StepFailed:
    """An event: work on a resource failed; a `Message` says why."""

    urn: str


Event: TypeAlias = StepStarted | Step | StepFailed | Message

EventListener: TypeAlias = Callable[[Event], None]


# Steps Pulumi does not count: a replacement is one change, not three, and a read is none.
_UNCOUNTED_OPS = frozenset(
    {"create-replacement", "delete-replaced", "discard-replaced", "read", "refresh"}
)


@dataclass(frozen=True)
class Result:
    """How a run went.

    Attributes:
        command: ``preview``, ``up``, ``refresh`` or ``destroy``.
        ok: Whether everything succeeded.
        steps: What was done, in the order it was finished.
        messages: Everything that was said.
        outputs: The stack's outputs; ``[secret]`` and ``[unknown]`` stand for what cannot be shown.
        state: The state file.
        seconds: How long the run took.
        interrupted: Whether Ctrl-C ended it early.
    """

    command: Command
    ok: bool
    steps: tuple[Step, ...]
    messages: tuple[Message, ...]
    outputs: dict[str, Any]
    state: Path
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def changes(self) -> dict[str, int]:
        """Resources by what happened to them, as Pulumi counts them in its summary."""
        return dict(Counter(step.op for step in self.steps if step.op not in _UNCOUNTED_OPS))

    @property
    def changed(self) -> bool:
        """Whether anything changed, or in a preview would."""
        return bool(self.changes.keys() - {"same"})

    @property
    def errors(self) -> tuple[str, ...]:
        """The texts of all errors."""
        return tuple(message.text for message in self.messages if message.severity == "error")


class Recorder:
    """Collects steps and messages, and tells whoever listens."""

    def __init__(self, listener: EventListener | None) -> None:
        """Start an empty record.

        Args:
            listener: Called with each event, by one thread at a time.
        """
        self.mask: Callable[[str], str] = str
        self.steps: list[Step] = []
        self.messages: list[Message] = []
        self._listener = listener
        self._lock = threading.Lock()
        self._start_times: dict[str, float] = {}

    def record_message(
        self, severity: Severity, text: str, urn: str = "", *, ephemeral: bool = False
    ) -> None:
        """Record a message."""
        message = Message(severity, self.mask(text), urn, ephemeral)
        with self._lock:
            if not ephemeral:
                self.messages.append(message)
            self._notify_listener(message)

    def list_messages(self) -> tuple[Message, ...]:
        """Return all messages, with the secrets masked that were not known yet at their time."""
        with self._lock:
            return tuple(replace(each, text=self.mask(each.text)) for each in self.messages)

    def record_start(self, urn: str, op: Op) -> None:
        """Note that work on a resource starts."""
        with self._lock:
            self._start_times[urn] = time.monotonic()
            self._notify_listener(StepStarted(urn, op))

    def record_step(
        self,
        op: Op,
        old: Resource | None,
        new: Resource | None,
        paths: PropertyChanges | None = None,
        replaces: tuple[str, ...] = (),
    ) -> None:
        """Record a finished step."""
        subject = new or old
        if subject is None:
            return
        with self._lock:
            began = self._start_times.pop(subject.urn, time.monotonic())
            step = Step(
                urn=subject.urn,
                type=subject.type,
                name=resource.get_name(subject.urn),
                op=op,
                paths=dict(paths or {}),
                old=None if old is None else self._mask_properties(old.inputs),
                new=None if new is None else self._mask_properties(new.inputs),
                id=subject.id,
                replaces=replaces,
                seconds=time.monotonic() - began,
                old_state=self._serialize_resource(old),
                new_state=self._serialize_resource(new),
            )
            self.steps.append(step)
            self._notify_listener(step)

    def record_failure(self, urn: str, text: str) -> None:
        """Record that a resource failed, and why."""
        self.record_message("error", text, urn)
        with self._lock:
            self._notify_listener(StepFailed(urn))

    @property
    def has_failed(self) -> bool:
        """Whether any error was recorded."""
        with self._lock:
            return any(message.severity == "error" for message in self.messages)

    def _notify_listener(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)

    def _serialize_resource(self, resource: Resource | None) -> dict[str, Any] | None:
        if resource is None:
            return None
        return {
            "urn": resource.urn,
            "custom": resource.custom,
            "id": resource.id,
            "type": resource.type,
            "inputs": self._mask_properties(resource.inputs),
            "outputs": self._mask_properties(resource.outputs),
            "parent": resource.parent,
            "protect": resource.protect,
            "external": resource.external,
            "retainOnDelete": resource.retain_on_delete,
            "propertyDependencies": resource.property_dependencies,
        }

    def _mask_properties(self, properties: Properties) -> dict[str, Any]:
        return {
            key: mask_value(value, self.mask)
            for key, value in properties.items()
            if not is_internal(key)
        }
