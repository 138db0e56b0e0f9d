"""A plan: the JSON document of ``pulumi preview`` or ``pulumi refresh``."""

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

SECRET_MASK: Final = "[secret]"  # noqa: S105 - what the engine writes in place of one


class PlanError(Bim360Error):
    """What was given is no plan."""


@dataclass(frozen=True)
class PlanState:
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
    is_external: bool = False
    is_retained: bool = False
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get_value(self, key: str) -> object:
        """Return what the arguments say, else the outputs."""
        return self.inputs.get(key) or self.outputs.get(key)


@dataclass(frozen=True)
class PlanStep:
    """What the engine would do with one resource.

    Attributes:
        op: Pulumi's word for it: ``create``, ``update``, ``delete``, ``replace``, ``refresh``, …
        urn: The resource's URN.
        custom: Whether something stands behind it; a component is only a bracket around others.
        old: What it is now; None where there is nothing.
        new: What it is to be; None where nothing remains.
        paths: The property paths that the engine found different; None where it does not say.
    """

    op: str
    urn: str
    is_custom: bool
    old_state: PlanState | None
    new_state: PlanState | None
    changed_paths: frozenset[str] | None = None

    @property
    def type(self) -> str:
        """The resource's own type, its parents' left out."""
        return self.urn.split("::", 3)[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True)
class PlanMessage:
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
        unchanged: How many resources stay as they are, the stack itself included.
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
        """What went wrong."""
        return tuple(each for each in self.messages if each.severity == "error")

    @property
    def has_failed(self) -> bool:
        """Whether the plan is not the whole plan, because the engine failed."""
        return bool(self.errors) or not self.is_complete


SECRET_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks a secret in a state, which would else be a mapping."""

URN_PATTERN: Final = re.compile(r"urn:pulumi:.*?::.*?::.*?::")
"""Stack, project and types; what follows is the name."""

OPERATIONS: Final = frozenset(
    "same create update delete replace create-replacement delete-replaced read read-replacement "
    "refresh discard discard-replaced remove-pending-replace import import-replacement".split()
)
"""Every kind of step that Pulumi's engine has: pulumi/pulumi, pkg/display/step_op.go."""

REPLACEMENT_HALVES: Final = {"create-replacement": "create", "delete-replaced": "delete"}
"""Steps of a replacement: what they are where an interrupted run left one half of it to do."""

NEW_STATE_OPERATIONS: Final = frozenset({"create", "update", "replace", "import"})
"""Steps after which a resource is there, so that they have a new state."""

COUNTED_OPERATIONS: Final = ("create", "update", "delete", "replace")
"""Kinds of steps that are never left out of a plan."""

MAX_DEPTH: Final = 40
"""Levels of mappings and lists that are compared; deeper values count as hidden."""

_FORMAT_ERROR: Final = (
    "This is not a plan: give it what `pulumi preview --json` or "
    "`pulumi refresh --preview-only --json` prints."
)


