"""Types of losses, and gates that reject a plan with too many of them."""

from dataclasses import dataclass
from typing import Final

from bim360_provider.errors import InputError
from bim360_provider.models.suggestions import suggest_value
from bim360_provider.review.model import GATE_KINDS, Review, Risk

__all__ = [
    "FOLDER_HIDING",
    "LEVEL_REDUCTION",
    "MEMBER_REMOVAL",
    "MODULE_LOSS",
    "OBJECT_DELETION",
    "PERMISSION_REMOVAL",
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

HIDDEN_VALUE_NOTE: Final = (
    "The plan hides the value that decides this: it is secret, unknown or not in the state. "
    "Gates count it."
)

MAX_DIGITS: Final = 9
"""Maximum digits of the limit of a gate."""


@dataclass(frozen=True)
class RiskType:
    """A type of loss.

    Attributes:
        kinds: The gate kinds that count it.
        title: The title of the loss.
        reason: Why the loss matters; a sentence.
        is_reversible: Whether the program can undo it completely.
    """

    kinds: tuple[str, ...]
    title: str
    reason: str
    is_reversible: bool = False

    def build_certain_risk(self, subject: str) -> Risk:
        """Return a loss that happens to a person or an object."""
        return Risk(self.kinds, self.title, self.reason, subject, self.is_reversible)

    def build_possible_risk(self, subject: str) -> Risk:
        """Return a loss for which the plan hides whether it happens."""
        title = f"Possibly {self.title[0].lower()}{self.title[1:]}"
        reason = f"{HIDDEN_VALUE_NOTE} {self.reason}"
        return Risk(self.kinds, title, reason, subject, self.is_reversible, possible=True)

    def build_risk(self, subject: str, *, is_certain: bool) -> Risk:
        """Return a certain or a possible loss."""
        return self.build_certain_risk(subject) if is_certain else self.build_possible_risk(subject)


PROJECT_ARCHIVAL: Final = RiskType(
    ("archive",),
    "Archived",
    "No one can work in an archived project, and its name stays in use. Declaring it again with "
    'adopt="archived" should reactivate it.',
)


PROJECT_REPLACEMENT: Final = RiskType(
    ("replace",),
    "Replaced by an empty project",
    "A project cannot move to another account or region, so an empty one is created there.",
)


PROJECT_SUSPENSION: Final = RiskType(
    ("access-loss",),
    "Suspended",
    "No one can open the project until its status is active again.",
    is_reversible=True,
)


SERVICE_LOSS: Final = RiskType(
    ("access-loss",),
    "Services removed from projects",
    "People who use these services lose access to them.",
)


USER_DEACTIVATION: Final = RiskType(
    ("deactivate", "access-loss"),
    "Deactivated",
    "They are locked out of all projects of the account until their status is active again.",
    is_reversible=True,
)


MEMBER_REMOVAL: Final = RiskType(
    ("access-loss", "remove"),
    "Removed from projects",
    "HQ does not document this request, so it may fail.",
)


MODULE_LOSS: Final = RiskType(
    ("access-loss",),
    "Access changed",
    "HQ also drops their access to modules that its API cannot set, such as Cost, Field or Design "
    "Collaboration; grant it again in Project Admin.",
)


ROLE_LOSS: Final = RiskType(
    ("access-loss",),
    "Roles removed",
    "The permissions granted through these roles are lost.",
)


OBJECT_DELETION: Final = RiskType(("remove",), "Deleted", "They are resources of another provider.")


UNIT_LOSS: Final = RiskType(
    ("remove",),
    "Business units removed",
    "HQ does not document whether it allows this, or what happens to the projects in them.",
)


INHERITANCE_NOTE: Final = "They keep what they inherit from folders above."

PERMISSION_REMOVAL: Final = RiskType(
    ("access-loss", "remove"),
    "Permissions removed from folders",
    INHERITANCE_NOTE,
    is_reversible=True,
)


LEVEL_REDUCTION: Final = RiskType(
    ("access-loss",),
    "Lower level in folders",
    INHERITANCE_NOTE,
    is_reversible=True,
)


FOLDER_HIDING: Final = RiskType(
    ("access-loss", "remove"),
    "Hidden with contents",
    "No one can open the files and folders in them until the folder is restored, by declaring it "
    "again or on the web page.",
    is_reversible=True,
)


@dataclass(frozen=True)
class Gate:
    """A counted kind, and the count that triggers the gate."""

    kind: str
    threshold: int = 1


def read_gates(text: str) -> tuple[Gate, ...]:
    """Read gates such as ``archive=10,access-loss,drift``.

    Args:
        text: Comma-separated kinds; ``kind=N`` triggers at N or more, ``kind`` at 1.

    Raises:
        InputError: A kind does not exist, or N is not a positive integer.
    """
    return tuple(_parse_gate(part.strip()) for part in text.split(",") if part.strip())


def _parse_gate(text: str) -> Gate:
    kind, equals, number = (part.strip() for part in text.partition("="))
    if kind not in GATE_KINDS:
        near = suggest_value(kind, GATE_KINDS, aliases={})
        hint = f"did you mean '{near}'?" if near else f"use {', '.join(GATE_KINDS)}"
        msg = f"--fail-on: '{kind}' is not a valid kind; {hint}"
        raise InputError(msg)
    if not equals:
        return Gate(kind)
    if not (number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS and int(number)):
        msg = f"--fail-on: '{number[:40]}' is not a valid limit for {kind}; use 1 or more"
        raise InputError(msg)
    return Gate(kind, int(number))


def describe_triggered_gates(gates: tuple[Gate, ...], review: Review) -> list[str]:
    """Return a description of each triggered gate.

    Args:
        gates: The gates.
        review: The review; if it has no refresh, a drift gate is triggered as well.
    """
    descriptions = (_describe_triggered_gate(gate, review) for gate in gates)
    return [each for each in descriptions if each]


def _describe_triggered_gate(gate: Gate, review: Review) -> str:
    count = review.counts[gate.kind]
    if gate.kind == "drift" and review.has_resources and not review.has_refresh:
        return (
            "drift: unknown, because the plan was created without --refresh; "
            "add --refresh or --drift"
        )
    if count < gate.threshold:
        return ""
    possible = review.possible[gate.kind]
    doubt = f" ({possible} of them possible)" if possible else ""
    limit = f"at most {gate.threshold - 1}" if gate.threshold > 1 else "none"
    return f"{gate.kind}: {count}{doubt}, {limit} allowed"
