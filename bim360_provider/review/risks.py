"""Risks: what HQ cannot simply undo; and gates, which refuse a plan with too many of them."""

from dataclasses import dataclass
from typing import Final

from bim360_provider.errors import InputError
from bim360_provider.models.suggestions import suggest_value
from bim360_provider.review.model import GATE_KINDS, Review, Risk

__all__ = [
    "MEMBER_REMOVAL",
    "MODULE_LOSS",
    "OBJECT_DELETION",
    "PROJECT_ARCHIVAL",
    "PROJECT_REPLACEMENT",
    "PROJECT_SUSPENSION",
    "ROLE_LOSS",
    "SERVICE_LOSS",
    "UNIT_LOSS",
    "USER_DEACTIVATION",
    "Gate",
    "RiskType",
    "describe_triggered_gates",
    "read_gates",
]


@dataclass(frozen=True)
class RiskType:
    """What can happen to somebody or something.

    Attributes:
        kinds: What it counts as.
        what: What happens, as a heading.
        why: Why that matters, in a sentence.
        reversible: Whether the program can undo it, as if it had never been.
    """

    kinds: tuple[str, ...]
    title: str
    reason: str
    is_reversible: bool = False

    def build_certain_risk(self, subject: str) -> Risk:
        """Return the risk that it happens to a person or an object."""
        return Risk(self.kinds, self.title, self.reason, subject, self.is_reversible)

    def build_possible_risk(self, subject: str) -> Risk:
        """Return the risk where the plan does not show whether it happens."""
        what = f"Unknown, perhaps {self.title[0].lower()}{self.title[1:]}"
        why = f"{HIDDEN_VALUE_NOTE} {self.reason}"
        return Risk(self.kinds, what, why, subject, self.is_reversible, possible=True)

    def build_risk(self, subject: str, *, is_certain: bool) -> Risk:
        """Return the risk, certain or not."""
        return self.build_certain_risk(subject) if is_certain else self.build_possible_risk(subject)


HIDDEN_VALUE_NOTE: Final = (
    "The plan does not show it, because a value is secret, not known yet or not in the state; "
    "gates count it."
)

PROJECT_ARCHIVAL: Final = RiskType(
    ("archive",),
    "Archived",
    "Nobody works in an archived project, and its name stays taken. HQ deletes nothing: declared "
    'again with adopt="archived", it should come back.',
)

PROJECT_REPLACEMENT: Final = RiskType(
    ("replace",),
    "Replaced by an empty project",
    "A project cannot move to another account or region: an empty one is created there.",
)

PROJECT_SUSPENSION: Final = RiskType(
    ("access-loss",),
    "Suspended",
    "No one can open the project until its status is active again.",
    is_reversible=True,
)

SERVICE_LOSS: Final = RiskType(
    ("access-loss",),
    "Services taken away from projects",
    "Whoever works in them loses them.",
)

USER_DEACTIVATION: Final = RiskType(
    ("deactivate", "access-loss"),
    "Made inactive",
    "They are locked out of every project of the account until their status is active again.",
    is_reversible=True,
)

MEMBER_REMOVAL: Final = RiskType(
    ("access-loss", "remove"),
    "Taken out of projects",
    "HQ documents no way to do it; it is tried.",
)

MODULE_LOSS: Final = RiskType(
    ("access-loss",),
    "Given other access",
    "HQ then drops their access to all modules that it cannot name here, such as Cost, Field or "
    "Design Collaboration; give it again in Project Admin.",
)

ROLE_LOSS: Final = RiskType(
    ("access-loss",),
    "Roles taken away",
    "The permissions that hang on a role go with it.",
)

OBJECT_DELETION: Final = RiskType(
    ("remove",), "Deleted", "They are things of another provider than this one."
)

UNIT_LOSS: Final = RiskType(
    ("remove",),
    "Business units taken away",
    "HQ does not say whether it agrees, nor what becomes of the projects in them.",
)

MAX_DIGITS: Final = 9
"""Digits of the number of a gate; no plan has a billion resources."""


@dataclass(frozen=True)
class Gate:
    """A kind of thing, and the number from which on it is too many."""

    kind: str
    threshold: int = 1


def read_gates(text: str) -> tuple[Gate, ...]:
    """Read gates such as ``archive=10,access-loss,drift``.

    Args:
        text: Kinds with commas between; ``kind=N`` strikes at N or more, ``kind`` alone at one.

    Raises:
        InputError: There is no such kind, or N is no number from 1 on.
    """
    return tuple(_parse_gate(word.strip()) for word in text.split(",") if word.strip())


def _parse_gate(word: str) -> Gate:
    kind, equals, number = (part.strip() for part in word.partition("="))
    if kind not in GATE_KINDS:
        near = suggest_value(kind, GATE_KINDS, aliases={})
        hint = f"did you mean {near}?" if near else f"there are {', '.join(GATE_KINDS)}"
        msg = f"--fail-on does not know '{kind}'; {hint}"
        raise InputError(msg)
    if not equals:
        return Gate(kind)
    if not (number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS and int(number)):
        msg = f"--fail-on {kind} takes a number from 1 on, not '{number[:40]}'"
        raise InputError(msg)
    return Gate(kind, int(number))


def describe_triggered_gates(gates: tuple[Gate, ...], review: Review) -> list[str]:
    """Return a few words for each gate that strikes.

    Args:
        gates: The gates.
        review: What happens. A drift gate strikes as well where no one looked at HQ.
    """
    found = (_describe_triggered_gate(gate, review) for gate in gates)
    return [words for words in found if words]


def _describe_triggered_gate(gate: Gate, review: Review) -> str:
    count = review.counts[gate.kind]
    if gate.kind == "drift" and review.has_resources and not review.looked:
        return "drift: unknown, because the plan was made without --refresh; add it, or --drift"
    if count < gate.threshold:
        return ""
    possible = review.possible[gate.kind]
    doubt = f" ({possible} of them unknown, so possible)" if possible else ""
    return f"{gate.kind}: {count}{doubt}, and {gate.threshold} or more are too many"
