"""Differences in words: what changes by intent, and what somebody changed by hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.models.account_user import PROFILE
from bim360_provider.models.project import CREATE_ONLY
from bim360_provider.review import words
from bim360_provider.review.fields import ABSENT, ALL, WHOLE, Cell, Difference, Flat
from bim360_provider.review.hidden_values import hides, is_unknown
from bim360_provider.review.model import Drift, Line

__all__ = ["Wording"]

ONLY_WHEN_MADE: Final = frozenset({*CREATE_ONLY, "adopt", "copy_timeout"})
"""Arguments that do nothing to what exists."""

LISTS: Final = frozenset({"service_types", "industry_roles"})
"""Fields of which an unknown value must not look like an empty one: a gate counts its loss."""

UNKNOWN_NOW: Final = "unknown"
MAY_DIFFER: Final = "secret; whether it is another one cannot be told"
UNMANAGED: Final = "no longer managed"
NOT_SENT: Final = "{} (not sent: the profile is their own)"

ROW_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "team": ("joins", "leaves the list"),
    "business units": ("new unit", "left out"),
}
"""What it is called when a row appears or goes."""


@dataclass(frozen=True)
class Wording:
    """Words for the differences of one resource.

    Attributes:
        entity: The kind of thing.
        old: The fields on the one side.
        new: The fields on the other.
        names: What the plan knows of ids.
        stays: What becomes of a row that goes.
        known: What HQ was last seen to have, declared or not; None where it does not matter.
    """

    entity: str
    old: Flat
    new: Flat
    names: Mapping[str, str] = field(default_factory=dict)
    stays: str = ""
    known: Flat | None = None

    def lines(self, rows: Iterable[Difference], left_out: Iterable[Cell] = ()) -> tuple[Line, ...]:
        """Return what changes by intent.

        Args:
            rows: What differs.
            left_out: The cells that are told elsewhere.
        """
        told = {*left_out}
        kept = [each for each in rows if (each.row, each.name) not in told]
        whole = {each.row for each in kept if each.name == WHOLE}
        found = (
            self._row(each) if each.name == WHOLE else self._field(each)
            for each in kept
            if each.name == WHOLE or each.row not in whole
        )
        return tuple(each for each in found if each is not None)

    def _row(self, each: Difference) -> Line:
        joins, leaves = ROW_WORDS.get(self.entity, ("new", "gone"))
        if each.after is ABSENT:
            return Line(self._called(each), leaves, self._summary(self.old, each.row), self.stays)
        return Line(self._called(each), joins, "", self._summary(self.new, each.row))

    def _called(self, each: Difference) -> str:
        """Return the label of a row: units that are not declared have ids for keys."""
        return self.names.get(each.row, each.row)

    def _field(self, each: Difference) -> Line | None:
        if self.old and each.name in ONLY_WHEN_MADE:
            return None
        if not self.old and each.name == "currency" and ("", "value") in self.new:
            return None
        before = self._now(each)
        after = self._planned(each)
        if before == after and each.name == "path":
            return None
        shown = _compared(each, before, after)
        return Line(self._called(each), _field_words(each.name), before, shown)

    def _now(self, each: Difference) -> str:
        was, cell = each.before, (each.row, each.name)
        known = None if self.known is None else self.known.get(cell)
        if was is ABSENT and known not in (None, ""):
            was = known
        elif was is ABSENT and self._is_unknown(each):
            return UNKNOWN_NOW
        return self.value(each.name, was, self.old)

    def _is_unknown(self, each: Difference) -> bool:
        """Return whether HQ has a value that neither the arguments nor the state show."""
        if self.known is None or not self.old:
            return False
        never_seen = (each.row, each.name) not in self.known
        return each.name in LISTS or (each.name in SERVICES and never_seen)

    def _planned(self, each: Difference) -> str:
        if each.after is ABSENT:
            archived = each.name == "status" and each.before in ("archived", "inactive")
            return "active" if archived else UNMANAGED
        after = self.value(each.name, each.after, self.new)
        if self.old and self.entity == "person" and each.name in PROFILE:
            return NOT_SENT.format(after)
        return after

    def drift(
        self, rows: Sequence[Difference], planned: Flat | None, *, looked_only: bool
    ) -> tuple[Drift, ...]:
        """Return what somebody changed by hand.

        Args:
            rows: What differs between what was declared (``old``) and what HQ has (``new``).
            planned: What the program declares now; None where it declares nothing.
            looked_only: Whether nothing is planned, because it was only looked.
        """
        whole = {each.row for each in rows if each.name == WHOLE}
        found = []
        for each in rows:
            outcome = "" if looked_only else self._outcome(each, planned)
            if each.name == WHOLE:
                gone = each.after is ABSENT
                states = ("there", "gone") if gone else ("", "there")
                found.append(Drift(self._called(each), "", *states, outcome))
            elif each.row not in whole:
                before = self.value(each.name, each.before, self.old) or "not declared"
                after = self.value(each.name, each.after, self.new)
                cells = (before, _compared(each, before, after), outcome, each.certain)
                found.append(Drift(self._called(each), _field_words(each.name), *cells))
        return tuple(found)

    def _outcome(self, each: Difference, planned: Flat | None) -> str:
        if planned is None:
            return "no longer declared"
        wanted = planned.get((each.row, each.name), ABSENT)
        if hides(wanted) and not is_unknown(wanted):
            return "set to what the stack declares"
        if wanted == each.after:
            return "kept: the stack declares it now"
        if wanted == each.before:
            status = each.name == "status" and each.after == "archived"
            return "brought back" if status else "added again" if each.name == WHOLE else "put back"
        told = self.value(each.name, wanted, planned)
        return f"set to {told}" if told else "left as it is"

    def summary(self) -> str:
        """Return the few fields by which people know a new thing."""
        if self.entity == "project":
            parts = [self._of("project_type"), self._span(), self._of("value"), self._of("city")]
            return ", ".join(part for part in parts if part)
        named = ("trade", "company_id", "default_role", "service_type", *SERVICES, "industry_roles")
        parts = [f"{_field_words(name)}: {value}" for name in named if (value := self._of(name))]
        return "; ".join(parts)

    def _span(self) -> str:
        start, end = self._of("start_date"), self._of("end_date")
        return f"{start} to {end}" if start and end else start or end

    def _of(self, name: str) -> str:
        value = self.new.get(("", name), ABSENT)
        return "" if value is ABSENT else self.value(name, value, self.new)

    def _summary(self, side: Flat, row: str) -> str:
        cells = [(name, value) for (own, name), value in side.items() if own == row and name]
        told = [f"{_field_words(n)}: {self.value(n, v, side)}" for n, v in sorted(cells)]
        return "; ".join(told)

    def value(self, name: str, value: Any, side: Flat) -> str:
        """Return a value in words; empty where there is none."""
        if value is ABSENT:
            return ""
        if name in SERVICES and value == "":
            return "no access"
        bag = {"currency": side.get(("", "currency"))}
        return words.of_value(name, value, bag, self.names)


def _compared(each: Difference, before: str, after: str) -> str:
    """Return what a field will be, where both sides look alike because they are hidden."""
    if before != after or not hides(each.before):
        return after
    return "another secret" if each.certain else MAY_DIFFER


SERVICES: Final = ("document_management", "project_administration")


def _field_words(name: str) -> str:
    return "all of it" if name == ALL else words.of_field(name)
