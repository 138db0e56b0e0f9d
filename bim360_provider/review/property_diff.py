"""Keys of business units, which change when a unit is renamed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bim360_provider.review.labels import FIELD_LABELS
from bim360_provider.review.plan import has_hidden_value, is_secret

__all__ = [
    "ABSENT",
    "MASKED_ROW",
    "ROW_EXISTENCE",
    "EngineComparison",
    "FieldDifference",
    "FieldKey",
    "FieldValues",
    "align_unit_keys",
    "compare_fields",
    "flatten_fields",
    "flatten_outputs",
    "flatten_sides",
    "has_path_to_field",
]

Values = Mapping[str, Any]


def align_unit_keys(old: Values, new: Values) -> tuple[Values, Values]:
    """Return both sides with a business unit that has another key now in one row, by its id."""
    before, after = old.get("units"), new.get("units")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return old, new
    keys = {id_: key for key, unit in after.items() if (id_ := _get_unit_id(unit))}
    row_of = {key: keys.get(_get_unit_id(unit), key) for key, unit in before.items()}
    moved = {key: row for key, row in row_of.items() if key != row}
    if not moved or len({*row_of.values()}) < len(row_of):
        return old, new
    told = {row_of[key]: {**u, "key": key} if key in moved else u for key, u in before.items()}
    named = {key: {**u, "key": key} if key in moved.values() else u for key, u in after.items()}
    return {**old, "units": told}, {**new, "units": named}


def _get_unit_id(unit: Any) -> str:
    id_ = unit.get("id") if isinstance(unit, Mapping) else None
    return id_ if isinstance(id_, str) and not has_hidden_value(id_) else ""


FieldKey = tuple[str, str]
"""Whose field and which: the row is an e-mail in a team, a key among units, else empty."""

FieldValues = dict[FieldKey, Any]

EngineComparison: TypeAlias = Callable[[FieldKey], bool | None]
"""Whether the engine found a cell different; None where it does not say."""

ACCOUNT_SCOPE_FIELDS: Final = frozenset({"account_id", "region"})

HIDDEN_FIELDS: Final = frozenset({"ids", *ACCOUNT_SCOPE_FIELDS})
"""What the provider writes into the arguments by itself."""

ROW_FIELDS: Final = frozenset({"members", "units"})
"""Mappings of which each entry is somebody, or something, of its own."""

ROW_EXISTENCE: Final = ""
"""The name of the cell that says that a row is there at all."""

MASKED_ROW: Final = "all"
"""The name of the cell of a row that is masked as a whole."""

PATH_PART_PATTERN: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]"]+)')
"""One part of a property path such as ``members["ada@example.com"].industry_roles[1]``."""


class _AbsentValue:
    """The type of the one value that stands for none."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _AbsentValue()


@dataclass(frozen=True)
class FieldDifference:
    """One field that differs: raw values, ``ABSENT`` where there is none.

    ``certain`` is false where the plan hides the values and the engine does not say whether
    they differ.
    """

    row: str
    name: str
    old_value: Any
    new_value: Any
    is_certain: bool = True


def flatten_fields(
    bag: Values, *, include_scope: bool = False, unsplit_fields: frozenset[str] = frozenset()
) -> FieldValues:
    """Return the fields that people declare, each by its row and name.

    Args:
        bag: The arguments.
        places: Whether to tell account and region, which matter to a replacement alone.
        whole: What is not to be told row by row.
    """
    hidden = HIDDEN_FIELDS - ACCOUNT_SCOPE_FIELDS if include_scope else HIDDEN_FIELDS
    found: FieldValues = {}
    for key, value in bag.items():
        if key.startswith("__") or key in hidden or value is None:
            continue
        if key in ROW_FIELDS - unsplit_fields and isinstance(value, Mapping):
            found.update(_flatten_rows(value))
        else:
            found["", key] = value
    return found


