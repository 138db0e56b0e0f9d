"""What becomes of things that the program declares: made, changed in place, or made anew."""

from collections.abc import Sequence
from typing import Final

from bim360_provider.review import threats
from bim360_provider.review.fields import ABSENT, WHOLE, Difference
from bim360_provider.review.glossary import SERVICES as SERVICE_NAMES
from bim360_provider.review.going import Verdict, going
from bim360_provider.review.model import Risk, Verb
from bim360_provider.review.plan import State

__all__ = ["changing", "making", "replacing", "row_stays"]

Rows = Sequence[Difference]

SERVICES: Final = frozenset({"document_management", "project_administration"})
"""The services that HQ's PATCH of a member knows."""


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
    remove = new.said("on_removal") == "remove"
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
            if new.said("on_removal") == "remove"
            else "stays in the project"
        )
    return "taken away, if HQ agrees"


def _lost(each: Difference | None) -> list[str]:
    if each is None or not isinstance(each.before, list) or not isinstance(each.after, list):
        return []
    return [str(one) for one in each.before if one not in each.after]
