"""Format differences as text: what the program changes, and what was changed by hand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.models.account_user import PROFILE_FIELDS
from bim360_provider.models.project import CREATE_ONLY_FIELDS
from bim360_provider.review.labels import FIELD_LABELS, SERVICE_LABELS
from bim360_provider.review.model import ChangeLine, Drift
from bim360_provider.review.plan import has_hidden_value, is_secret, is_unknown
from bim360_provider.review.property_diff import (
    ABSENT,
    MASKED_ROW,
    ROW_EXISTENCE,
    FieldDifference,
    FieldKey,
    FieldValues,
)

__all__ = [
    "SECRET_LABEL",
    "UNKNOWN_LABEL",
    "DifferenceFormatter",
    "format_list",
    "format_value",
    "get_field_label",
    "shorten_text",
]

SECRET_LABEL: Final = "secret"  # noqa: S105 - the word that stands in a secret's place

UNKNOWN_LABEL: Final = "known after the run"

MAX_VALUE_LENGTH: Final = 160
"""Characters of a value that are shown; a review is for seeing that it changes."""

MAX_LIST_ITEMS: Final = 12
"""Elements of a list that are shown, for the same reason."""


def get_field_label(name: str) -> str:
    """Return what people call a field."""
    return FIELD_LABELS.get(name, name.replace("_", " "))


def format_value(name: str, value: Any, bag: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a value as people write it; nothing of a secret, and no more than fits a cell.

    Args:
        name: The field that it is the value of.
        value: The value; None stands for none.
        bag: The fields beside it: money needs its currency.
        names: What the plan knows of ids: names by id.
    """
    if is_secret(value):
        return SECRET_LABEL
    if is_unknown(value):
        return UNKNOWN_LABEL
    if name in _FIELD_FORMATTERS:
        return _FIELD_FORMATTERS[name](value, bag)
    return _format_plain_value(value, names)


def _format_plain_value(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return shorten_text(names.get(value, value)) if value else "empty"
    if isinstance(value, (int, float)):
        return shorten_text(_format_number(value))
    inner = None
    if isinstance(value, Mapping):
        inner = [
            f"{get_field_label(k)}: {_format_element(v, names)}" for k, v in sorted(value.items())
        ]
    elif isinstance(value, list):
        inner = [_format_element(each, names) for each in value]
    return shorten_text(str(value)) if inner is None else format_list(inner) or "none"


def _format_element(value: Any, names: Mapping[str, str]) -> str:
    return format_value("", value, {}, names)


def _format_money(value: Any, bag: Mapping[str, Any]) -> str:
    currency = bag.get("currency")
    known = isinstance(currency, str) and not is_secret(currency) and not is_unknown(currency)
    return (
        f"{_format_plain_value(value, {})} {currency}" if known else _format_plain_value(value, {})
    )


def _format_services(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list):
        return _format_plain_value(value, {})
    return format_list(
        [SERVICE_LABELS.get(str(each)) or _format_element(each, {}) for each in words]
    )


def _format_file_name(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    return shorten_text(str(value).replace("\\", "/").rpartition("/")[2])


def _format_digest(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    return f"content {str(value)[:8]}"


_FIELD_FORMATTERS: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], str]]] = {
    "value": _format_money,
    "service_types": _format_services,
    "service_type": _format_services,
    "path": _format_file_name,
    "sha256": _format_digest,
}


def _format_number(value: float) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}" if round(value, 2) == value else f"{value:,}"
    return f"{int(value):,}"


def format_list(words: list[str]) -> str:
    """Return words as a list that is no longer than a cell bears."""
    shown = ", ".join(words[:MAX_LIST_ITEMS])
    more = len(words) - MAX_LIST_ITEMS
    return shorten_text(f"{shown} and {more} more" if more > 0 else shown)


