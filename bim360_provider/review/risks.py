"""Risks: what HQ cannot simply undo; and gates, which refuse a plan with too many of them."""

from dataclasses import dataclass
from typing import Final

from bim360_provider.errors import InputError
from bim360_provider.models.suggestions import suggestion
from bim360_provider.review.model import KINDS, Review, Risk

__all__ = [
    "ARCHIVED",
    "DEACTIVATED",
    "DELETED",
    "MODULES_LOST",
    "REPLACED",
    "ROLES_LOST",
    "SERVICE_LOST",
    "SUSPENDED",
    "TAKEN_OUT",
    "UNIT_LOST",
    "Gate",
    "Threat",
    "read_gates",
    "struck",
]


@dataclass(frozen=True)
class Threat:
    """What can happen to somebody or something.

    Attributes:
        kinds: What it counts as.
        what: What happens, as a heading.
        why: Why that matters, in a sentence.
        reversible: Whether the program can undo it, as if it had never been.
    """

    kinds: tuple[str, ...]
    what: str
    why: str
    reversible: bool = False

    def to(self, subject: str) -> Risk:
        """Return the risk that it happens to a person or an object."""
        return Risk(self.kinds, self.what, self.why, subject, self.reversible)

    def perhaps_to(self, subject: str) -> Risk:
        """Return the risk where the plan does not show whether it happens."""
        what = f"Unknown, perhaps {self.what[0].lower()}{self.what[1:]}"
        why = f"{HIDDEN} {self.why}"
        return Risk(self.kinds, what, why, subject, self.reversible, possible=True)

    def perhaps(self, subject: str, *, certain: bool) -> Risk:
        """Return the risk, certain or not."""
        return self.to(subject) if certain else self.perhaps_to(subject)


HIDDEN: Final = (
    "The plan does not show it, because a value is secret, not known yet or not in the state; "
    "gates count it."
)

ARCHIVED: Final = Threat(
    ("archive",),
    "Archived",
    "Nobody works in an archived project, and its name stays taken. HQ deletes nothing: declared "
    'again with adopt="archived", it should come back.',
)

REPLACED: Final = Threat(
    ("replace",),
    "Replaced by an empty project",
    "A project cannot move to another account or region: an empty one is created there.",
)

SUSPENDED: Final = Threat(
    ("access-loss",),
    "Suspended",
    "No one can open the project until its status is active again.",
    reversible=True,
)

SERVICE_LOST: Final = Threat(
    ("access-loss",),
    "Services taken away from projects",
    "Whoever works in them loses them.",
)

DEACTIVATED: Final = Threat(
    ("deactivate", "access-loss"),
    "Made inactive",
    "They are locked out of every project of the account until their status is active again.",
    reversible=True,
)

TAKEN_OUT: Final = Threat(
    ("access-loss", "remove"),
    "Taken out of projects",
    "HQ documents no way to do it; it is tried.",
)

MODULES_LOST: Final = Threat(
    ("access-loss",),
    "Given other access",
    "HQ then drops their access to all modules that it cannot name here, such as Cost, Field or "
    "Design Collaboration; give it again in Project Admin.",
)

ROLES_LOST: Final = Threat(
    ("access-loss",),
    "Roles taken away",
    "The permissions that hang on a role go with it.",
)

DELETED: Final = Threat(
    ("remove",), "Deleted", "They are things of another provider than this one."
)

UNIT_LOST: Final = Threat(
    ("remove",),
    "Business units taken away",
    "HQ does not say whether it agrees, nor what becomes of the projects in them.",
)

DIGITS: Final = 9
"""Digits of the number of a gate; no plan has a billion resources."""


@dataclass(frozen=True)
class Gate:
    """A kind of thing, and the number from which on it is too many."""

    kind: str
    least: int = 1


def read_gates(text: str) -> tuple[Gate, ...]:
    """Read gates such as ``archive=10,access-loss,drift``.

    Args:
        text: Kinds with commas between; ``kind=N`` strikes at N or more, ``kind`` alone at one.

    Raises:
        InputError: There is no such kind, or N is no number from 1 on.
    """
    return tuple(_gate(word.strip()) for word in text.split(",") if word.strip())


def _gate(word: str) -> Gate:
    kind, equals, number = (part.strip() for part in word.partition("="))
    if kind not in KINDS:
        near = suggestion(kind, KINDS, aliases={})
        hint = f"did you mean {near}?" if near else f"there are {', '.join(KINDS)}"
        msg = f"--fail-on does not know '{kind}'; {hint}"
        raise InputError(msg)
    if not equals:
        return Gate(kind)
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS and int(number)):
        msg = f"--fail-on {kind} takes a number from 1 on, not '{number[:40]}'"
        raise InputError(msg)
    return Gate(kind, int(number))


def struck(gates: tuple[Gate, ...], review: Review) -> list[str]:
    """Return a few words for each gate that strikes.

    Args:
        gates: The gates.
        review: What happens. A drift gate strikes as well where no one looked at HQ.
    """
    found = (_strike(gate, review) for gate in gates)
    return [words for words in found if words]


def _strike(gate: Gate, review: Review) -> str:
    count = review.counts[gate.kind]
    if gate.kind == "drift" and review.existing and not review.looked:
        return "drift: unknown, because the plan was made without --refresh; add it, or --drift"
    if count < gate.least:
        return ""
    possible = review.possible[gate.kind]
    doubt = f" ({possible} of them unknown, so possible)" if possible else ""
    return f"{gate.kind}: {count}{doubt}, and {gate.least} or more are too many"
