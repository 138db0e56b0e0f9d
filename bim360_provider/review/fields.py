"""What differs between two bags of arguments, field by field."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.review import words
from bim360_provider.review.glossary import FIELDS

__all__ = ["ABSENT", "ALL", "WHOLE", "Cell", "Difference", "Flat", "both", "differences", "flat"]

Values = Mapping[str, Any]
Cell = tuple[str, str]
"""Whose field and which: the row is an e-mail in a team, a key among units, else empty."""
Flat = dict[Cell, Any]

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
    """One field that differs: raw values, ``ABSENT`` where there is none."""

    row: str
    name: str
    before: Any
    after: Any


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
    sides = (old, new)
    told = {key: [side[key] for side in sides if side.get(key) is not None] for key in ROWS}
    whole = frozenset(
        key for key, values in told.items() if not all(isinstance(v, Mapping) for v in values)
    )
    first, second = (flat(side, places=places, whole=whole) for side in sides)
    return first, second


def _rows(rows: Values) -> Iterator[tuple[Cell, Any]]:
    for row, bag in rows.items():
        yield (row, WHOLE), True
        if isinstance(bag, Mapping) and not words.is_secret(bag):
            yield from (((row, name), value) for name, value in bag.items() if value is not None)
        else:
            yield (row, ALL), bag


def differences(old: Flat, new: Flat, paths: frozenset[str]) -> list[Difference]:
    """Return what differs, in the order in which people read it.

    Args:
        old: The fields before.
        new: The fields after.
        paths: What the engine found different: the only one who can compare masked secrets.
    """
    found = [
        Difference(*cell, old.get(cell, ABSENT), new.get(cell, ABSENT))
        for cell in sorted({*old, *new}, key=_order)
    ]
    return [each for each in found if _differs(each, paths)]


_ORDER: Final = {name: number for number, name in enumerate(FIELDS)}


def _order(cell: Cell) -> tuple[str, int, str]:
    row, name = cell
    return row, -1 if name == WHOLE else _ORDER.get(name, len(_ORDER)), name


def _differs(each: Difference, paths: frozenset[str]) -> bool:
    before, after = each.before, each.after
    if words.is_secret(before) and words.is_secret(after):
        wanted = {each.row, each.name} - {"", WHOLE, ALL}
        return any(wanted <= _parts(path) for path in paths)
    if isinstance(before, list) and isinstance(after, list):
        return _as_set(before) != _as_set(after)
    if type(before) is bool or type(after) is bool:
        return before is not after
    return bool(before != after)


def _parts(path: str) -> set[str]:
    return {part for found in PART.findall(path) for part in found if part}


def _as_set(values: list[Any]) -> list[str]:
    return sorted(map(repr, values))
