"""From the JSON document that an engine prints to a plan; what cannot be trusted is refused."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bim360_provider.review.escaping import visible
from bim360_provider.review.plan import SECRET, Message, Plan, PlanError, State, Step

__all__ = ["read_plan"]

Values = Mapping[str, Any]

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks a secret in a state, which would else be a mapping."""

URN: Final = re.compile(r"urn:pulumi:.*?::.*?::.*?::")
"""Stack, project and types; what follows is the name."""

OPERATIONS: Final = frozenset(
    "same create update delete replace create-replacement delete-replaced read read-replacement "
    "refresh discard discard-replaced remove-pending-replace import import-replacement".split()
)
"""Every kind of step that Pulumi's engine has: pulumi/pulumi, pkg/display/step_op.go."""

HALVES: Final = {"create-replacement": "create", "delete-replaced": "delete"}
"""Steps of a replacement: what they are where an interrupted run left one half of it to do."""

REMAINING: Final = frozenset({"create", "update", "replace", "import"})
"""Steps after which a resource is there, so that they have a new state."""

COUNTED: Final = ("create", "update", "delete", "replace")
"""Kinds of steps that are never left out of a plan."""

DEEPEST: Final = 40
"""Levels of mappings and lists that are compared; deeper values count as hidden."""

_NOT_A_PLAN: Final = (
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
    document = _document(text.removeprefix("\ufeff"))
    try:
        steps = [_step(each) for each in document.get("steps") or ()]
        messages = tuple(_message(each) for each in document.get("diagnostics") or ())
        summary = document.get("changeSummary") or {}
        _require_all(steps, summary)
        unchanged = int(summary.get("same") or 0)
    except (AttributeError, ArithmeticError, LookupError, TypeError, ValueError):
        raise PlanError(_NOT_A_PLAN) from None
    parts = steps[0].urn.split(":", 3)[2:] if steps else []
    place = ":".join(parts).split("::") if parts else ["", ""]
    ended = document.get("changeSummary") is not None and document.get("ok") is not False
    command = str(document.get("command") or "")
    return Plan(place[0], place[1], _joined(steps), messages, ended, command, unchanged)


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


def _require_all(steps: Sequence[Step], summary: Values) -> None:
    """Raise PlanError where the plan itself counts more steps of a kind than it shows."""
    shown = Counter(step.op for step in steps)
    for op in COUNTED:
        # An engine may count what a refresh found as an update or a delete, and print a refresh.
        found = shown["refresh"] if op in ("update", "delete") else 0
        if int(summary.get(op) or 0) > shown[op] + found:
            msg = (
                f"The plan counts {summary[op]} {op} steps and shows {shown[op]}, so it is not "
                "the whole plan; make it again, without options that leave steps out."
            )
            raise PlanError(msg)


def _joined(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps, where one half of a replacement is what it does on its own."""
    replaced = {step.urn for step in steps if step.op == "replace"}
    return tuple(
        replace(step, op=HALVES[step.op])
        if step.op in HALVES and step.urn not in replaced
        else step
        for step in steps
    )


def _step(row: Values) -> Step:
    urn, op = row["urn"], str(row["op"])
    if not URN.match(urn):
        raise ValueError(urn)
    if op not in OPERATIONS:
        msg = (
            f"The plan has a step '{visible(op[:40])}', which this version of bim360 review does "
            "not know, so it cannot say what would happen; update bim360-provider."
        )
        raise PlanError(msg)
    sides = [row.get("oldState"), row.get("newState")]
    if op in REMAINING and sides[1] is None:
        msg = (
            f"The step '{op}' of '{visible(urn[:200])}' has no new state, so the plan does not "
            "say what would happen; make it again."
        )
        raise PlanError(msg)
    kept = [side for side in sides if side]
    custom = any(side.get("custom", True) for side in kept) or not kept
    old, new = (None if side is None else _state(side) for side in sides)
    paths = frozenset(_texts((*(row.get("detailedDiff") or ()), *(row.get("diffReasons") or ()))))
    return Step(op, urn, custom, old, new, paths if paths or op == "same" else None)


def _state(side: Values) -> State:
    depends = side.get("propertyDependencies") or {}
    return State(
        str(side.get("id") or ""),
        _bag(side.get("inputs") or {}),
        _bag(side.get("outputs") or {}),
        bool(side.get("external")),
        bool(side.get("retainOnDelete")),
        {name: _texts(urns or ()) for name, urns in depends.items()},
    )


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    texts = tuple(values)
    if not all(isinstance(each, str) for each in texts):
        raise TypeError(texts)
    return texts


def _bag(values: Any) -> Values:
    """Return arguments or outputs; as a whole, they are never a secret."""
    if SIGNATURE in values:
        raise ValueError(SIGNATURE)
    return {name: _masked(value) for name, value in dict(values).items()}


def _masked(value: Any, depth: int = 0) -> Any:
    """Return a value with every secret masked, should the engine not have done it."""
    if depth > DEEPEST:
        return SECRET
    if isinstance(value, dict):
        inner = {k: _masked(v, depth + 1) for k, v in value.items()}
        return SECRET if SIGNATURE in value else inner
    return [_masked(each, depth + 1) for each in value] if isinstance(value, list) else value


def _message(row: Values) -> Message:
    severity = str(row.get("severity") or "info")
    text = str(row.get("message") or row.get("text") or "").strip()
    prefixes = (f"{severity}: ", "Preview failed: ")
    for prefix in prefixes:
        text = text.removeprefix(prefix)
    return Message(severity, text, str(row.get("urn") or ""))
