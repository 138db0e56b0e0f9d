"""Assess what a change means at HQ, for declared resources and for removed ones."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.removal import STRONGEST_POLICIES, RemovalKind, plan_removal
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
    "folder": "the folder stays in the project (adopted)",
    "folder permissions": "the permissions stay in the folder (adopted)",
}
"""What happens to HQ's object if the replacement has the same key."""

CORE_ENTITIES: Final[Mapping[str, str]] = {
    "project": "project",
    "company": "company",
    "person": "account_user",
    "business units": "business_units",
    "project admin": "project_admin",
    "member": "project_member",
    "team": "project_members",
    "picture": "project_image",
    "folder": "project_folder",
    "folder permissions": "folder_permissions",
}
"""The entities by the names that a review shows."""

REMOVAL_RISKS: Final = {
    RemovalKind.ARCHIVE: (Verb.ARCHIVE, risks.PROJECT_ARCHIVAL),
    RemovalKind.DEACTIVATE: (Verb.DEACTIVATE, risks.USER_DEACTIVATION),
    RemovalKind.REMOVE: (Verb.REMOVE, risks.MEMBER_REMOVAL),
    RemovalKind.HIDE: (Verb.HIDE, risks.FOLDER_HIDING),
}

ENTITY_RISKS: Final = {
    "business units": risks.UNIT_LOSS,
    "folder permissions": risks.PERMISSION_REMOVAL,
}
"""The risks of removals for which the kind of the removal is not enough."""

ROWS: Final[Mapping[str, str]] = {"team": "members", "business units": "units"}
"""The arguments with the rows of a resource."""

IDENTITY_ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "project": ("name",),
    "company": ("name",),
    "person": ("email",),
    "business units": (),
    "project admin": ("project_id", "email", "service_type"),
    "member": ("project_id", "email"),
    "team": ("project_id",),
    "folder": ("project_id", "parent", "name"),
    "folder permissions": ("project_id", "folder"),
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
    if entity not in CORE_ENTITIES:
        return Impact(Verb.REMOVE, (risks.OBJECT_DELETION.build_certain_risk(subject),))
    core_entity, state = CORE_ENTITIES[entity], {**old.inputs, **old.outputs}
    policies = STRONGEST_POLICIES.get(core_entity, {})
    hidden = {k: policy for k, policy in policies.items() if has_hidden_value(state.get(k))}
    removal = plan_removal(core_entity, {**state, **hidden})
    if not removal.has_effect:
        return Impact(Verb.RELEASE, note=removal.note)
    subjects = _list_removal_subjects(entity, subject, state)
    is_certain = not hidden and subjects is not None
    verb, risk = REMOVAL_RISKS[removal.kind]
    risk = ENTITY_RISKS.get(entity, risk)
    subjects = [subject] if subjects is None else subjects
    found = (risk.build_risk(each, is_certain=is_certain) for each in subjects)
    return Impact(verb, tuple(found))


def _list_removal_subjects(entity: str, subject: str, state: Mapping[str, Any]) -> list[str] | None:
    """Return the labels of what a destroy removes; None if the plan hides them."""
    if entity == "folder permissions":
        return losses.list_subjects(subject, state)
    argument = ROWS.get(entity)
    if argument is None:
        return [subject]
    rows = state.get(argument)
    if not isinstance(rows, Mapping):
        return None
    return [f"{row} in {subject}" if entity == "team" else row for row in sorted(rows)]


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
