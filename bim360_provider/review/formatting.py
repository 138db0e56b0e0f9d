"""Format planned changes and drift as text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.models import AccountUserArguments, ProjectArguments
from bim360_provider.models.base import FieldRole, list_fields
from bim360_provider.review.labels import FIELD_LABELS, SERVICE_LABELS
from bim360_provider.review.model import ChangeLine, Drift
from bim360_provider.review.plan import has_hidden_value, is_secret, is_unknown
from bim360_provider.review.property_diff import (
    ABSENT,
    LEVEL_FIELDS,
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

SECRET_LABEL: Final = "secret"  # noqa: S105 - the placeholder of a secret

UNKNOWN_LABEL: Final = "known after the run"

MAX_VALUE_LENGTH: Final = 160
"""Maximum characters of a value."""

MAX_LIST_ITEMS: Final = 12
"""Maximum elements of a list."""

PROFILE_ARGUMENTS: Final = list_fields(AccountUserArguments, FieldRole.CREATE_ONLY)

CREATE_ONLY_ARGUMENTS: Final = frozenset(
    {*list_fields(ProjectArguments, FieldRole.CREATE_ONLY), "adopt", "copy_timeout"}
)
"""Arguments without effect on an existing object."""

LIST_FIELDS: Final = frozenset({"service_types", "industry_roles"})
"""Fields for which an unknown value must not look empty: a gate counts its loss."""

UNKNOWN_CURRENT_VALUE: Final = "unknown"

UNCERTAIN_SECRET_LABEL: Final = "secret (may have changed)"  # noqa: S105 - a placeholder

UNMANAGED_LABEL: Final = "no longer managed"

UNSENT_VALUE_FORMAT: Final = "{} (not sent: users edit their own profile)"

ROW_CHANGE_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "team": ("added", "no longer declared"),
    "business units": ("new unit", "no longer declared"),
}
"""Labels of an added and of a removed row, by entity."""

FOLDER_LINE_LABELS: Final = {"name": "renamed", "parent": "moved"}
"""Labels of the changes of a folder."""

NO_LEVEL: Final = "none"

SERVICE_FIELDS: Final = ("document_management", "project_administration")


def get_field_label(name: str) -> str:
    """Return the label of a field."""
    return FIELD_LABELS.get(name, name.replace("_", " "))


def format_value(name: str, value: Any, bag: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a value as readable text that fits a table cell; secrets are masked.

    Args:
        name: The name of the field.
        value: The value; may be None.
        bag: Related fields: an amount needs its currency.
        names: The names in the plan, by id.
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
    elements = None
    if isinstance(value, Mapping):
        elements = [
            f"{get_field_label(k)}: {_format_element(v, names)}" for k, v in sorted(value.items())
        ]
    elif isinstance(value, list):
        elements = [_format_element(each, names) for each in value]
    return shorten_text(str(value)) if elements is None else format_list(elements) or "none"


def _format_element(value: Any, names: Mapping[str, str]) -> str:
    return format_value("", value, {}, names)


def _format_money(value: Any, bag: Mapping[str, Any]) -> str:
    currency = bag.get("currency")
    amount = _format_plain_value(value, {})
    is_known = isinstance(currency, str) and not is_secret(currency) and not is_unknown(currency)
    return f"{amount} {currency}" if is_known else amount


def _format_services(value: Any, bag: Mapping[str, Any]) -> str:
    del bag
    services = [value] if isinstance(value, str) else value
    if not isinstance(services, list):
        return _format_plain_value(value, {})
    return format_list(
        [SERVICE_LABELS.get(str(each)) or _format_element(each, {}) for each in services]
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


def format_list(items: list[str]) -> str:
    """Return items as comma-separated text that fits a table cell."""
    shown = ", ".join(items[:MAX_LIST_ITEMS])
    more = len(items) - MAX_LIST_ITEMS
    return shorten_text(f"{shown} and {more} more" if more > 0 else shown)


def shorten_text(text: str, limit: int = MAX_VALUE_LENGTH) -> str:
    """Return a text, truncated to the limit with the number of omitted characters."""
    if len(text) <= limit:
        return text
    omitted = len(text) - limit
    return f"{text[:limit]}… ({omitted:,} more {'character' if omitted == 1 else 'characters'})"


@dataclass(frozen=True)
class DifferenceFormatter:
    """Formats the differences of one resource.

    Attributes:
        entity: The kind of resource.
        old_fields: The old fields.
        new_fields: The new fields.
        names_by_id: The names in the plan.
        removed_row_note: What happens to a removed row.
        last_known_fields: The last known fields at HQ, declared or not; None if irrelevant.
    """

    entity: str
    old_fields: FieldValues
    new_fields: FieldValues
    names_by_id: Mapping[str, str] = field(default_factory=dict)
    removed_row_note: str = ""
    last_known_fields: FieldValues | None = None

    def format_lines(
        self, rows: Iterable[FieldDifference], excluded: Iterable[FieldKey] = ()
    ) -> tuple[ChangeLine, ...]:
        """Return the fields that the program changes.

        Args:
            rows: The differences.
            excluded: Fields that are shown elsewhere.
        """
        hidden = {*excluded}
        kept = [each for each in rows if (each.row, each.name) not in hidden]
        whole_rows = {each.row for each in kept if each.name == ROW_EXISTENCE}
        lines = (
            self._format_row(each) if each.name == ROW_EXISTENCE else self._format_field(each)
            for each in kept
            if each.name == ROW_EXISTENCE or each.row not in whole_rows
        )
        return tuple(each for each in lines if each is not None)

    def _format_row(self, each: FieldDifference) -> ChangeLine:
        added, removed = ROW_CHANGE_LABELS.get(self.entity, ("new", "no longer declared"))
        if each.new_value is ABSENT:
            return ChangeLine(
                self._get_row_label(each),
                removed,
                self._format_row_summary(self.old_fields, each.row),
                self.removed_row_note,
            )
        return ChangeLine(
            self._get_row_label(each),
            added,
            "",
            self._format_row_summary(self.new_fields, each.row),
        )

    def _get_row_label(self, each: FieldDifference) -> str:
        """Return the label of a row; the key of an undeclared unit is its id."""
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
        after = _format_comparison(each, before, after)
        label = _get_row_field_label(each.name)
        if self.old_fields and self.entity == "folder":
            label = FOLDER_LINE_LABELS.get(each.name, label)
        return ChangeLine(self._get_row_label(each), label, before, after)

    def _format_old_value(self, each: FieldDifference) -> str:
        value, key = each.old_value, (each.row, each.name)
        known = None if self.last_known_fields is None else self.last_known_fields.get(key)
        if value is ABSENT and known not in (None, ""):
            value = known
        elif value is ABSENT and self._has_unknown_value(each):
            return UNKNOWN_CURRENT_VALUE
        return self.format_field_value(each.name, value, self.old_fields)

    def _has_unknown_value(self, each: FieldDifference) -> bool:
        """Return whether HQ may have a value that is not in the arguments or the state."""
        if self.last_known_fields is None or not self.old_fields:
            return False
        is_unseen = (each.row, each.name) not in self.last_known_fields
        return each.name in LIST_FIELDS or (each.name in SERVICE_FIELDS and is_unseen)

    def _format_new_value(self, each: FieldDifference) -> str:
        if each.new_value is ABSENT and each.name not in LEVEL_FIELDS:
            is_reset = each.name == "status" and each.old_value in ("archived", "inactive")
            return "active" if is_reset else UNMANAGED_LABEL
        after = self.format_field_value(each.name, each.new_value, self.new_fields)
        if self.old_fields and self.entity == "person" and each.name in PROFILE_ARGUMENTS:
            return UNSENT_VALUE_FORMAT.format(after)
        return after

    def format_drift(
        self, rows: Sequence[FieldDifference], planned: FieldValues | None, *, refresh_only: bool
    ) -> tuple[Drift, ...]:
        """Return the fields that were changed by hand.

        Args:
            rows: The differences between the declared (old) and the actual (new) fields.
            planned: The fields that the program declares now; None if it declares none.
            refresh_only: Whether nothing is planned.
        """
        whole_rows = {each.row for each in rows if each.name == ROW_EXISTENCE}
        drift = []
        for each in rows:
            outcome = "" if refresh_only else self._format_outcome(each, planned)
            if each.name == ROW_EXISTENCE:
                states = ("present", "missing") if each.new_value is ABSENT else ("", "present")
                drift.append(Drift(self._get_row_label(each), "", *states, outcome))
            elif each.row not in whole_rows:
                before = (
                    self.format_field_value(each.name, each.old_value, self.old_fields)
                    or "not declared"
                )
                after = self.format_field_value(each.name, each.new_value, self.new_fields)
                cells = (before, _format_comparison(each, before, after), outcome, each.is_certain)
                drift.append(
                    Drift(self._get_row_label(each), _get_row_field_label(each.name), *cells)
                )
        return tuple(drift)

    def _format_outcome(self, each: FieldDifference, planned: FieldValues | None) -> str:
        declared = (planned or {}).get((each.row, each.name), ABSENT)
        if planned is None or (declared is ABSENT and each.name in LEVEL_FIELDS):
            return "no longer declared" if planned is None else "removed"
        if has_hidden_value(declared) and not is_unknown(declared):
            return "set to the declared value"
        if declared == each.new_value:
            return "kept, the program now declares it"
        if declared == each.old_value:
            if each.name == "status" and each.new_value == "archived":
                return "reactivated"
            return "added again" if each.name == ROW_EXISTENCE else "restored"
        value = self.format_field_value(each.name, declared, planned)
        return f"set to {value}" if value else "left unchanged"

    def format_summary(self) -> str:
        """Return the main fields of a new resource."""
        if self.entity == "project":
            parts = [
                self._format_new_field("project_type"),
                self._format_dates(),
                self._format_new_field("value"),
                self._format_new_field("city"),
            ]
            return ", ".join(part for part in parts if part)
        fields = (
            "trade",
            "company_id",
            "default_role",
            "service_type",
            *SERVICE_FIELDS,
            "industry_roles",
        )
        parts = [
            f"{_get_row_field_label(name)}: {value}"
            for name in fields
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
        fields = [(name, value) for (own, name), value in side.items() if own == row and name]
        parts = [
            f"{_get_row_field_label(name)}: {self.format_field_value(name, value, side)}"
            for name, value in sorted(fields)
        ]
        return "; ".join(parts)

    def format_field_value(self, name: str, value: Any, side: FieldValues) -> str:
        """Return a value as text; empty if absent."""
        if value is ABSENT:
            return NO_LEVEL if name in LEVEL_FIELDS else ""
        if name in SERVICE_FIELDS and value == "":
            return "no access"
        bag = {"currency": side.get(("", "currency"))}
        return format_value(name, value, bag, self.names_by_id)


def _format_comparison(each: FieldDifference, before: str, after: str) -> str:
    """Return the new value, with a remark if both values are hidden and look equal."""
    if before != after or not has_hidden_value(each.old_value):
        return after
    return "another secret" if each.is_certain else UNCERTAIN_SECRET_LABEL


def _get_row_field_label(name: str) -> str:
    return "all fields" if name == MASKED_ROW else get_field_label(name)
