"""A plan as the engine prints it: ``--json`` of ``pulumi preview`` or ``pulumi refresh``."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.errors import Bim360Error

__all__ = ["SECRET", "Message", "Plan", "PlanError", "State", "Step", "read_plan"]

Values = Mapping[str, Any]


class PlanError(Bim360Error):
    """What was given is no plan."""


@dataclass(frozen=True)
class State:
    """A resource on one side of a step.

    Attributes:
        id: HQ's id; empty where it is not known yet.
        inputs: What the program says, secrets masked by the engine.
        outputs: What is known of it beside that; empty in a preview of what is to come.
        external: Whether it is only looked up (``.get()``).
        retained: Whether Pulumi itself leaves it alone when it goes (``retain_on_delete``).
        depends: The URNs that a property comes from, by property.
    """

    id: str = ""
    inputs: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)
    external: bool = False
    retained: bool = False
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def said(self, key: str) -> object:
        """Return what the arguments say, else the outputs."""
        return self.inputs.get(key) or self.outputs.get(key)


@dataclass(frozen=True)
class Step:
    """What the engine would do with one resource.

    Attributes:
        op: Pulumi's word for it: ``create``, ``update``, ``delete``, ``replace``, ``refresh``, …
        urn: The resource's URN.
        custom: Whether something stands behind it; a component is only a bracket around others.
        old: What it is now; None where there is nothing.
        new: What it is to be; None where nothing remains.
        paths: The property paths that the engine found different.
    """

    op: str
    urn: str
    custom: bool
    old: State | None
    new: State | None
    paths: frozenset[str] = frozenset()

    @property
    def type(self) -> str:
        """The resource's own type, its parents' left out."""
        return self.urn.split("::", 3)[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True)
class Message:
    """What the engine, the program or the provider said: ``severity`` is Pulumi's word."""

    severity: str
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes:
        stack: The stack's name; empty where no step tells it.
        project: Its Pulumi project's name; likewise.
        steps: The steps, in the engine's order.
        messages: What was said.
        ended: Whether the engine came to its end; False where it failed before it could count.
        command: What was run, where the plan says it; the Pulumi CLI does not.
    """

    stack: str
    project: str
    steps: tuple[Step, ...]
    messages: tuple[Message, ...]
    ended: bool
    command: str = ""

    @property
    def errors(self) -> tuple[Message, ...]:
        """What went wrong."""
        return tuple(each for each in self.messages if each.severity == "error")

    @property
    def failed(self) -> bool:
        """Whether the plan is not the whole plan, because the engine failed."""
        return bool(self.errors) or not self.ended


def read_plan(text: str) -> Plan:
    """Read what ``pulumi preview --json`` or ``pulumi refresh --preview-only --json`` printed.

    Args:
        text: The JSON document; what the local engine prints has the same shape.

    Raises:
        PlanError: It is something else.
    """
    if not text.strip():
        msg = "The plan is empty: the command that was to print it failed; see what it said."
        raise PlanError(msg)
    document = _document(text.removeprefix("\ufeff"))
    try:
        steps = tuple(_step(each) for each in document.get("steps") or ())
        said = tuple(_message(each) for each in document.get("diagnostics") or ())
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise PlanError(_NOT_A_PLAN) from None
    words = steps[0].urn.split(":", 3)[2:] if steps else []
    place = ":".join(words).split("::") if words else ["", ""]
    ended = "changeSummary" in document and document.get("ok") is not False
    return Plan(place[0], place[1], steps, said, ended, str(document.get("command") or ""))


SECRET: Final = "[secret]"  # noqa: S105 - what the engine writes in place of one
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi tells a secret in a state from a mapping."""

URN: Final = re.compile(r"urn:pulumi:.*?::.*?::.*?::")
"""Stack, project and types; what follows is the name."""

_NOT_A_PLAN: Final = (
    "This is no plan: give it what `pulumi preview --json` or "
    "`pulumi refresh --preview-only --json` prints."
)


def _document(text: str) -> Values:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise PlanError(_NOT_A_PLAN) from None
    if not isinstance(document, dict) or not {"steps", "diagnostics", "changeSummary"} & {
        *document
    }:
        raise PlanError(_NOT_A_PLAN)
    return document


def _step(row: Values) -> Step:
    urn = row["urn"]
    if not URN.match(urn):
        raise ValueError(urn)
    sides = [row.get("oldState"), row.get("newState")]
    custom = any(side.get("custom") for side in sides if side)
    old, new = (None if side is None else _state(side) for side in sides)
    return Step(str(row["op"]), urn, custom, old, new, frozenset(row.get("detailedDiff") or ()))


def _state(side: Values) -> State:
    depends = side.get("propertyDependencies") or {}
    return State(
        str(side.get("id") or ""),
        _masked(dict(side.get("inputs") or {})),
        _masked(dict(side.get("outputs") or {})),
        bool(side.get("external")),
        bool(side.get("retainOnDelete")),
        {name: tuple(urns or ()) for name, urns in depends.items()},
    )


def _masked(value: Any) -> Any:
    """Return a value with every secret masked, should the engine not have done it."""
    if isinstance(value, dict):
        return SECRET if SIGNATURE in value else {k: _masked(v) for k, v in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value


def _message(row: Values) -> Message:
    severity = str(row.get("severity") or "info")
    text = str(row.get("message") or row.get("text") or "").strip()
    prefixes = (f"{severity}: ", "Preview failed: ")
    for prefix in prefixes:
        text = text.removeprefix(prefix)
    return Message(severity, text, str(row.get("urn") or ""))
