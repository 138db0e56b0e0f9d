"""Assess what a change means at HQ, for declared resources and for removed ones."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.review import losses, risks
from bim360_provider.review.losses import Update
from bim360_provider.review.model import Risk, Verb
from bim360_provider.review.plan import PlanState, has_hidden_value, may_equal

__all__ = [
    "Impact",
    "Update",
    "assess_creation",
    "assess_removal",
    "assess_replacement",
    "assess_update",
    "describe_removed_row",
    "is_object_kept",
]

NO_REMOVAL_NOTE: Final = "HQ documents no way to remove a member"

RETAINED_MEMBER_NOTE: Final = f"stays in the project: {NO_REMOVAL_NOTE}"

PRE_SIGN_IN_STATUSES: Final = frozenset({"pending", "not_invited"})
"""Account statuses that HQ does not change."""

ADOPTION_NOTES: Final = {
    "any": "or adopts the project with this name",
    "archived": "or reactivates the archived project with this name",
}

KEPT_OBJECT_NOTES: Final[Mapping[str, str]] = {
    "project": "the project at HQ is kept (adopted)",
    "company": "the company at HQ is kept (adopted)",
    "person": "the person stays in the account (adopted)",
    "business units": "the units at HQ are kept (adopted)",
    "project admin": "the admin stays in the project (adopted)",
    "member": "the member stays in the project (adopted)",
    "team": "the members stay in the project (adopted)",
}
"""What happens to HQ's object if the replacement has the same key."""

IDENTITY_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "project": ("name",),
    "company": ("name",),
    "person": ("email",),
    "business units": (),
    "project admin": ("project_id", "email", "service_type"),
    "member": ("project_id", "email"),
    "team": ("project_id",),
}
"""Arguments that identify the object at HQ, in addition to the account and the region."""


@dataclass(frozen=True)
class Impact:
    """The verb of a change, its risks and a note."""

    verb: Verb
    risks: tuple[Risk, ...] = ()
    note: str = ""


def assess_removal(entity: str, subject: str, old: PlanState) -> Impact:
    """Return the impact on a resource that the program no longer declares."""
    if old.is_external:
        return Impact(Verb.NOTHING)
    if old.is_retained:
        return Impact(Verb.RELEASE, note="stays in BIM 360 unchanged (retain_on_delete)")
    return _REMOVAL_ASSESSMENTS.get(entity, _assess_deletion)(subject, old)


def _assess_project_removal(subject: str, old: PlanState) -> Impact:
    policy = old.get_value("on_destroy")
    if policy == "retain":
        return Impact(Verb.RELEASE, note='stays in BIM 360 unchanged (on_destroy="retain")')
    if old.outputs.get("status", old.inputs.get("status")) == "archived":
        return Impact(Verb.RELEASE, note="is already archived")
    return Impact(
        Verb.ARCHIVE,
        (risks.PROJECT_ARCHIVAL.build_risk(subject, is_certain=not has_hidden_value(policy)),),
    )


def _assess_person_removal(subject: str, old: PlanState) -> Impact:
    policy = old.get_value("on_destroy")
    status = str(old.outputs.get("status"))
    is_kept = old.outputs.get("adopted") is True or old.outputs.get("role") == "account_admin"
    if policy == "retain" or (is_kept and not may_equal(policy, "deactivate")):
        return Impact(Verb.RELEASE, note="stays in the account unchanged")
    if status in PRE_SIGN_IN_STATUSES:
        return Impact(Verb.RELEASE, note="stays in the account: has never signed in")
    if status == "inactive":
        return Impact(Verb.RELEASE, note="is already inactive")
    risk = risks.USER_DEACTIVATION.build_risk(subject, is_certain=not has_hidden_value(policy))
    return Impact(Verb.DEACTIVATE, (risk,))


def _assess_member_removal(subject: str, old: PlanState) -> Impact:
    policy = old.get_value("on_destroy")
    if not may_equal(policy, "remove"):
        return Impact(Verb.RELEASE, note=RETAINED_MEMBER_NOTE)
    return Impact(
        Verb.REMOVE, (risks.MEMBER_REMOVAL.build_risk(subject, is_certain=policy == "remove"),)
    )


def _assess_team_removal(subject: str, old: PlanState) -> Impact:
    members, policy = old.inputs.get("members"), old.get_value("on_removal")
    emails = sorted(members) if isinstance(members, Mapping) else []
    if not may_equal(policy, "remove"):
        return Impact(Verb.RELEASE, note=f"{_format_member_count(len(emails))}: {NO_REMOVAL_NOTE}")
    is_certain = policy == "remove" and isinstance(members, Mapping)
    subjects = [f"{email} in {subject}" for email in emails]
    subjects = subjects if isinstance(members, Mapping) else [subject]
    found = (risks.MEMBER_REMOVAL.build_risk(each, is_certain=is_certain) for each in subjects)
    return Impact(Verb.REMOVE, tuple(found))


def _format_member_count(count: int) -> str:
    return "1 member stays" if count == 1 else f"{count} members stay"


