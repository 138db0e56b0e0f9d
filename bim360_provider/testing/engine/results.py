"""Records a run and reports its result: steps, messages, counts and outputs."""

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

# Operations that Pulumi does not count: a replacement is one change, and a read is none.
_UNCOUNTED_OPS = frozenset(
    {"create-replacement", "delete-replaced", "discard-replaced", "read", "refresh"}
)


class LocalEngineError(Exception):
    """The run cannot start or continue; the message suggests a fix."""


@dataclass(frozen=True)
class Step:
    """One step of a run, in Pulumi's terms.

    Attributes:
        urn: URN of the resource.
        type: Type of the resource, such as ``pulumi-python:dynamic/bim360:Project``.
        name: Name of the resource in the program.
        op: The operation; in a preview, the planned one.
        paths: Changed properties: property path -> ``add``, ``update`` or ``delete``.
        old: The inputs before the step, with secrets masked, or None.
        new: The inputs after the step, with secrets and unknowns masked, or None.
        id: Id of the resource; empty if it is not known yet.
        replaces: The properties that force a replacement.
        seconds: Duration of the step.
        old_state: The resource before the step, masked, in the format of Pulumi's JSON.
        new_state: The resource after the step, likewise.
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
    """A message of the engine, the program (``pulumi.log``) or a provider (its output)."""

    severity: Severity
    text: str
    urn: str = ""
    ephemeral: bool = False


@dataclass(frozen=True)
class StepStarted:
    """Event: work on a resource has started."""

    urn: str
    op: Op


@dataclass(frozen=True)
class StepFailed:
    """Event: work on a resource has failed; a `Message` contains the reason."""

    urn: str


Event: TypeAlias = StepStarted | Step | StepFailed | Message

EventListener: TypeAlias = Callable[[Event], None]


@dataclass(frozen=True)
class Result:
    """The result of a run.

    Attributes:
        command: The command.
        ok: Whether all steps succeeded.
        steps: The steps, in the order in which they finished.
        messages: All messages.
        outputs: The outputs of the stack; ``[secret]`` and ``[unknown]`` replace hidden values.
        state: The state file.
        seconds: Duration of the run.
        interrupted: Whether Ctrl-C ended the run.
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
        """Number of resources by operation, as in Pulumi's summary."""
        return dict(Counter(step.op for step in self.steps if step.op not in _UNCOUNTED_OPS))

    @property
    def changed(self) -> bool:
        """Whether any resource changed, or in a preview would change."""
        return bool(self.changes.keys() - {"same"})

    @property
    def errors(self) -> tuple[str, ...]:
        """The texts of all errors."""
        return tuple(message.text for message in self.messages if message.severity == "error")


class Recorder:
    """Collects steps and messages and passes them to a listener."""

    def __init__(self, listener: EventListener | None) -> None:
        """Create an empty record.

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
        """Return all messages; secrets that became known later are masked too."""
        with self._lock:
            return tuple(replace(each, text=self.mask(each.text)) for each in self.messages)

    def record_start(self, urn: str, op: Op) -> None:
        """Record that work on a resource starts."""
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
            start = self._start_times.pop(subject.urn, time.monotonic())
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
                seconds=time.monotonic() - start,
                old_state=self._serialize_resource(old),
                new_state=self._serialize_resource(new),
            )
            self.steps.append(step)
            self._notify_listener(step)

    def record_failure(self, urn: str, text: str) -> None:
        """Record that a resource failed, with the reason."""
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
