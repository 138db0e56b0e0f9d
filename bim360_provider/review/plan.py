"""Read a plan: the JSON document of ``pulumi preview`` or ``pulumi refresh``."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bim360_provider.errors import Bim360Error
from bim360_provider.review.escaping import escape_invisible_characters

__all__ = [
    "SECRET_MASK",
    "Plan",
    "PlanError",
    "PlanMessage",
    "PlanState",
    "PlanStep",
    "has_hidden_value",
    "is_secret",
    "is_unknown",
    "may_equal",
    "read_plan",
]

Values = Mapping[str, Any]

SECRET_MASK: Final = "[secret]"  # noqa: S105 - the engine's placeholder

SECRET_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105 - a key, not a secret
"""The key that marks a mapping in a state as a secret."""

URN_PATTERN: Final = re.compile(r"urn:pulumi:.*?::.*?::.*?::")
"""Stack, project and types of a URN; the name follows."""

OPERATIONS: Final = frozenset(
    "same create update delete replace create-replacement delete-replaced read read-replacement "
    "refresh discard discard-replaced remove-pending-replace import import-replacement".split()
)
"""All operations of Pulumi's engine: pulumi/pulumi, pkg/display/step_op.go."""

REPLACEMENT_HALVES: Final = {"create-replacement": "create", "delete-replaced": "delete"}
"""Operations of a replacement, and what remains to do after an interrupted run."""

NEW_STATE_OPERATIONS: Final = frozenset({"create", "update", "replace", "import"})
"""Operations that require a new state."""

COUNTED_OPERATIONS: Final = ("create", "update", "delete", "replace")
"""Operations that a plan never omits."""

MAX_DEPTH: Final = 40
"""Maximum depth of compared mappings and lists; deeper values count as hidden."""

_FORMAT_ERROR: Final = (
    "This is not a plan; use the output of `pulumi preview --json` or "
    "`pulumi refresh --preview-only --json`."
)

