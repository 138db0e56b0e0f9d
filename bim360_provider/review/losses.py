"""What people lose by an update or an adoption; where the plan hides it, it counts as lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.models.enums import UNASKED_SERVICES
from bim360_provider.review import risks
from bim360_provider.review.labels import SERVICES as SERVICE_NAMES
from bim360_provider.review.model import Risk
from bim360_provider.review.plan import State, hides, may_equal
from bim360_provider.review.property_diff import ABSENT, ALL, WHOLE, Difference, Flat, known_fields

__all__ = ["Update", "of_adoption", "of_update"]

ACCESS: Final = frozenset({"document_management", "project_administration"})
"""The services that HQ's PATCH of a member takes."""


@dataclass(frozen=True)
class Update:
    """An update of one resource.

    Attributes:
        entity: The kind of resource.
        subject: What people call it.
        rows: What differs between HQ and the program.
        old: What the state holds.
        new: What the program declares.
        names: What the plan knows of ids.
    """

    entity: str
    subject: str
    rows: Sequence[Difference]
    old: State
    new: State
    names: Mapping[str, str] = field(default_factory=dict)

    def field(self, name: str) -> Difference | None:
        """Return the difference of a field of the resource itself; None if there is none."""
        return next((each for each in self.rows if not each.row and each.name == name), None)

    def before(self, each: Difference) -> Any:
        """Return what a field was: declared, else as HQ was last seen; ``ABSENT`` if unknown."""
        if each.before is not ABSENT:
            return each.before
        return self.known.get((each.row, each.name), ABSENT)

    @property
    def known(self) -> Flat:
        """What HQ was last seen to have."""
        return known_fields(self.old.outputs)


def of_update(update: Update) -> Iterator[Risk]:
    """Return what is lost where a resource changes in place."""
    yield from dict.fromkeys(_LOSSES.get(update.entity, _nothing)(update))


def of_adoption(entity: str, subject: str, new: State) -> Iterator[Risk]:
    """Return what may be lost where a new resource adopts an object of which nothing is known."""
    status = new.inputs.get("status")
    if entity == "person" and may_equal(status, "inactive"):
        yield risks.DEACTIVATED.perhaps_to(subject)
    if entity == "business units" and _is_on(new.inputs.get("complete")):
        yield risks.UNIT_LOST.perhaps_to(f"units that {subject} does not declare")
    if entity == "project" and may_equal(new.inputs.get("adopt"), "any"):
        if may_equal(status, "archived"):
            yield risks.ARCHIVED.perhaps_to(subject)
        if may_equal(status, "inactive"):
            yield risks.SUSPENDED.perhaps_to(subject)
        if new.inputs.get("service_types") is not None:
            yield risks.SERVICE_LOST.perhaps_to(subject)


def _nothing(update: Update) -> Iterator[Risk]:
    del update
    yield from ()


def _of_project(update: Update) -> Iterator[Risk]:
    status, services = update.field("status"), update.field("service_types")
    after = ABSENT if status is None else status.after
    if may_equal(after, "archived"):
        yield risks.ARCHIVED.perhaps(update.subject, certain=after == "archived")
    if may_equal(after, "inactive"):
        yield risks.SUSPENDED.perhaps(update.subject, certain=after == "inactive")
    if services is not None:
        lost = _lost(update.before(services), services.after)
        if lost is None:
            yield risks.SERVICE_LOST.perhaps_to(update.subject)
        for each in lost or ():
            if each not in UNASKED_SERVICES:
                named = SERVICE_NAMES.get(each, each)
                yield risks.SERVICE_LOST.to(f"{named} of {update.subject}")


def _of_person(update: Update) -> Iterator[Risk]:
    status = update.field("status")
    if status is not None and may_equal(status.after, "inactive"):
        certain = status.after == "inactive"
        yield risks.DEACTIVATED.perhaps(update.subject, certain=certain)


def _of_units(update: Update) -> Iterator[Risk]:
    for each in update.rows:
        if each.name == WHOLE and each.after is ABSENT:
            yield risks.UNIT_LOST.to(update.names.get(each.row, each.row))
        if each.name == "units" and not each.row and _is_hidden(each):
            yield risks.UNIT_LOST.perhaps_to(update.subject)
    complete = update.new.inputs.get("complete")
    if _is_on(complete) and update.field("complete") is not None:
        others = update.old.outputs.get("undeclared")
        kept, ids = update.old.outputs.get("undropped"), update.new.inputs.get("ids")
        if not isinstance(others, Mapping) or hides(others):
            yield risks.UNIT_LOST.perhaps_to(f"units that {update.subject} does not declare")
            return
        stay = {*map(str, kept if isinstance(kept, list) else ())}
        stay |= {*map(str, ids.values())} if isinstance(ids, Mapping) else set()
        for id_, path in sorted(others.items()):
            if id_ not in stay:
                yield risks.UNIT_LOST.perhaps(str(path), certain=not hides(complete))


def _of_people(update: Update) -> Iterator[Risk]:
    removal = update.new.said("on_removal")
    absent = {each.row for each in update.rows if each.name == WHOLE}
    for each in update.rows:
        who = f"{each.row} in {update.subject}" if each.row else update.subject
        leaves = each.name == WHOLE and each.after is ABSENT
        hidden = each.name in ("members", ALL) and _is_hidden(each)
        if leaves and may_equal(removal, "remove"):
            yield risks.TAKEN_OUT.perhaps(who, certain=removal == "remove")
        if hidden and each.name != ALL and may_equal(removal, "remove"):
            yield risks.TAKEN_OUT.perhaps_to(who)
        if hidden and (each.name != ALL or each.row not in absent):
            yield risks.MODULES_LOST.perhaps_to(who)
        if each.row not in absent and each.after is not ABSENT:
            yield from _of_access(update, each, who)


def _of_access(update: Update, each: Difference, who: str) -> Iterator[Risk]:
    if each.name == "industry_roles":
        lost = _lost(update.before(each), each.after)
        if lost is None:
            yield risks.ROLES_LOST.perhaps_to(who)
        yield from (risks.ROLES_LOST.to(f"{role} of {who}") for role in lost or ())
    if each.name in ACCESS:
        yield risks.MODULES_LOST.perhaps(who, certain=not _is_hidden(each))


_LOSSES: Final[Mapping[str, Callable[[Update], Iterator[Risk]]]] = {
    "project": _of_project,
    "person": _of_person,
    "business units": _of_units,
    "member": _of_people,
    "team": _of_people,
}


def _lost(before: Any, after: Any) -> list[str] | None:
    """Return what a list loses; None where the plan does not show it."""
    if after is ABSENT or before == []:
        return []
    shown = isinstance(before, list) and isinstance(after, list)
    if not shown or hides(before) or hides(after):
        return None
    return [str(one) for one in before if one not in after]


def _is_hidden(each: Difference) -> bool:
    return hides(each.before) or hides(each.after)


def _is_on(value: Any) -> bool:
    return value is True or hides(value)
