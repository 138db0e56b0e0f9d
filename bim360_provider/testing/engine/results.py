"""What a run reports: steps, messages, counts, outputs."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bim360_provider.testing.engine.diffing import Changes

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
    paths: Changes = field(default_factory=dict)
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
class Started:
    """An event: work on a resource began."""

    urn: str
    op: Op


@dataclass(frozen=True)
class Failed:
    """An event: work on a resource failed; a `Message` says why."""

    urn: str


Event: TypeAlias = Started | Step | Failed | Message
OnEvent: TypeAlias = Callable[[Event], None]

# Steps Pulumi does not count: a replacement is one change, not three, and a read is none.
_UNCOUNTED = frozenset(
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
        return dict(Counter(step.op for step in self.steps if step.op not in _UNCOUNTED))

    @property
    def changed(self) -> bool:
        """Whether anything changed, or in a preview would."""
        return bool(self.changes.keys() - {"same"})

    @property
    def errors(self) -> tuple[str, ...]:
        """The texts of all errors."""
        return tuple(message.text for message in self.messages if message.severity == "error")
