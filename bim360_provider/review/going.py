"""What becomes of things at HQ that the program no longer declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bim360_provider.review import threats
from bim360_provider.review.model import Risk, Verb
from bim360_provider.review.plan import State

__all__ = ["Verdict", "going"]

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
    if old.said("on_destroy") == "retain":
        return Verdict(Verb.RELEASE, note='stays at HQ as it is (on_destroy="retain")')
    if old.outputs.get("status", old.inputs.get("status")) == "archived":
        return Verdict(Verb.RELEASE, note="is archived already")
    return Verdict(Verb.ARCHIVE, (threats.ARCHIVED.to(subject),))


def _person_goes(subject: str, old: State) -> Verdict:
    asked = old.said("on_destroy")
    status = str(old.outputs.get("status"))
    spared = old.outputs.get("adopted") or old.outputs.get("role") == "account_admin"
    if asked == "retain" or (spared and asked != "deactivate"):
        return Verdict(Verb.RELEASE, note="stays in the account as they are")
    if status in NEVER_SIGNED_IN:
        return Verdict(Verb.RELEASE, note="stays in the account: has never signed in")
    if status == "inactive":
        return Verdict(Verb.RELEASE, note="is inactive already")
    return Verdict(Verb.DEACTIVATE, (threats.DEACTIVATED.to(subject),))


def _member_goes(subject: str, old: State) -> Verdict:
    if old.said("on_destroy") != "remove":
        return Verdict(Verb.RELEASE, note=STAYS)
    return Verdict(Verb.REMOVE, (threats.TAKEN_OUT.to(subject),))


def _team_goes(subject: str, old: State) -> Verdict:
    members = old.inputs.get("members")
    who = sorted(members) if isinstance(members, Mapping) else []
    if old.said("on_removal") != "remove":
        return Verdict(Verb.RELEASE, note=f"{len(who)} members stay: {NO_WAY}")
    risks = tuple(threats.TAKEN_OUT.to(f"{each} in {subject}") for each in who)
    return Verdict(Verb.REMOVE, risks)


def _units_go(subject: str, old: State) -> Verdict:
    units = old.inputs.get("units")
    if old.said("on_destroy") != "remove":
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
