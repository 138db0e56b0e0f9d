"""Format differences as text: what the program changes, and what was changed by hand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.models.account_user import PROFILE
from bim360_provider.models.project import CREATE_ONLY
from bim360_provider.review.labels import FIELDS, SERVICES
from bim360_provider.review.model import Drift, Line
from bim360_provider.review.plan import hides, is_secret, is_unknown
from bim360_provider.review.property_diff import ABSENT, ALL, WHOLE, Cell, Difference, Flat

__all__ = ["SECRET", "UNKNOWN", "Wording", "listed", "of_field", "of_value", "shortened"]

SECRET: Final = "secret"  # noqa: S105 - the word that stands in a secret's place

UNKNOWN: Final = "known after the run"

LONGEST: Final = 160
"""Characters of a value that are shown; a review is for seeing that it changes."""

LISTED: Final = 12
"""Elements of a list that are shown, for the same reason."""


def of_field(name: str) -> str:
    """Return what people call a field."""
    return FIELDS.get(name, name.replace("_", " "))


def of_value(name: str, value: Any, bag: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a value as people write it; nothing of a secret, and no more than fits a cell.

    Args:
        name: The field that it is the value of.
        value: The value; None stands for none.
        bag: The fields beside it: money needs its currency.
        names: What the plan knows of ids: names by id.
    """
    if is_secret(value):
        return SECRET
    if is_unknown(value):
        return UNKNOWN
    if name in _BY_NAME:
        return _BY_NAME[name](value, bag)
    return _plain(value, names)


def _plain(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return shortened(names.get(value, value)) if value else "empty"
    if isinstance(value, (int, float)):
        return shortened(_number(value))
    inner = None
    if isinstance(value, Mapping):
        inner = [f"{of_field(k)}: {_plain_or_masked(v, names)}" for k, v in sorted(value.items())]
    elif isinstance(value, list):
        inner = [_plain_or_masked(each, names) for each in value]
    return shortened(str(value)) if inner is None else listed(inner) or "none"


def _plain_or_masked(value: Any, names: Mapping[str, str]) -> str:
    return of_value("", value, {}, names)


def _money(value: Any, bag: Mapping[str, Any]) -> str:
    currency = bag.get("currency")
    known = isinstance(currency, str) and not is_secret(currency) and not is_unknown(currency)
    return f"{_plain(value, {})} {currency}" if known else _plain(value, {})


def _services(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list):
        return _plain(value, {})
    return listed([SERVICES.get(str(each)) or _plain_or_masked(each, {}) for each in words])


def _file(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    return shortened(str(value).replace("\\", "/").rpartition("/")[2])


def _digest(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    return f"content {str(value)[:8]}"


_BY_NAME: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], str]]] = {
    "value": _money,
    "service_types": _services,
    "service_type": _services,
    "path": _file,
    "sha256": _digest,
}


def _number(value: float) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}" if round(value, 2) == value else f"{value:,}"
    return f"{int(value):,}"


def listed(words: list[str]) -> str:
    """Return words as a list that is no longer than a cell bears."""
    shown = ", ".join(words[:LISTED])
    more = len(words) - LISTED
    return shortened(f"{shown} and {more} more" if more > 0 else shown)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text, cut where it is too long, with the number of characters that are cut."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more characters)"


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
        return each.name in LISTS or (each.name in SERVICE_FIELDS and never_seen)

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
        named = (
            "trade",
            "company_id",
            "default_role",
            "service_type",
            *SERVICE_FIELDS,
            "industry_roles",
        )
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
        if name in SERVICE_FIELDS and value == "":
            return "no access"
        bag = {"currency": side.get(("", "currency"))}
        return of_value(name, value, bag, self.names)


def _compared(each: Difference, before: str, after: str) -> str:
    """Return what a field will be, where both sides look alike because they are hidden."""
    if before != after or not hides(each.before):
        return after
    return "another secret" if each.certain else MAY_DIFFER


SERVICE_FIELDS: Final = ("document_management", "project_administration")


def _field_words(name: str) -> str:
    return "all of it" if name == ALL else of_field(name)
