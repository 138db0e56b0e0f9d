"""Keys of business units, which change when a unit is renamed."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.review.hidden_values import hides

__all__ = ["with_new_keys"]

Values = Mapping[str, Any]


def with_new_keys(old: Values, new: Values) -> tuple[Values, Values]:
    """Return both sides with a business unit that has another key now in one row, by its id."""
    before, after = old.get("units"), new.get("units")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return old, new
    keys = {id_: key for key, unit in after.items() if (id_ := _id_of(unit))}
    row_of = {key: keys.get(_id_of(unit), key) for key, unit in before.items()}
    moved = {key: row for key, row in row_of.items() if key != row}
    if not moved or len({*row_of.values()}) < len(row_of):
        return old, new
    told = {row_of[key]: {**u, "key": key} if key in moved else u for key, u in before.items()}
    named = {key: {**u, "key": key} if key in moved.values() else u for key, u in after.items()}
    return {**old, "units": told}, {**new, "units": named}


def _id_of(unit: Any) -> str:
    id_ = unit.get("id") if isinstance(unit, Mapping) else None
    return id_ if isinstance(id_, str) and not hides(id_) else ""
