"""A review: what would change, what cannot simply be undone, and what somebody changed by hand."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bim360_provider.review.plan import PlanMessage

__all__ = ["GATE_KINDS", "ChangeLine", "Drift", "ResourceChange", "Review", "Risk", "Verb"]


class Verb(Enum):
    """What happens to something, seen from HQ; in the order in which a summary counts it."""

    CREATE = "create"
    ADOPT = "take over"
    CHANGE = "change"
    REPLACE = "replace"
    RESTORE = "bring back"
    ARCHIVE = "archive"
    DEACTIVATE = "deactivate"
    REMOVE = "remove"
    RELEASE = "let go"
    NOTHING = ""


GATE_KINDS: Final[Mapping[str, str]] = {
    "create": "things made at HQ: projects, people, companies, teams, pictures",
    "change": "things changed in place",
    "replace": "resources created again because they cannot be changed",
    "restore": "archived projects brought back",
    "archive": "projects archived, also those that are replaced",
    "access-loss": "losses of access: a member, an admin, a role, a service, a suspended project",
    "deactivate": "people made inactive in the account, which is a loss of access too",
    "remove": "members taken out of projects, business units taken away",
    "drift": "things that were changed by hand",
    "any": "things that would change at all",
}
"""What can be counted, and what each kind counts."""

KIND_BY_VERB: Final[Mapping[Verb, str]] = {
    Verb.CREATE: "create",
    Verb.CHANGE: "change",
    Verb.REPLACE: "replace",
    Verb.RESTORE: "restore",
}


@dataclass(frozen=True)
class ChangeLine:
    """A field that changes, in words; ``row`` says whose it is where one resource holds many."""

    row: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Drift:
    """A field that somebody changed by hand.

    Attributes:
        row: Whose it is, where one resource holds many.
        field: The field, in words.
        declared: What the stack declared when it last ran.
        found: What HQ has now.
        outcome: What this plan makes of it.
        certain: Whether it was changed; false where hidden values leave that open.
    """

    row: str
    field: str
    declared: str
    found: str
    outcome: str
    certain: bool = True


@dataclass(frozen=True)
class Risk:
    """A loss: most cannot simply be undone.

    Attributes:
        kinds: What it counts as.
        what: What happens, in a word or two.
        why: Why that matters; a sentence.
        subject: Who or what is meant.
        reversible: Whether the program can undo it, as if it had never been.
        possible: Whether it may also not happen, because the plan hides what decides it.
    """

    kinds: tuple[str, ...]
    what: str
    why: str
    subject: str
    reversible: bool = False
    possible: bool = False


@dataclass(frozen=True)
class ResourceChange:
    """What happens to one resource.

    Attributes:
        entity: The kind of thing: ``project``, ``company``, ``member``, …
        label: What people call it.
        name: Its name in the program.
        verb: What happens.
        lines: The fields that change by intent.
        drift: The fields that somebody changed by hand.
        risks: What cannot simply be undone.
        note: What else is to be known; empty where nothing is.
        summary: The few fields by which people know it; of new things alone.
    """

    entity: str
    label: str
    name: str
    verb: Verb
    lines: tuple[ChangeLine, ...] = ()
    drift: tuple[Drift, ...] = ()
    risks: tuple[Risk, ...] = ()
    note: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Review:
    """A plan as people read it.

    Attributes:
        title: What is reviewed.
        changes: What happens, projects first, each kind by its label.
        messages: What was said: warnings and errors.
        failed: Whether the plan is not the whole plan, because the engine failed.
        looked: Whether HQ was looked at, so that no drift means that there is none.
        planned: Whether anything would be done; a refresh only looks.
        existing: Whether the stack has resources, so that there can be drift.
    """

    title: str
    changes: tuple[ResourceChange, ...]
    messages: tuple[PlanMessage, ...]
    failed: bool
    looked: bool
    has_plan: bool
    has_resources: bool

    @property
    def verb_counts(self) -> Counter[Verb]:
        """How many things happen, by what happens to them."""
        return Counter(each.verb for each in self.changes if each.verb is not Verb.NOTHING)

    @property
    def possible(self) -> Counter[str]:
        """How much of each kind may also not happen, because the plan hides what decides it."""
        risks = (risk for each in self.changes for risk in each.risks if risk.possible)
        found = Counter(kind for risk in risks for kind in risk.kinds)
        found["drift"] = self.drift_counts[1]
        return found

    @property
    def drift_counts(self) -> tuple[int, int]:
        """How many resources were changed by hand, and how many more may have been."""
        drift = [each.drift for each in self.changes if each.drift]
        certain = sum(any(field.certain for field in fields) for fields in drift)
        return certain, len(drift) - certain

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of each kind that a gate can ask for."""
        risks = (risk for each in self.changes for risk in each.risks)
        found = Counter(kind for risk in risks for kind in risk.kinds)
        for verb, kind in KIND_BY_VERB.items():
            found[kind] = self.verb_counts[verb]
        found["any"] = self.verb_counts.total() - self.verb_counts[Verb.RELEASE]
        found["drift"] = sum(self.drift_counts)
        return {kind: found[kind] for kind in GATE_KINDS}