UNKNOWN_MARKERS: Final = frozenset(
    {
        "[unknown]",
        "<computed>",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a string, or any value
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
"""Placeholders of unknown values; Pulumi's ids are in pulumi/pulumi, plugin/rpc.go."""

TYPED_UNKNOWN_PATTERN: Final = re.compile(r"output<[^>]*>+")
"""Placeholder of an unknown value of a known type in Pulumi's display: ``output<string>``."""


class PlanError(Bim360Error):
    """The input is not a plan."""


@dataclass(frozen=True)
class PlanState:
    """The old or new state of a resource in a step.

    Attributes:
        id: HQ's id; empty if not known yet.
        inputs: The arguments, with secrets masked.
        outputs: The outputs; empty in the new state of a preview.
        is_external: Whether the resource is only looked up (``.get()``).
        is_retained: Whether Pulumi keeps the object on deletion (``retain_on_delete``).
        dependencies: The URNs that each property depends on, by property.
    """

    id: str = ""
    inputs: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)
    is_external: bool = False
    is_retained: bool = False
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get_value(self, key: str) -> object:
        """Return the value of an argument, or else of an output."""
        return self.inputs.get(key) or self.outputs.get(key)


@dataclass(frozen=True)
class PlanStep:
    """A step of the engine for one resource.

    Attributes:
        op: Pulumi's operation: ``create``, ``update``, ``delete``, ``replace``, ``refresh``, …
        urn: The resource's URN.
        is_custom: Whether it is a custom resource; a component only groups others.
        old_state: The current state; None if there is none.
        new_state: The planned state; None if the resource is deleted.
        changed_paths: The property paths that differ; None if the engine does not report them.
    """

    op: str
    urn: str
    is_custom: bool
    old_state: PlanState | None
    new_state: PlanState | None
    changed_paths: frozenset[str] | None = None

    @property
    def type(self) -> str:
        """The resource type without the types of its parents."""
        return self.urn.split("::", 3)[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True)
class PlanMessage:
    """A message of the engine, the program or the provider, with Pulumi's severity."""

    severity: str
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes:
        stack: The stack's name; empty if the plan has no steps.
        project: The Pulumi project's name; empty if the plan has no steps.
        steps: The steps in the engine's order.
        messages: The messages.
        is_complete: Whether the engine finished; False if it failed before it counted the changes.
        command: The command; empty in a plan of the Pulumi CLI.
        unchanged_count: The number of unchanged resources, including the stack itself.
    """

    stack: str
    project: str
    steps: tuple[PlanStep, ...]
    messages: tuple[PlanMessage, ...]
    is_complete: bool
    command: str = ""
    unchanged_count: int = 0

    @property
    def errors(self) -> tuple[PlanMessage, ...]:
        """The messages with severity ``error``."""
        return tuple(each for each in self.messages if each.severity == "error")

    @property
    def has_failed(self) -> bool:
        """Whether the engine failed, so that the plan is incomplete."""
        return bool(self.errors) or not self.is_complete


def read_plan(text: str) -> Plan:
    """Parse the output of ``pulumi preview --json`` or ``pulumi refresh --preview-only --json``.

    Args:
        text: The JSON document of the Pulumi CLI or the local engine.

    Raises:
        PlanError: The text is not a plan, has unknown operations, or lacks steps.
    """
    if not text.strip():
        msg = "The plan is empty: the command that prints it failed; see its error output."
        raise PlanError(msg)
    document = _parse_document(text.removeprefix("\ufeff"))
    try:
        steps = [_parse_step(each) for each in document.get("steps") or ()]
        messages = tuple(_parse_message(each) for each in document.get("diagnostics") or ())
        summary = document.get("changeSummary") or {}
        _require_all_steps(steps, summary)
        unchanged = int(summary.get("same") or 0)
    except (AttributeError, ArithmeticError, LookupError, TypeError, ValueError):
        raise PlanError(_FORMAT_ERROR) from None
    parts = steps[0].urn.split(":", 3)[2:] if steps else []
    names = ":".join(parts).split("::") if parts else ["", ""]
    is_complete = document.get("changeSummary") is not None and document.get("ok") is not False
    command = str(document.get("command") or "")
    return Plan(
        names[0],
        names[1],
        _resolve_half_replacements(steps),
        messages,
        is_complete,
        command,
        unchanged,
    )


def _parse_document(text: str) -> Values:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise PlanError(_FORMAT_ERROR) from None
    if not isinstance(document, dict) or not {"steps", "diagnostics", "changeSummary"} & {
        *document
    }:
        raise PlanError(_FORMAT_ERROR)
    return document


def _require_all_steps(steps: Sequence[PlanStep], summary: Values) -> None:
    """Raise PlanError if the plan counts more steps of an operation than it contains."""
    shown = Counter(step.op for step in steps)
    for op in COUNTED_OPERATIONS:
        # An engine may count the result of a refresh as an update or a delete.
        refreshed = shown["refresh"] if op in ("update", "delete") else 0
        if int(summary.get(op) or 0) > shown[op] + refreshed:
            msg = (
                f"The plan is incomplete: it counts {summary[op]} of '{op}' and contains "
                f"{shown[op]}; create it again without options that omit steps."
            )
            raise PlanError(msg)


def _resolve_half_replacements(steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    """Return the steps, with each single half of a replacement as a create or delete."""
    replaced = {step.urn for step in steps if step.op == "replace"}
    return tuple(
        replace(step, op=REPLACEMENT_HALVES[step.op])
        if step.op in REPLACEMENT_HALVES and step.urn not in replaced
        else step
        for step in steps
    )


def _parse_step(row: Values) -> PlanStep:
    urn, op = row["urn"], str(row["op"])
    if not URN_PATTERN.match(urn):
        raise ValueError(urn)
    if op not in OPERATIONS:
        msg = (
            f"The plan has a step '{escape_invisible_characters(op[:40])}', which this version of "
            "bim360 review does not support; update bim360-provider."
        )
        raise PlanError(msg)
    sides = [row.get("oldState"), row.get("newState")]
    if op in NEW_STATE_OPERATIONS and sides[1] is None:
        msg = (
            f"The step '{op}' of '{escape_invisible_characters(urn[:200])}' has no new state, so "
            "the plan is incomplete; create it again."
        )
        raise PlanError(msg)
    known = [side for side in sides if side]
    is_custom = any(side.get("custom", True) for side in known) or not known
    old, new = (None if side is None else _parse_state(side) for side in sides)
    paths = frozenset(
        _require_texts((*(row.get("detailedDiff") or ()), *(row.get("diffReasons") or ())))
    )
    return PlanStep(op, urn, is_custom, old, new, paths if paths or op == "same" else None)


def _parse_state(side: Values) -> PlanState:
    dependencies = side.get("propertyDependencies") or {}
    return PlanState(
        str(side.get("id") or ""),
        _parse_properties(side.get("inputs") or {}),
        _parse_properties(side.get("outputs") or {}),
        bool(side.get("external")),
        bool(side.get("retainOnDelete")),
        {name: _require_texts(urns or ()) for name, urns in dependencies.items()},
    )


def _require_texts(values: Iterable[Any]) -> tuple[str, ...]:
    texts = tuple(values)
    if not all(isinstance(each, str) for each in texts):
        raise TypeError(texts)
    return texts


def _parse_properties(values: Any) -> Values:
    """Return arguments or outputs with masked secrets; the whole mapping is never a secret."""
    if SECRET_SIGNATURE in values:
        raise ValueError(SECRET_SIGNATURE)
    return {name: _mask_secrets(value) for name, value in dict(values).items()}


def _mask_secrets(value: Any, depth: int = 0) -> Any:
    """Return a value with secrets masked that the engine did not mask."""
    if depth > MAX_DEPTH:
        return SECRET_MASK
    if isinstance(value, dict):
        masked = {key: _mask_secrets(each, depth + 1) for key, each in value.items()}
        return SECRET_MASK if SECRET_SIGNATURE in value else masked
    return [_mask_secrets(each, depth + 1) for each in value] if isinstance(value, list) else value


def _parse_message(row: Values) -> PlanMessage:
    severity = str(row.get("severity") or "info")
    text = str(row.get("message") or row.get("text") or "").strip()
    prefixes = (f"{severity}: ", "Preview failed: ")
    for prefix in prefixes:
        text = text.removeprefix(prefix)
    return PlanMessage(severity, text, str(row.get("urn") or ""))


def is_secret(value: Any) -> bool:
    """Return whether a value is a masked secret."""
    return bool(value == SECRET_MASK)


def is_unknown(value: Any) -> bool:
    """Return whether a value is only known after another resource has been created."""
    return isinstance(value, str) and (
        value in UNKNOWN_MARKERS or bool(TYPED_UNKNOWN_PATTERN.fullmatch(value))
    )


def has_hidden_value(value: Any) -> bool:
    """Return whether a value or part of it is secret or unknown."""
    if isinstance(value, Mapping):
        return any(map(has_hidden_value, value)) or any(map(has_hidden_value, value.values()))
    if isinstance(value, list):
        return any(map(has_hidden_value, value))
    return is_secret(value) or is_unknown(value)


def may_equal(value: Any, expected: object) -> bool:
    """Return whether a value equals another one, or is hidden and may equal it."""
    return bool(value == expected) or has_hidden_value(value)
