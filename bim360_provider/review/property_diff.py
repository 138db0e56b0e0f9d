"""Compare the fields of two states of a resource."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bim360_provider.review.labels import FIELD_LABELS
from bim360_provider.review.plan import has_hidden_value, is_secret

__all__ = [
    "ABSENT",
    "LEVEL_FIELDS",
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

FieldKey = tuple[str, str]
"""Row and name of a field: the row is a member's e-mail, a unit's key, a subject, or empty."""

FieldValues = dict[FieldKey, Any]

EngineComparison: TypeAlias = Callable[[FieldKey], bool | None]
"""Returns whether the engine found a field different; None if it does not report it."""

ACCOUNT_SCOPE_FIELDS: Final = frozenset({"account_id", "region"})

HIDDEN_FIELDS: Final = frozenset({"ids", *ACCOUNT_SCOPE_FIELDS})
"""Arguments that the provider adds."""

ROW_FIELDS: Final = frozenset({"members", "units"})
"""Mappings with a row for each entry."""

LEVEL_FIELDS: Final = frozenset({"roles", "companies", "users"})
"""Mappings with a level for each subject; the subject is the row, the mapping the field."""

ROW_EXISTENCE: Final = ""
"""The name of the field that represents the existence of a row."""

MASKED_ROW: Final = "all"
"""The name of the field of a row that is masked as a whole."""

PATH_PART_PATTERN: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]"]+)')
"""One part of a property path such as ``members["ada@example.com"].industry_roles[1]``."""

_FIELD_RANKS: Final = {name: number for number, name in enumerate(FIELD_LABELS)}


def align_unit_keys(old: Values, new: Values) -> tuple[Values, Values]:
    """Return both sides with renamed business units in one row each, matched by id."""
    before, after = old.get("units"), new.get("units")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return old, new
    new_keys = {id_: key for key, unit in after.items() if (id_ := _get_unit_id(unit))}
    rows = {key: new_keys.get(_get_unit_id(unit), key) for key, unit in before.items()}
    renamed = {key: row for key, row in rows.items() if key != row}
    if not renamed or len({*rows.values()}) < len(rows):
        return old, new
    old_units = {
        rows[key]: {**unit, "key": key} if key in renamed else unit for key, unit in before.items()
    }
    new_units = {
        key: {**unit, "key": key} if key in renamed.values() else unit
        for key, unit in after.items()
    }
    return {**old, "units": old_units}, {**new, "units": new_units}


def _get_unit_id(unit: Any) -> str:
    id_ = unit.get("id") if isinstance(unit, Mapping) else None
    return id_ if isinstance(id_, str) and not has_hidden_value(id_) else ""


class _AbsentValue:
    """The type of ``ABSENT``."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _AbsentValue()


@dataclass(frozen=True)
class FieldDifference:
    """A field that differs: raw values, ``ABSENT`` if missing.

    ``is_certain`` is false if the plan hides the values and the engine does not report whether
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
    """Return the declared fields by row and name.

    Args:
        bag: The arguments.
        include_scope: Whether to include account and region, which only matter to a replacement.
        unsplit_fields: The mappings that are not split into rows.
    """
    hidden = HIDDEN_FIELDS - ACCOUNT_SCOPE_FIELDS if include_scope else HIDDEN_FIELDS
    fields: FieldValues = {}
    for key, value in bag.items():
        if key.startswith("__") or key in hidden or value is None:
            continue
        if key in ROW_FIELDS - unsplit_fields and isinstance(value, Mapping):
            fields.update(_flatten_rows(value))
        elif key in LEVEL_FIELDS - unsplit_fields and isinstance(value, Mapping):
            fields.update({(subject, key): level for subject, level in value.items()})
        else:
            fields["", key] = value
    return fields


def flatten_sides(
    old: Values, new: Values, *, include_scope: bool = False
) -> tuple[FieldValues, FieldValues]:
    """Return the fields of two sides, split into rows only if both sides have rows.

    Otherwise an unknown list of members would look as if all members were removed.
    """
    sides = align_unit_keys(old, new)
    known = {
        key: [side[key] for side in sides if side.get(key) is not None]
        for key in ROW_FIELDS | LEVEL_FIELDS
    }
    unsplit_fields = frozenset(
        key for key, values in known.items() if not all(isinstance(v, Mapping) for v in values)
    )
    first, second = (
        flatten_fields(side, include_scope=include_scope, unsplit_fields=unsplit_fields)
        for side in sides
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
    """Return the last known fields at HQ, declared or not, split into rows."""
    rows = {
        (str(row), name): value
        for key in ROW_FIELDS
        if isinstance(bags := outputs.get(key), Mapping)
        for row, bag in bags.items()
        if isinstance(bag, Mapping)
        for name, value in bag.items()
    }
    levels = {
        (str(subject), key): level
        for key in LEVEL_FIELDS
        if isinstance(subjects := outputs.get(key), Mapping)
        for subject, level in subjects.items()
    }
    return {**{("", name): value for name, value in outputs.items()}, **rows, **levels}


def compare_fields(
    old: FieldValues, new: FieldValues, compare: EngineComparison
) -> list[FieldDifference]:
    """Return the differences in display order.

    Args:
        old: The old fields.
        new: The new fields.
        compare: The engine's comparison, which is needed for hidden values.
    """
    differences = (
        _compare_field(key, old.get(key, ABSENT), new.get(key, ABSENT), compare)
        for key in sorted({*old, *new}, key=_get_sort_key)
    )
    return [each for each in differences if each is not None]


def _get_sort_key(key: FieldKey) -> tuple[str, int, str]:
    row, name = key
    return row, -1 if name == ROW_EXISTENCE else _FIELD_RANKS.get(name, len(_FIELD_RANKS)), name


def _compare_field(
    key: FieldKey, before: Any, after: Any, compare: EngineComparison
) -> FieldDifference | None:
    is_different = _is_different(before, after)
    if (
        before is ABSENT
        or after is ABSENT
        or not (has_hidden_value(before) or has_hidden_value(after))
    ):
        return FieldDifference(*key, before, after) if is_different else None
    engine_result = compare(key)
    if not is_different and engine_result is False:
        return None
    return FieldDifference(*key, before, after, is_certain=engine_result is True)


def _is_different(before: Any, after: Any) -> bool:
    if isinstance(before, list) and isinstance(after, list):
        return _sort_representations(before) != _sort_representations(after)
    if type(before) is bool or type(after) is bool:
        return before is not after
    return bool(before != after)


def has_path_to_field(paths: frozenset[str], key: FieldKey) -> bool:
    """Return whether a property path leads to a field, one of its parents or children."""
    row, name = key
    return any(_is_path_to_field(PATH_PART_PATTERN.findall(path), row, name) for path in paths)


def _is_path_to_field(matches: list[tuple[str, str, str]], row: str, name: str) -> bool:
    parts = [next(filter(None, each), "").replace('\\"', '"') for each in matches]
    if not row:
        return parts[:1] == [name]
    if name in LEVEL_FIELDS:
        return parts[:2] == [name, row][: len(parts)]
    if parts[:1] and parts[0] not in ROW_FIELDS:
        return False
    row_parts = parts[1:3]
    return row_parts == [row, name][: len(row_parts)] or (
        name in (ROW_EXISTENCE, MASKED_ROW) and row_parts[:1] == [row]
    )


def _sort_representations(values: list[Any]) -> list[str]:
    return sorted(map(repr, values))