def read_plan(text: str) -> Plan:
    """Read what ``pulumi preview --json`` or ``pulumi refresh --preview-only --json`` printed.

    Args:
        text: The JSON document; what the local engine prints has the same shape.

    Raises:
        PlanError: It is something else, has steps of an unknown kind, or lacks some.
    """
    if not text.strip():
        msg = "The plan is empty: the command that was to print it failed; see its own messages."
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
    place = ":".join(parts).split("::") if parts else ["", ""]
    ended = document.get("changeSummary") is not None and document.get("ok") is not False
    command = str(document.get("command") or "")
    return Plan(
        place[0], place[1], _resolve_half_replacements(steps), messages, ended, command, unchanged
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
    """Raise PlanError where the plan itself counts more steps of a kind than it shows."""
    shown = Counter(step.op for step in steps)
    for op in COUNTED_OPERATIONS:
        # An engine may count what a refresh found as an update or a delete, and print a refresh.
        found = shown["refresh"] if op in ("update", "delete") else 0
        if int(summary.get(op) or 0) > shown[op] + found:
            msg = (
                f"The plan counts {summary[op]} {op} steps and shows {shown[op]}, so it is not "
                "the whole plan; make it again, without options that leave steps out."
            )
            raise PlanError(msg)


def _resolve_half_replacements(steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    """Return the steps, where one half of a replacement is what it does on its own."""
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
            f"The plan has a step '{escape_invisible_characters(op[:40])}', which this version of bim360 review does "
            "not know, so it cannot say what would happen; update bim360-provider."
        )
        raise PlanError(msg)
    sides = [row.get("oldState"), row.get("newState")]
    if op in NEW_STATE_OPERATIONS and sides[1] is None:
        msg = (
            f"The step '{op}' of '{escape_invisible_characters(urn[:200])}' has no new state, so the plan does not "
            "say what would happen; make it again."
        )
        raise PlanError(msg)
    kept = [side for side in sides if side]
    custom = any(side.get("custom", True) for side in kept) or not kept
    old, new = (None if side is None else _parse_state(side) for side in sides)
    paths = frozenset(
        _require_texts((*(row.get("detailedDiff") or ()), *(row.get("diffReasons") or ())))
    )
    return PlanStep(op, urn, custom, old, new, paths if paths or op == "same" else None)


def _parse_state(side: Values) -> PlanState:
    depends = side.get("propertyDependencies") or {}
    return PlanState(
        str(side.get("id") or ""),
        _parse_properties(side.get("inputs") or {}),
        _parse_properties(side.get("outputs") or {}),
        bool(side.get("external")),
        bool(side.get("retainOnDelete")),
        {name: _require_texts(urns or ()) for name, urns in depends.items()},
    )


def _require_texts(values: Iterable[Any]) -> tuple[str, ...]:
    texts = tuple(values)
    if not all(isinstance(each, str) for each in texts):
        raise TypeError(texts)
    return texts


def _parse_properties(values: Any) -> Values:
    """Return arguments or outputs; as a whole, they are never a secret."""
    if SECRET_SIGNATURE in values:
        raise ValueError(SECRET_SIGNATURE)
    return {name: _mask_secrets(value) for name, value in dict(values).items()}


def _mask_secrets(value: Any, depth: int = 0) -> Any:
    """Return a value with every secret masked, should the engine not have done it."""
    if depth > MAX_DEPTH:
        return SECRET_MASK
    if isinstance(value, dict):
        inner = {k: _mask_secrets(v, depth + 1) for k, v in value.items()}
        return SECRET_MASK if SECRET_SIGNATURE in value else inner
    return [_mask_secrets(each, depth + 1) for each in value] if isinstance(value, list) else value


def _parse_message(row: Values) -> PlanMessage:
    severity = str(row.get("severity") or "info")
    text = str(row.get("message") or row.get("text") or "").strip()
    prefixes = (f"{severity}: ", "Preview failed: ")
    for prefix in prefixes:
        text = text.removeprefix(prefix)
    return PlanMessage(severity, text, str(row.get("urn") or ""))


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
"""What engines write for an unknown value; Pulumi's ids are in pulumi/pulumi, plugin/rpc.go."""

TYPED_UNKNOWN_PATTERN: Final = re.compile(r"output<[^>]*>+")
"""How Pulumi's own displays write an unknown value of a known type: ``output<string>``."""


def is_secret(value: Any) -> bool:
    """Return whether a value is a secret, which the engine has masked."""
    return bool(value == SECRET_MASK)


def is_unknown(value: Any) -> bool:
    """Return whether a value is only known after another resource has been created."""
    return isinstance(value, str) and (
        value in UNKNOWN_MARKERS or bool(TYPED_UNKNOWN_PATTERN.fullmatch(value))
    )


def has_hidden_value(value: Any) -> bool:
    """Return whether a value, or any part of it, is secret or unknown."""
    if isinstance(value, Mapping):
        return any(map(has_hidden_value, value)) or any(map(has_hidden_value, value.values()))
    if isinstance(value, list):
        return any(map(has_hidden_value, value))
    return is_secret(value) or is_unknown(value)


def may_equal(value: Any, expected: object) -> bool:
    """Return whether a value equals another one, or cannot be seen and so may equal it."""
    return bool(value == expected) or has_hidden_value(value)