def _assess_units_removal(subject: str, old: PlanState) -> Impact:
    units, policy = old.inputs.get("units"), old.get_value("on_destroy")
    if not may_equal(policy, "remove"):
        return Impact(Verb.RELEASE, note="the units stay in BIM 360")
    is_certain = policy == "remove" and isinstance(units, Mapping)
    names = sorted(units) if isinstance(units, Mapping) else [subject]
    found = (risks.UNIT_LOSS.build_risk(each, is_certain=is_certain) for each in names)
    return Impact(Verb.REMOVE, tuple(found))


def _assess_deletion(subject: str, old: PlanState) -> Impact:
    del old
    return Impact(Verb.REMOVE, (risks.OBJECT_DELETION.build_certain_risk(subject),))


def _assess_retention(subject: str, old: PlanState) -> Impact:
    del subject, old
    return Impact(Verb.RELEASE, note="stays in BIM 360 unchanged")


_REMOVAL_ASSESSMENTS: Final[Mapping[str, Callable[[str, PlanState], Impact]]] = {
    "project": _assess_project_removal,
    "person": _assess_person_removal,
    "member": _assess_member_removal,
    "project admin": _assess_member_removal,
    "team": _assess_team_removal,
    "business units": _assess_units_removal,
    "company": _assess_retention,
    "picture": _assess_retention,
}


def is_object_kept(entity: str, old: PlanState, new: PlanState) -> bool | None:
    """Return whether a replacement adopts the old resource's object at HQ.

    None if the plan hides the values that decide it.
    """
    names = ("account_id", "region", *IDENTITY_ARGUMENTS.get(entity, ()))
    results = [_is_same_argument(name, old, new) for name in names]
    if entity not in KEPT_OBJECT_NOTES or False in results:
        return False
    return None if None in results else True


def _is_same_argument(name: str, old: PlanState, new: PlanState) -> bool | None:
    before, after = old.get_value(name), new.get_value(name)
    if has_hidden_value(before) or has_hidden_value(after):
        return None
    return _fold_text(before) == _fold_text(after)


def _fold_text(value: object) -> str:
    return unicodedata.normalize("NFC", str(value or "")).casefold()


def assess_creation(entity: str, subject: str, new: PlanState) -> Impact:
    """Return the impact of a new resource."""
    adopt = new.inputs.get("adopt")
    possible_losses = tuple(losses.find_adoption_losses(entity, subject, new))
    if entity == "project":
        return Impact(Verb.CREATE, possible_losses, ADOPTION_NOTES.get(str(adopt), ""))
    if entity == "company" and adopt != "never":
        return Impact(Verb.CREATE, note="or adopted, if the account has a company with this name")
    if entity == "person":
        note = "added to the account, or adopted if already in it"
        return Impact(Verb.CREATE, possible_losses, note)
    return Impact(Verb.CREATE, possible_losses)


def assess_update(update: Update) -> Impact:
    """Return the impact of a change in place."""
    verb = _UPDATE_VERBS.get(update.entity, _get_default_verb)(update)
    return Impact(verb, tuple(losses.find_update_losses(update)))


def _get_default_verb(update: Update) -> Verb:
    del update
    return Verb.CHANGE


def _get_project_verb(update: Update) -> Verb:
    status = update.find_difference("status")
    if status is None:
        return Verb.CHANGE
    if status.new_value == "archived":
        return Verb.ARCHIVE
    return Verb.RESTORE if may_equal(update.get_old_value(status), "archived") else Verb.CHANGE


def _get_person_verb(update: Update) -> Verb:
    status = update.find_difference("status")
    return Verb.DEACTIVATE if status and status.new_value == "inactive" else Verb.CHANGE


_UPDATE_VERBS: Final = {"project": _get_project_verb, "person": _get_person_verb}


def assess_replacement(update: Update, *, is_kept: bool | None) -> Impact:
    """Return the impact of a replacement.

    Args:
        update: The difference between the old and the new resource.
        is_kept: Whether the new resource adopts the old one's object; None if hidden values
            decide it.
    """
    change = assess_update(update)
    if is_kept:
        return Impact(
            change.verb,
            change.risks,
            f"replaced in Pulumi's state; {KEPT_OBJECT_NOTES[update.entity]}",
        )
    removal = assess_removal(update.entity, update.subject, update.old_state)
    replacement = (
        (risks.PROJECT_REPLACEMENT.build_certain_risk(update.subject),)
        if update.entity == "project"
        else ()
    )
    found = [*replacement, *removal.risks, *(change.risks if is_kept is None else ())]
    note = removal.note and f"the old one {removal.note}"
    return Impact(Verb.REPLACE, tuple(dict.fromkeys(found)), note)


def describe_removed_row(entity: str, new: PlanState) -> str:
    """Return what happens to a member or a unit that is no longer declared."""
    if entity == "team":
        removal: Any = new.get_value("on_removal")
        if has_hidden_value(removal):
            return "may be removed: on_removal is hidden"
        return "removed, if HQ allows it" if removal == "remove" else "stays in the project"
    return "removed, if HQ allows it"
