"""Keys of business units, which change when a unit is renamed."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bim360_provider.review.labels import FIELDS
from bim360_provider.review.plan import hides, is_secret

__all__ = [
    "ABSENT",
    "ALL",
    "WHOLE",
    "Cell",
    "Difference",
    "Flat",
    "Judge",
    "both",
    "covers",
    "differences",
    "flat",
    "known_fields",
    "with_new_keys",
]

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


Cell = tuple[str, str]
"""Whose field and which: the row is an e-mail in a team, a key among units, else empty."""

Flat = dict[Cell, Any]

Judge: TypeAlias = Callable[[Cell], bool | None]
"""Whether the engine found a cell different; None where it does not say."""

PLACES: Final = frozenset({"account_id", "region"})

HIDDEN: Final = frozenset({"ids", *PLACES})
"""What the provider writes into the arguments by itself."""

ROWS: Final = frozenset({"members", "units"})
"""Mappings of which each entry is somebody, or something, of its own."""

WHOLE: Final = ""
"""The name of the cell that says that a row is there at all."""

ALL: Final = "all"
"""The name of the cell of a row that is masked as a whole."""

PART: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]"]+)')
"""One part of a property path such as ``members["ada@example.com"].industry_roles[1]``."""


class _Absent:
    """The type of the one value that stands for none."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@dataclass(frozen=True)
class Difference:
    """One field that differs: raw values, ``ABSENT`` where there is none.

    ``certain`` is false where the plan hides the values and the engine does not say whether
    they differ.
    """

    row: str
    name: str
    before: Any
    after: Any
    certain: bool = True


def flat(bag: Values, *, places: bool = False, whole: frozenset[str] = frozenset()) -> Flat:
    """Return the fields that people declare, each by its row and name.

    Args:
        bag: The arguments.
        places: Whether to tell account and region, which matter to a replacement alone.
        whole: What is not to be told row by row.
    """
    hidden = HIDDEN - PLACES if places else HIDDEN
    found: Flat = {}
    for key, value in bag.items():
        if key.startswith("__") or key in hidden or value is None:
            continue
        if key in ROWS - whole and isinstance(value, Mapping):
            found.update(_rows(value))
        else:
            found["", key] = value
    return found


def both(old: Values, new: Values, *, places: bool = False) -> tuple[Flat, Flat]:
    """Return the fields of two sides, row by row only where both sides have rows.

    A list of members that is not known yet must not read as if everybody left.
    """
    sides = with_new_keys(old, new)
    told = {key: [side[key] for side in sides if side.get(key) is not None] for key in ROWS}
    whole = frozenset(
        key for key, values in told.items() if not all(isinstance(v, Mapping) for v in values)
    )
    first, second = (flat(side, places=places, whole=whole) for side in sides)
    return first, second


def _rows(rows: Values) -> Iterator[tuple[Cell, Any]]:
    for row, bag in rows.items():
        yield (row, WHOLE), True
        if isinstance(bag, Mapping) and not is_secret(bag):
            yield from (((row, name), value) for name, value in bag.items() if value is not None)
        else:
            yield (row, ALL), bag


def known_fields(outputs: Values) -> Flat:
    """Return what HQ was last seen to have, declared or not, row by row where there are rows."""
    rows = {
        (str(row), name): value
        for key in ROWS
        if isinstance(bags := outputs.get(key), Mapping)
        for row, bag in bags.items()
        if isinstance(bag, Mapping)
        for name, value in bag.items()
    }
    return {**{("", name): value for name, value in outputs.items()}, **rows}


def differences(old: Flat, new: Flat, judge: Judge) -> list[Difference]:
    """Return what differs, in the order in which people read it.

    Args:
        old: The fields before.
        new: The fields after.
        judge: What the engine says of a field: no one else can compare hidden values.
    """
    found = [
        _difference(cell, old.get(cell, ABSENT), new.get(cell, ABSENT), judge)
        for cell in sorted({*old, *new}, key=_order)
    ]
    return [each for each in found if each is not None]


_ORDER: Final = {name: number for number, name in enumerate(FIELDS)}


def _order(cell: Cell) -> tuple[str, int, str]:
    row, name = cell
    return row, -1 if name == WHOLE else _ORDER.get(name, len(_ORDER)), name


def _difference(cell: Cell, before: Any, after: Any, judge: Judge) -> Difference | None:
    differs = _differs(before, after)
    if before is ABSENT or after is ABSENT or not (hides(before) or hides(after)):
        return Difference(*cell, before, after) if differs else None
    verdict = judge(cell)
    if not differs and verdict is False:
        return None
    return Difference(*cell, before, after, certain=verdict is True)


def _differs(before: Any, after: Any) -> bool:
    if isinstance(before, list) and isinstance(after, list):
        return _as_set(before) != _as_set(after)
    if type(before) is bool or type(after) is bool:
        return before is not after
    return bool(before != after)


def covers(paths: frozenset[str], cell: Cell) -> bool:
    """Return whether one of the engine's property paths leads to a cell, or above or below it."""
    row, name = cell
    return any(_leads(PART.findall(path), row, name) for path in paths)


def _leads(found: list[tuple[str, str, str]], row: str, name: str) -> bool:
    parts = [next(filter(None, each), "").replace('\\"', '"') for each in found]
    if not row:
        return parts[:1] == [name]
    if parts[:1] and parts[0] not in ROWS:
        return False
    inner = parts[1:3]
    return inner == [row, name][: len(inner)] or (name in (WHOLE, ALL) and inner[:1] == [row])


def _as_set(values: list[Any]) -> list[str]:
    return sorted(map(repr, values))
