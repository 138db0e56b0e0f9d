"""What a change means at HQ, for declared resources and for those taken out of the program."""

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

KEPT_MEMBER_NOTE: Final = f"stays in the project: {NO_REMOVAL_NOTE}"

PRE_SIGN_IN_STATUSES: Final = frozenset({"pending", "not_invited"})
"""Whose status HQ does not change."""


@dataclass(frozen=True)
class Impact:
    """What happens, what of it cannot simply be undone, and what else is to be known."""

    verb: Verb
    risks: tuple[Risk, ...] = ()
    note: str = ""


def assess_removal(entity: str, subject: str, old: PlanState) -> Impact:
    """Return what becomes of something that the program no longer declares."""
    if old.is_external:
        return Impact(Verb.NOTHING)
    if old.is_retained:
        return Impact(Verb.RELEASE, note="stays at HQ as it is (retain_on_delete)")
    return _REMOVAL_ASSESSMENTS.get(entity, _assess_deletion)(subject, old)


def _assess_project_removal(subject: str, old: PlanState) -> Impact:
    policy = old.get_value("on_destroy")
    if policy == "retain":
        return Impact(Verb.RELEASE, note='stays at HQ as it is (on_destroy="retain")')
    if old.outputs.get("status", old.inputs.get("status")) == "archived":
        return Impact(Verb.RELEASE, note="is archived already")
    return Impact(
        Verb.ARCHIVE,
        (risks.PROJECT_ARCHIVAL.build_risk(subject, is_certain=not has_hidden_value(policy)),),
    )


def _assess_person_removal(subject: str, old: PlanState) -> Impact:
    policy = old.get_value("on_destroy")
    status = str(old.outputs.get("status"))
    kept = old.outputs.get("adopted") is True or old.outputs.get("role") == "account_admin"
    if policy == "retain" or (kept and not may_equal(policy, "deactivate")):
        return Impact(Verb.RELEASE, note="stays in the account as they are")
    if status in PRE_SIGN_IN_STATUSES:
        return Impact(Verb.RELEASE, note="stays in the account: has never signed in")
    if status == "inactive":
        return Impact(Verb.RELEASE, note="is inactive already")
    risk = risks.USER_DEACTIVATION.build_risk(subject, is_certain=not has_hidden_value(policy))
    return Impact(Verb.DEACTIVATE, (risk,))


def _assess_member_removal(subject: str, old: PlanState) -> Impact:
    policy = old.get_value("on_destroy")
    if not may_equal(policy, "remove"):
        return Impact(Verb.RELEASE, note=KEPT_MEMBER_NOTE)
    return Impact(
        Verb.REMOVE, (risks.MEMBER_REMOVAL.build_risk(subject, is_certain=policy == "remove"),)
    )


def _assess_team_removal(subject: str, old: PlanState) -> Impact:
    members, policy = old.inputs.get("members"), old.get_value("on_removal")
    who = sorted(members) if isinstance(members, Mapping) else []
    if not may_equal(policy, "remove"):
        return Impact(Verb.RELEASE, note=f"{_format_member_count(who)}: {NO_REMOVAL_NOTE}")
    certain = policy == "remove" and isinstance(members, Mapping)
    named = [f"{each} in {subject}" for each in who] if isinstance(members, Mapping) else [subject]
    lost = tuple(risks.MEMBER_REMOVAL.build_risk(each, is_certain=certain) for each in named)
    return Impact(Verb.REMOVE, lost)


def _format_member_count(who: list[str]) -> str:
    return "1 member stays" if len(who) == 1 else f"{len(who)} members stay"


def _assess_units_removal(subject: str, old: PlanState) -> Impact:
    units, policy = old.inputs.get("units"), old.get_value("on_destroy")
    if not may_equal(policy, "remove"):
        return Impact(Verb.RELEASE, note="the units stay where they are")
    certain = policy == "remove" and isinstance(units, Mapping)
    names = sorted(units) if isinstance(units, Mapping) else [subject]
    return Impact(
        Verb.REMOVE, tuple(risks.UNIT_LOSS.build_risk(each, is_certain=certain) for each in names)
    )


def _assess_deletion(subject: str, old: PlanState) -> Impact:
    del old
    return Impact(Verb.REMOVE, (risks.OBJECT_DELETION.build_certain_risk(subject),))


