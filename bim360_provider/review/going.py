"""What becomes of things at HQ that the program no longer declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bim360_provider.review import threats
from bim360_provider.review.hidden_values import hides, may_equal
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
    policy = old.said("on_destroy")
    if policy == "retain":
        return Verdict(Verb.RELEASE, note='stays at HQ as it is (on_destroy="retain")')
    if old.outputs.get("status", old.inputs.get("status")) == "archived":
        return Verdict(Verb.RELEASE, note="is archived already")
    return Verdict(Verb.ARCHIVE, (threats.ARCHIVED.perhaps(subject, certain=not hides(policy)),))


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
    risk = threats.DEACTIVATED.perhaps(subject, certain=not hides(policy))
    return Verdict(Verb.DEACTIVATE, (risk,))


def _member_goes(subject: str, old: State) -> Verdict:
    policy = old.said("on_destroy")
    if not may_equal(policy, "remove"):
        return Verdict(Verb.RELEASE, note=STAYS)
    return Verdict(Verb.REMOVE, (threats.TAKEN_OUT.perhaps(subject, certain=policy == "remove"),))


def _team_goes(subject: str, old: State) -> Verdict:
    members, policy = old.inputs.get("members"), old.said("on_removal")
    who = sorted(members) if isinstance(members, Mapping) else []
    if not may_equal(policy, "remove"):
        return Verdict(Verb.RELEASE, note=f"{_members(who)}: {NO_WAY}")
    certain = policy == "remove" and isinstance(members, Mapping)
    named = [f"{each} in {subject}" for each in who] if isinstance(members, Mapping) else [subject]
    risks = tuple(threats.TAKEN_OUT.perhaps(each, certain=certain) for each in named)
    return Verdict(Verb.REMOVE, risks)


def _members(who: list[str]) -> str:
    return "1 member stays" if len(who) == 1 else f"{len(who)} members stay"


def _units_go(subject: str, old: State) -> Verdict:
    units, policy = old.inputs.get("units"), old.said("on_destroy")
    if not may_equal(policy, "remove"):
        return Verdict(Verb.RELEASE, note="the units stay where they are")
    certain = policy == "remove" and isinstance(units, Mapping)
    names = sorted(units) if isinstance(units, Mapping) else [subject]
    return Verdict(
        Verb.REMOVE, tuple(threats.UNIT_LOST.perhaps(each, certain=certain) for each in names)
    )


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
