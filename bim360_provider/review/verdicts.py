"""What becomes of things at HQ: what happens, and what of it cannot simply be undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bim360_provider.review import threats
from bim360_provider.review.fields import ABSENT, WHOLE, Difference
from bim360_provider.review.glossary import SERVICES as SERVICE_NAMES
from bim360_provider.review.model import Risk, Verb
from bim360_provider.review.plan import State

__all__ = ["Verdict", "changing", "going", "making", "replacing", "row_stays"]

Rows = Sequence[Difference]

NO_WAY: Final = "HQ documents no way to remove a member"
STAYS: Final = f"stays in the project: {NO_WAY}"

SERVICES: Final = frozenset({"document_management", "project_administration"})
"""The services that HQ's PATCH of a member knows."""

NEVER_SIGNED_IN: Final = frozenset({"pending", "not_invited"})


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
    if _said(old, "on_destroy") == "retain":
        return Verdict(Verb.RELEASE, note='stays at HQ as it is (on_destroy="retain")')
    if old.outputs.get("status", old.inputs.get("status")) == "archived":
        return Verdict(Verb.RELEASE, note="is archived already")
    return Verdict(Verb.ARCHIVE, (threats.ARCHIVED.to(subject),))


def _person_goes(subject: str, old: State) -> Verdict:
    asked = _said(old, "on_destroy")
    status = old.outputs.get("status")
    spared = old.outputs.get("adopted") or old.outputs.get("role") == "account_admin"
    if asked == "retain" or (spared and asked != "deactivate"):
        return Verdict(Verb.RELEASE, note="stays in the account as they are")
    if status in NEVER_SIGNED_IN:
        return Verdict(Verb.RELEASE, note="stays in the account: has never signed in")
    if status == "inactive":
        return Verdict(Verb.RELEASE, note="is inactive already")
    return Verdict(Verb.DEACTIVATE, (threats.DEACTIVATED.to(subject),))


def _member_goes(subject: str, old: State) -> Verdict:
    if _said(old, "on_destroy") != "remove":
        return Verdict(Verb.RELEASE, note=STAYS)
    return Verdict(Verb.REMOVE, (threats.TAKEN_OUT.to(subject),))


def _team_goes(subject: str, old: State) -> Verdict:
    members = old.inputs.get("members")
    who = sorted(members) if isinstance(members, Mapping) else []
    if _said(old, "on_removal") != "remove":
        return Verdict(Verb.RELEASE, note=f"{len(who)} members stay: {NO_WAY}")
    risks = tuple(threats.TAKEN_OUT.to(f"{each} in {subject}") for each in who)
    return Verdict(Verb.REMOVE, risks)


def _units_go(subject: str, old: State) -> Verdict:
    units = old.inputs.get("units")
    if _said(old, "on_destroy") != "remove":
        return Verdict(Verb.RELEASE, note="the units stay where they are")
    names = sorted(units) if isinstance(units, Mapping) else [subject]
    return Verdict(Verb.REMOVE, tuple(threats.UNIT_LOST.to(each) for each in names))


def _deleted(subject: str, old: State) -> Verdict:
    del old
    return Verdict(Verb.REMOVE, (threats.DELETED.to(subject),))


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


def making(entity: str, new: State) -> Verdict:
    """Return what happens to something that the program declares for the first time."""
    adopt = new.inputs.get("adopt")
    if entity == "project":
        return Verdict(Verb.CREATE, note=ADOPTING.get(str(adopt), ""))
    if entity == "company" and adopt != "never":
        return Verdict(Verb.CREATE, note="or taken over, if the account has one of that name")
    if entity == "person":
        return Verdict(Verb.CREATE, note="added to the account, or taken over if they are in it")
    return Verdict(Verb.CREATE)


ADOPTING: Final = {
    "any": "or takes over the project that has the name",
    "archived": "or brings back the archived project that has the name",
}


def changing(entity: str, subject: str, rows: Rows, new: State) -> Verdict:
    """Return what happens to something that changes in place.

    Args:
        entity: The kind of thing.
        subject: What people call it.
        rows: What differs between HQ and the program.
        new: What the program declares.
    """
    if entity == "project":
        return _project_changes(subject, rows)
    if entity == "person":
        off = any(each.name == "status" and each.after == "inactive" for each in rows)
        risks = (threats.DEACTIVATED.to(subject),) if off else ()
        return Verdict(Verb.DEACTIVATE if off else Verb.CHANGE, risks)
    if entity == "business units":
        gone = [each.row for each in rows if each.name == WHOLE and each.after is ABSENT]
        return Verdict(Verb.CHANGE, tuple(threats.UNIT_LOST.to(each) for each in gone))
    if entity in ("member", "team"):
        return Verdict(Verb.CHANGE, _people_change(subject, rows, new))
    return Verdict(Verb.CHANGE)


def _project_changes(subject: str, rows: Rows) -> Verdict:
    values = {each.name: each for each in rows}
    risks = [
        threats.SERVICE_LOST.to(f"{SERVICE_NAMES.get(service, service)} of {subject}")
        for service in _lost(values.get("service_types"))
    ]
    status = values.get("status")
    if status is None:
        return Verdict(Verb.CHANGE, tuple(risks))
    if status.after == "archived":
        return Verdict(Verb.ARCHIVE, (threats.ARCHIVED.to(subject), *risks))
    if status.after == "inactive":
        risks.append(threats.SUSPENDED.to(subject))
    verb = Verb.RESTORE if status.before == "archived" else Verb.CHANGE
    return Verdict(verb, tuple(risks))


def _people_change(subject: str, rows: Rows, new: State) -> tuple[Risk, ...]:
    risks = []
    remove = _said(new, "on_removal") == "remove"
    absent = {each.row for each in rows if each.name == WHOLE}
    for each in rows:
        who = f"{each.row} in {subject}" if each.row else subject
        if each.name == WHOLE and each.after is ABSENT and remove:
            risks.append(threats.TAKEN_OUT.to(who))
        if each.row in absent or each.after is ABSENT:
            continue
        if each.name == "industry_roles":
            risks += [threats.ROLES_LOST.to(f"{role} of {who}") for role in _lost(each)]
        if each.name in SERVICES:
            risks.append(threats.MODULES_LOST.to(who))
    return tuple(dict.fromkeys(risks))


def replacing(entity: str, subject: str, old: State) -> Verdict:
    """Return what happens to something that is made anew because it cannot be changed."""
    left = going(entity, subject, old)
    moved = (threats.REPLACED.to(subject),) if entity == "project" else ()
    return Verdict(Verb.REPLACE, (*moved, *left.risks), left.note and f"the old one {left.note}")


def row_stays(entity: str, new: State) -> str:
    """Return what becomes of a member or a unit that is no longer declared."""
    if entity == "team":
        return (
            "taken out of it, if HQ agrees"
            if _said(new, "on_removal") == "remove"
            else "stays in the project"
        )
    return "taken away, if HQ agrees"


def _lost(each: Difference | None) -> list[str]:
    if each is None or not isinstance(each.before, list) or not isinstance(each.after, list):
        return []
    return [str(one) for one in each.before if one not in each.after]


def _said(state: State, key: str) -> object:
    return state.inputs.get(key) or state.outputs.get(key)