def shorten_text(text: str, longest: int = MAX_VALUE_LENGTH) -> str:
    """Return a text, cut where it is too long, with the number of characters that are cut."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more characters)"


CREATE_ONLY_ARGUMENTS: Final = frozenset({*CREATE_ONLY_FIELDS, "adopt", "copy_timeout"})
"""Arguments that do nothing to what exists."""

LIST_FIELDS: Final = frozenset({"service_types", "industry_roles"})
"""Fields of which an unknown value must not look like an empty one: a gate counts its loss."""

UNKNOWN_CURRENT_VALUE: Final = "unknown"

UNKNOWN_SECRET_CHANGE: Final = "secret; whether it is another one cannot be told"

UNMANAGED_LABEL: Final = "no longer managed"

UNSENT_VALUE_FORMAT: Final = "{} (not sent: the profile is their own)"

ROW_CHANGE_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "team": ("joins", "leaves the list"),
    "business units": ("new unit", "left out"),
}
"""What it is called when a row appears or goes."""


@dataclass(frozen=True)
class DifferenceFormatter:
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
    old_fields: FieldValues
    new_fields: FieldValues
    names_by_id: Mapping[str, str] = field(default_factory=dict)
    removed_row_note: str = ""
    last_known_fields: FieldValues | None = None

    def format_lines(
        self, rows: Iterable[FieldDifference], left_out: Iterable[FieldKey] = ()
    ) -> tuple[ChangeLine, ...]:
        """Return what changes by intent.

        Args:
            rows: What differs.
            left_out: The cells that are told elsewhere.
        """
        told = {*left_out}
        kept = [each for each in rows if (each.row, each.name) not in told]
        whole = {each.row for each in kept if each.name == ROW_EXISTENCE}
        found = (
            self._format_row(each) if each.name == ROW_EXISTENCE else self._format_field(each)
            for each in kept
            if each.name == ROW_EXISTENCE or each.row not in whole
        )
        return tuple(each for each in found if each is not None)

    def _format_row(self, each: FieldDifference) -> ChangeLine:
        joins, leaves = ROW_CHANGE_LABELS.get(self.entity, ("new", "gone"))
        if each.new_value is ABSENT:
            return ChangeLine(
                self._get_row_label(each),
                leaves,
                self._format_row_summary(self.old_fields, each.row),
                self.removed_row_note,
            )
        return ChangeLine(
            self._get_row_label(each),
            joins,
            "",
            self._format_row_summary(self.new_fields, each.row),
        )

    def _get_row_label(self, each: FieldDifference) -> str:
        """Return the label of a row: units that are not declared have ids for keys."""
        return self.names_by_id.get(each.row, each.row)

    def _format_field(self, each: FieldDifference) -> ChangeLine | None:
        if self.old_fields and each.name in CREATE_ONLY_ARGUMENTS:
            return None
        if not self.old_fields and each.name == "currency" and ("", "value") in self.new_fields:
            return None
        before = self._format_old_value(each)
        after = self._format_new_value(each)
        if before == after and each.name == "path":
            return None
        shown = _format_comparison(each, before, after)
        return ChangeLine(self._get_row_label(each), _get_row_field_label(each.name), before, shown)

    def _format_old_value(self, each: FieldDifference) -> str:
        was, cell = each.old_value, (each.row, each.name)
        known = None if self.last_known_fields is None else self.last_known_fields.get(cell)
        if was is ABSENT and known not in (None, ""):
            was = known
        elif was is ABSENT and self._has_unknown_value(each):
            return UNKNOWN_CURRENT_VALUE
        return self.format_field_value(each.name, was, self.old_fields)

    def _has_unknown_value(self, each: FieldDifference) -> bool:
        """Return whether HQ has a value that neither the arguments nor the state show."""
        if self.last_known_fields is None or not self.old_fields:
            return False
        never_seen = (each.row, each.name) not in self.last_known_fields
        return each.name in LIST_FIELDS or (each.name in SERVICE_FIELDS and never_seen)

    def _format_new_value(self, each: FieldDifference) -> str:
        if each.new_value is ABSENT:
            archived = each.name == "status" and each.old_value in ("archived", "inactive")
            return "active" if archived else UNMANAGED_LABEL
        after = self.format_field_value(each.name, each.new_value, self.new_fields)
        if self.old_fields and self.entity == "person" and each.name in PROFILE_FIELDS:
            return UNSENT_VALUE_FORMAT.format(after)
        return after

    def format_drift(
        self, rows: Sequence[FieldDifference], planned: FieldValues | None, *, refresh_only: bool
    ) -> tuple[Drift, ...]:
        """Return what somebody changed by hand.

        Args:
            rows: What differs between what was declared (``old``) and what HQ has (``new``).
            planned: What the program declares now; None where it declares nothing.
            looked_only: Whether nothing is planned, because it was only looked.
        """
        whole = {each.row for each in rows if each.name == ROW_EXISTENCE}
        found = []
        for each in rows:
            outcome = "" if refresh_only else self._format_outcome(each, planned)
            if each.name == ROW_EXISTENCE:
                gone = each.new_value is ABSENT
                states = ("there", "gone") if gone else ("", "there")
                found.append(Drift(self._get_row_label(each), "", *states, outcome))
            elif each.row not in whole:
                before = (
                    self.format_field_value(each.name, each.old_value, self.old_fields)
                    or "not declared"
                )
                after = self.format_field_value(each.name, each.new_value, self.new_fields)
                cells = (before, _format_comparison(each, before, after), outcome, each.is_certain)
                found.append(
                    Drift(self._get_row_label(each), _get_row_field_label(each.name), *cells)
                )
        return tuple(found)

    def _format_outcome(self, each: FieldDifference, planned: FieldValues | None) -> str:
        if planned is None:
            return "no longer declared"
        wanted = planned.get((each.row, each.name), ABSENT)
        if has_hidden_value(wanted) and not is_unknown(wanted):
            return "set to what the stack declares"
        if wanted == each.new_value:
            return "kept: the stack declares it now"
        if wanted == each.old_value:
            status = each.name == "status" and each.new_value == "archived"
            return (
                "brought back"
                if status
                else "added again"
                if each.name == ROW_EXISTENCE
                else "put back"
            )
        told = self.format_field_value(each.name, wanted, planned)
        return f"set to {told}" if told else "left as it is"

    def format_summary(self) -> str:
        """Return the few fields by which people know a new thing."""
        if self.entity == "project":
            parts = [
                self._format_new_field("project_type"),
                self._format_dates(),
                self._format_new_field("value"),
                self._format_new_field("city"),
            ]
            return ", ".join(part for part in parts if part)
        named = (
            "trade",
            "company_id",
            "default_role",
            "service_type",
            *SERVICE_FIELDS,
            "industry_roles",
        )
        parts = [
            f"{_get_row_field_label(name)}: {value}"
            for name in named
            if (value := self._format_new_field(name))
        ]
        return "; ".join(parts)

    def _format_dates(self) -> str:
        start, end = self._format_new_field("start_date"), self._format_new_field("end_date")
        return f"{start} to {end}" if start and end else start or end

    def _format_new_field(self, name: str) -> str:
        value = self.new_fields.get(("", name), ABSENT)
        return "" if value is ABSENT else self.format_field_value(name, value, self.new_fields)

    def _format_row_summary(self, side: FieldValues, row: str) -> str:
        cells = [(name, value) for (own, name), value in side.items() if own == row and name]
        told = [
            f"{_get_row_field_label(n)}: {self.format_field_value(n, v, side)}"
            for n, v in sorted(cells)
        ]
        return "; ".join(told)

    def format_field_value(self, name: str, value: Any, side: FieldValues) -> str:
        """Return a value in words; empty where there is none."""
        if value is ABSENT:
            return ""
        if name in SERVICE_FIELDS and value == "":
            return "no access"
        bag = {"currency": side.get(("", "currency"))}
        return format_value(name, value, bag, self.names_by_id)


def _format_comparison(each: FieldDifference, before: str, after: str) -> str:
    """Return what a field will be, where both sides look alike because they are hidden."""
    if before != after or not has_hidden_value(each.old_value):
        return after
    return "another secret" if each.is_certain else UNKNOWN_SECRET_CHANGE


SERVICE_FIELDS: Final = ("document_management", "project_administration")


def _get_row_field_label(name: str) -> str:
    return "all of it" if name == MASKED_ROW else get_field_label(name)