def _assess_retention(subject: str, old: PlanState) -> Impact:
    del subject, old
    return Impact(Verb.RELEASE, note="stays at HQ as it is")


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

KEPT_OBJECT_NOTES: Final[Mapping[str, str]] = {
    "project": "the project at HQ is kept (adopted)",
    "company": "the company at HQ is kept (adopted)",
    "person": "the person stays in the account (adopted)",
    "business units": "the units at HQ are kept (adopted)",
    "project admin": "the admin stays in the project (adopted)",
    "member": "the member stays in the project (adopted)",
    "team": "the members stay in the project (adopted)",
}
"""What becomes of HQ's object where a replacement has the same key."""

IDENTITY_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "project": ("name",),
    "company": ("name",),
    "person": ("email",),
    "business units": (),
    "project admin": ("project_id", "email", "service_type"),
    "member": ("project_id", "email"),
    "team": ("project_id",),
}
"""Arguments of which another value is another object at HQ; for all, the account and the region."""


def is_object_kept(entity: str, old: PlanState, new: PlanState) -> bool | None:
    """Return whether a replacement adopts the object that the old resource had at HQ.

    None where the plan hides what decides it.
    """
    names = ("account_id", "region", *IDENTITY_ARGUMENTS.get(entity, ()))
    found = [_is_same_argument(name, old, new) for name in names]
    if entity not in KEPT_OBJECT_NOTES or False in found:
        return False
    return None if None in found else True


def _is_same_argument(name: str, old: PlanState, new: PlanState) -> bool | None:
    was, will = old.get_value(name), new.get_value(name)
    return (
        None
        if has_hidden_value(was) or has_hidden_value(will)
        else _fold_text(was) == _fold_text(will)
    )


def _fold_text(value: object) -> str:
    return unicodedata.normalize("NFC", str(value or "")).casefold()


def assess_creation(entity: str, subject: str, new: PlanState) -> Impact:
    """Return what happens to a resource that the program declares for the first time."""
    adopt = new.inputs.get("adopt")
    lost = tuple(losses.find_adoption_losses(entity, subject, new))
    if entity == "project":
        return Impact(Verb.CREATE, lost, ADOPTION_NOTES.get(str(adopt), ""))
    if entity == "company" and adopt != "never":
        return Impact(Verb.CREATE, note="or taken over, if the account has one of that name")
    if entity == "person":
        note = "added to the account, or taken over if they are in it"
        return Impact(Verb.CREATE, lost, note)
    return Impact(Verb.CREATE, lost)


ADOPTION_NOTES: Final = {
    "any": "or takes over the project that has the name",
    "archived": "or brings back the archived project that has the name",
}


def assess_update(update: Update) -> Impact:
    """Return what happens to a resource that changes in place."""
    lost = tuple(losses.find_update_losses(update))
    return Impact(_UPDATE_VERBS.get(update.entity, _get_default_verb)(update), lost)


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
    """Return what happens to a resource that is replaced.

    Args:
        update: What differs between the old resource and the new one.
        kept: Whether the new one adopts the object of the old one; None where that is hidden, so
            that either may happen.
    """
    change = assess_update(update)
    if is_kept:
        return Impact(
            change.verb,
            change.risks,
            f"replaced in Pulumi's state; {KEPT_OBJECT_NOTES[update.entity]}",
        )
    left = assess_removal(update.entity, update.subject, update.old_state)
    moved = (
        (risks.PROJECT_REPLACEMENT.build_certain_risk(update.subject),)
        if update.entity == "project"
        else ()
    )
    lost = [*moved, *left.risks, *(change.risks if is_kept is None else ())]
    note = left.note and f"the old one {left.note}"
    return Impact(Verb.REPLACE, tuple(dict.fromkeys(lost)), note)


def describe_removed_row(entity: str, new: PlanState) -> str:
    """Return what becomes of a member or a unit that is no longer declared."""
    if entity == "team":
        removal: Any = new.get_value("on_removal")
        if has_hidden_value(removal):
            return "taken out of it or not: on_removal is hidden"
        return "taken out of it, if HQ agrees" if removal == "remove" else "stays in the project"
    return "taken away, if HQ agrees"