def flatten_sides(
    old: Values, new: Values, *, include_scope: bool = False
) -> tuple[FieldValues, FieldValues]:
    """Return the fields of two sides, row by row only where both sides have rows.

    A list of members that is not known yet must not read as if everybody left.
    """
    sides = align_unit_keys(old, new)
    told = {key: [side[key] for side in sides if side.get(key) is not None] for key in ROW_FIELDS}
    whole = frozenset(
        key for key, values in told.items() if not all(isinstance(v, Mapping) for v in values)
    )
    first, second = (
        flatten_fields(side, include_scope=include_scope, unsplit_fields=whole) for side in sides
    )
    return first, second


def _flatten_rows(rows: Values) -> Iterator[tuple[FieldKey, Any]]:
    for row, bag in rows.items():
        yield (row, ROW_EXISTENCE), True
        if isinstance(bag, Mapping) and not is_secret(bag):
            yield from (((row, name), value) for name, value in bag.items() if value is not None)
        else:
            yield (row, MASKED_ROW), bag


def flatten_outputs(outputs: Values) -> FieldValues:
    """Return what HQ was last seen to have, declared or not, row by row where there are rows."""
    rows = {
        (str(row), name): value
        for key in ROW_FIELDS
        if isinstance(bags := outputs.get(key), Mapping)
        for row, bag in bags.items()
        if isinstance(bag, Mapping)
        for name, value in bag.items()
    }
    return {**{("", name): value for name, value in outputs.items()}, **rows}


def compare_fields(
    old: FieldValues, new: FieldValues, judge: EngineComparison
) -> list[FieldDifference]:
    """Return what differs, in the order in which people read it.

    Args:
        old: The fields before.
        new: The fields after.
        judge: What the engine says of a field: no one else can compare hidden values.
    """
    found = [
        _compare_field(cell, old.get(cell, ABSENT), new.get(cell, ABSENT), judge)
        for cell in sorted({*old, *new}, key=_get_sort_key)
    ]
    return [each for each in found if each is not None]


_FIELD_RANKS: Final = {name: number for number, name in enumerate(FIELD_LABELS)}


def _get_sort_key(cell: FieldKey) -> tuple[str, int, str]:
    row, name = cell
    return row, -1 if name == ROW_EXISTENCE else _FIELD_RANKS.get(name, len(_FIELD_RANKS)), name


def _compare_field(
    cell: FieldKey, before: Any, after: Any, judge: EngineComparison
) -> FieldDifference | None:
    differs = _is_different(before, after)
    if (
        before is ABSENT
        or after is ABSENT
        or not (has_hidden_value(before) or has_hidden_value(after))
    ):
        return FieldDifference(*cell, before, after) if differs else None
    verdict = judge(cell)
    if not differs and verdict is False:
        return None
    return FieldDifference(*cell, before, after, is_certain=verdict is True)


def _is_different(before: Any, after: Any) -> bool:
    if isinstance(before, list) and isinstance(after, list):
        return _sort_representations(before) != _sort_representations(after)
    if type(before) is bool or type(after) is bool:
        return before is not after
    return bool(before != after)


def has_path_to_field(paths: frozenset[str], cell: FieldKey) -> bool:
    """Return whether one of the engine's property paths leads to a cell, or above or below it."""
    row, name = cell
    return any(_is_path_to_field(PATH_PART_PATTERN.findall(path), row, name) for path in paths)


def _is_path_to_field(found: list[tuple[str, str, str]], row: str, name: str) -> bool:
    parts = [next(filter(None, each), "").replace('\\"', '"') for each in found]
    if not row:
        return parts[:1] == [name]
    if parts[:1] and parts[0] not in ROW_FIELDS:
        return False
    inner = parts[1:3]
    return inner == [row, name][: len(inner)] or (
        name in (ROW_EXISTENCE, MASKED_ROW) and inner[:1] == [row]
    )


def _sort_representations(values: list[Any]) -> list[str]:
    return sorted(map(repr, values))
