"""What becomes of resources that the program declares: created, changed in place or replaced."""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.review import losses, threats
from bim360_provider.review.going import Verdict, going
from bim360_provider.review.hidden_values import hides, may_equal
from bim360_provider.review.losses import Update
from bim360_provider.review.model import Verb
from bim360_provider.review.plan import State

__all__ = ["Update", "changing", "keeps", "making", "replacing", "row_stays"]

KEPT: Final[Mapping[str, str]] = {
    "project": "the project at HQ is kept (adopted)",
    "company": "the company at HQ is kept (adopted)",
    "person": "the person stays in the account (adopted)",
    "business units": "the units at HQ are kept (adopted)",
    "project admin": "the admin stays in the project (adopted)",
    "member": "the member stays in the project (adopted)",
    "team": "the members stay in the project (adopted)",
}
"""What becomes of HQ's object where a replacement has the same key."""

IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "project": ("name",),
    "company": ("name",),
    "person": ("email",),
    "business units": (),
    "project admin": ("project_id", "email", "service_type"),
    "member": ("project_id", "email"),
    "team": ("project_id",),
}
"""Arguments of which another value is another object at HQ; for all, the account and the region."""


def keeps(entity: str, old: State, new: State) -> bool | None:
    """Return whether a replacement adopts the object that the old resource had at HQ.

    None where the plan hides what decides it.
    """
    names = ("account_id", "region", *IDENTITY.get(entity, ()))
    found = [_same(name, old, new) for name in names]
    if entity not in KEPT or False in found:
        return False
    return None if None in found else True


def _same(name: str, old: State, new: State) -> bool | None:
    was, will = old.said(name), new.said(name)
    return None if hides(was) or hides(will) else _folded(was) == _folded(will)


def _folded(value: object) -> str:
    return unicodedata.normalize("NFC", str(value or "")).casefold()


def making(entity: str, subject: str, new: State) -> Verdict:
    """Return what happens to a resource that the program declares for the first time."""
    adopt = new.inputs.get("adopt")
    risks = tuple(losses.of_adoption(entity, subject, new))
    if entity == "project":
        return Verdict(Verb.CREATE, risks, ADOPTING.get(str(adopt), ""))
    if entity == "company" and adopt != "never":
        return Verdict(Verb.CREATE, note="or taken over, if the account has one of that name")
    if entity == "person":
        note = "added to the account, or taken over if they are in it"
        return Verdict(Verb.CREATE, risks, note)
    return Verdict(Verb.CREATE, risks)


ADOPTING: Final = {
    "any": "or takes over the project that has the name",
    "archived": "or brings back the archived project that has the name",
}


def changing(update: Update) -> Verdict:
    """Return what happens to a resource that changes in place."""
    risks = tuple(losses.of_update(update))
    return Verdict(_VERBS.get(update.entity, _changes)(update), risks)


def _changes(update: Update) -> Verb:
    del update
    return Verb.CHANGE


def _project_verb(update: Update) -> Verb:
    status = update.field("status")
    if status is None:
        return Verb.CHANGE
    if status.after == "archived":
        return Verb.ARCHIVE
    return Verb.RESTORE if may_equal(update.before(status), "archived") else Verb.CHANGE


def _person_verb(update: Update) -> Verb:
    status = update.field("status")
    return Verb.DEACTIVATE if status and status.after == "inactive" else Verb.CHANGE


_VERBS: Final = {"project": _project_verb, "person": _person_verb}


def replacing(update: Update, *, kept: bool | None) -> Verdict:
    """Return what happens to a resource that is replaced.

    Args:
        update: What differs between the old resource and the new one.
        kept: Whether the new one adopts the object of the old one; None where that is hidden, so
            that either may happen.
    """
    change = changing(update)
    if kept:
        return Verdict(
            change.verb, change.risks, f"replaced in Pulumi's state; {KEPT[update.entity]}"
        )
    left = going(update.entity, update.subject, update.old)
    moved = (threats.REPLACED.to(update.subject),) if update.entity == "project" else ()
    risks = [*moved, *left.risks, *(change.risks if kept is None else ())]
    note = left.note and f"the old one {left.note}"
    return Verdict(Verb.REPLACE, tuple(dict.fromkeys(risks)), note)


def row_stays(entity: str, new: State) -> str:
    """Return what becomes of a member or a unit that is no longer declared."""
    if entity == "team":
        removal: Any = new.said("on_removal")
        if hides(removal):
            return "taken out of it or not: on_removal is hidden"
        return "taken out of it, if HQ agrees" if removal == "remove" else "stays in the project"
    return "taken away, if HQ agrees"
