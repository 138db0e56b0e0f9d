"""What a change means at HQ, for declared resources and for those taken out of the program."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.review import losses, risks
from bim360_provider.review.losses import Update
from bim360_provider.review.model import Risk, Verb
from bim360_provider.review.plan import State, hides, may_equal

__all__ = ["Update", "Verdict", "changing", "going", "keeps", "making", "replacing", "row_stays"]

NO_WAY: Final = "HQ documents no way to remove a member"

STAYS: Final = f"stays in the project: {NO_WAY}"

NEVER_SIGNED_IN: Final = frozenset({"pending", "not_invited"})
"""Whose status HQ does not change."""


@dataclass(frozen=True)
class Verdict:
    """What happens, what of it cannot simply be undone, and what else is to be known."""

    verb: Verb
    risks: tuple[Risk, ...] = ()
    note: str = ""


def going(entity: str, subject: str, old: State) -> Verdict:
    """Return what becomes of something that the program no longer declares."""
    if old.external:
        return Verdict(Verb.NOTHING)
    if old.retained:
        return Verdict(Verb.RELEASE, note="stays at HQ as it is (retain_on_delete)")
    return _GOING.get(entity, _deleted)(subject, old)


def _project_goes(subject: str, old: State) -> Verdict:
    policy = old.said("on_destroy")
    if policy == "retain":
        return Verdict(Verb.RELEASE, note='stays at HQ as it is (on_destroy="retain")')
    if old.outputs.get("status", old.inputs.get("status")) == "archived":
        return Verdict(Verb.RELEASE, note="is archived already")
    return Verdict(Verb.ARCHIVE, (risks.ARCHIVED.perhaps(subject, certain=not hides(policy)),))


def _person_goes(subject: str, old: State) -> Verdict:
    policy = old.said("on_destroy")
    status = str(old.outputs.get("status"))
    kept = old.outputs.get("adopted") is True or old.outputs.get("role") == "account_admin"
    if policy == "retain" or (kept and not may_equal(policy, "deactivate")):
        return Verdict(Verb.RELEASE, note="stays in the account as they are")
    if status in NEVER_SIGNED_IN:
        return Verdict(Verb.RELEASE, note="stays in the account: has never signed in")
    if status == "inactive":
        return Verdict(Verb.RELEASE, note="is inactive already")
    risk = risks.DEACTIVATED.perhaps(subject, certain=not hides(policy))
    return Verdict(Verb.DEACTIVATE, (risk,))


def _member_goes(subject: str, old: State) -> Verdict:
    policy = old.said("on_destroy")
    if not may_equal(policy, "remove"):
        return Verdict(Verb.RELEASE, note=STAYS)
    return Verdict(Verb.REMOVE, (risks.TAKEN_OUT.perhaps(subject, certain=policy == "remove"),))


def _team_goes(subject: str, old: State) -> Verdict:
    members, policy = old.inputs.get("members"), old.said("on_removal")
    who = sorted(members) if isinstance(members, Mapping) else []
    if not may_equal(policy, "remove"):
        return Verdict(Verb.RELEASE, note=f"{_members(who)}: {NO_WAY}")
    certain = policy == "remove" and isinstance(members, Mapping)
    named = [f"{each} in {subject}" for each in who] if isinstance(members, Mapping) else [subject]
    lost = tuple(risks.TAKEN_OUT.perhaps(each, certain=certain) for each in named)
    return Verdict(Verb.REMOVE, lost)


def _members(who: list[str]) -> str:
    return "1 member stays" if len(who) == 1 else f"{len(who)} members stay"


def _units_go(subject: str, old: State) -> Verdict:
    units, policy = old.inputs.get("units"), old.said("on_destroy")
    if not may_equal(policy, "remove"):
        return Verdict(Verb.RELEASE, note="the units stay where they are")
    certain = policy == "remove" and isinstance(units, Mapping)
    names = sorted(units) if isinstance(units, Mapping) else [subject]
    return Verdict(
        Verb.REMOVE, tuple(risks.UNIT_LOST.perhaps(each, certain=certain) for each in names)
    )


def _deleted(subject: str, old: State) -> Verdict:
    del old
    return Verdict(Verb.REMOVE, (risks.DELETED.to(subject),))


def _left(subject: str, old: State) -> Verdict:
    del subject, old
    return Verdict(Verb.RELEASE, note="stays at HQ as it is")


_GOING: Final[Mapping[str, Callable[[str, State], Verdict]]] = {
    "project": _project_goes,
    "person": _person_goes,
    "member": _member_goes,
    "project admin": _member_goes,
    "team": _team_goes,
    "business units": _units_go,
    "company": _left,
    "picture": _left,
}

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
    lost = tuple(losses.of_adoption(entity, subject, new))
    if entity == "project":
        return Verdict(Verb.CREATE, lost, ADOPTING.get(str(adopt), ""))
    if entity == "company" and adopt != "never":
        return Verdict(Verb.CREATE, note="or taken over, if the account has one of that name")
    if entity == "person":
        note = "added to the account, or taken over if they are in it"
        return Verdict(Verb.CREATE, lost, note)
    return Verdict(Verb.CREATE, lost)


ADOPTING: Final = {
    "any": "or takes over the project that has the name",
    "archived": "or brings back the archived project that has the name",
}


def changing(update: Update) -> Verdict:
    """Return what happens to a resource that changes in place."""
    lost = tuple(losses.of_update(update))
    return Verdict(_VERBS.get(update.entity, _changes)(update), lost)


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
    moved = (risks.REPLACED.to(update.subject),) if update.entity == "project" else ()
    lost = [*moved, *left.risks, *(change.risks if kept is None else ())]
    note = left.note and f"the old one {left.note}"
    return Verdict(Verb.REPLACE, tuple(dict.fromkeys(lost)), note)


def row_stays(entity: str, new: State) -> str:
    """Return what becomes of a member or a unit that is no longer declared."""
    if entity == "team":
        removal: Any = new.said("on_removal")
        if hides(removal):
            return "taken out of it or not: on_removal is hidden"
        return "taken out of it, if HQ agrees" if removal == "remove" else "stays in the project"
    return "taken away, if HQ agrees"
