"""Model of a review: planned changes, risks and manual changes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bim360_provider.review.plan import PlanMessage

__all__ = ["GATE_KINDS", "ChangeLine", "Drift", "ResourceChange", "Review", "Risk", "Verb"]

GATE_KINDS: Final[Mapping[str, str]] = {
    "create": "resources created at HQ: projects, people, companies, teams, pictures, folders",
    "change": "resources changed in place",
    "replace": "resources replaced because they cannot be changed in place",
    "restore": "archived projects reactivated",
    "archive": "projects archived, including replaced ones",
    "access-loss": (
        "losses of access: a member, an admin, a role, a service, a suspended project, a lower "
        "level or none in a folder, a hidden folder"
    ),
    "deactivate": "people deactivated in the account; each also counts as access-loss",
    "remove": (
        "members removed from projects, business units removed, permissions removed from folders, "
        "folders hidden"
    ),
    "drift": "resources changed by hand",
    "any": "all resources that would change",
}
"""The kinds that a gate can limit, and what each counts."""


class Verb(Enum):
    """What happens to a resource at HQ, in the order of the summary line."""

    CREATE = "create"
    ADOPT = "adopt"
    CHANGE = "change"
    REPLACE = "replace"
    RESTORE = "reactivate"
    ARCHIVE = "archive"
    DEACTIVATE = "deactivate"
    REMOVE = "remove"
    HIDE = "hide"
    RELEASE = "release"
    NOTHING = ""


KIND_BY_VERB: Final[Mapping[Verb, str]] = {
    Verb.CREATE: "create",
    Verb.CHANGE: "change",
    Verb.REPLACE: "replace",
    Verb.RESTORE: "restore",
}


@dataclass(frozen=True)
class ChangeLine:
    """A changed field as text; ``row`` names the member, unit or subject, if there are several."""

    row: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Drift:
    """A field that was changed by hand.

    Attributes:
        row: The member, unit or subject, if the resource has several.
        field: The label of the field.
        declared: The value that the last run declared.
        found: The value at HQ.
        outcome: What this plan does with the value at HQ.
        certain: False if hidden values leave open whether the field was changed.
    """

    row: str
    field: str
    declared: str
    found: str
    outcome: str
    certain: bool = True


@dataclass(frozen=True)
class Risk:
    """A loss; most losses are hard to undo.

    Attributes:
        kinds: The gate kinds that count it.
        what: The title of the loss.
        why: Why the loss matters; a sentence.
        subject: The affected person or object.
        reversible: Whether the program can undo it completely.
        possible: Whether the plan hides if it happens.
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
        entity: The kind of resource: ``project``, ``company``, ``member``, …
        label: The name that HQ shows.
        name: The name in the program.
        verb: What happens.
        lines: The fields that the program changes.
        drift: The fields that were changed by hand.
        risks: What would be lost.
        note: A remark; may be empty.
        summary: The main fields of a new resource; empty for others.
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
    """A readable summary of a plan.

    Attributes:
        title: The name of the plan.
        changes: The changes: projects first, each kind sorted by label.
        messages: Warnings and errors.
        failed: Whether the engine failed, so that the plan is incomplete.
        has_refresh: Whether HQ was read, so that manual changes are known.
        has_plan: Whether changes are planned; a refresh plans none.
        has_resources: Whether the stack has resources, so that drift is possible.
    """

    title: str
    changes: tuple[ResourceChange, ...]
    messages: tuple[PlanMessage, ...]
    failed: bool
    has_refresh: bool
    has_plan: bool
    has_resources: bool

    @property
    def verb_counts(self) -> Counter[Verb]:
        """The number of changes by verb."""
        return Counter(each.verb for each in self.changes if each.verb is not Verb.NOTHING)

    @property
    def possible(self) -> Counter[str]:
        """The number of losses of each kind for which the plan hides whether they happen."""
        risks = (risk for each in self.changes for risk in each.risks if risk.possible)
        found = Counter(kind for risk in risks for kind in risk.kinds)
        found["drift"] = self.drift_counts[1]
        return found

    @property
    def drift_counts(self) -> tuple[int, int]:
        """The number of resources that were changed by hand, and that may have been."""
        drift = [each.drift for each in self.changes if each.drift]
        certain = sum(any(field.certain for field in fields) for fields in drift)
        return certain, len(drift) - certain

    @property
    def counts(self) -> dict[str, int]:
        """The count of each gate kind."""
        risks = (risk for each in self.changes for risk in each.risks)
        found = Counter(kind for risk in risks for kind in risk.kinds)
        for verb, kind in KIND_BY_VERB.items():
            found[kind] = self.verb_counts[verb]
        found["any"] = self.verb_counts.total() - self.verb_counts[Verb.RELEASE]
        found["drift"] = sum(self.drift_counts)
        return {kind: found[kind] for kind in GATE_KINDS}
