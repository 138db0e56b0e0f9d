"""What differs between two bags of properties, path by path."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from bim360_provider.testing.engine.paths import Path, render
from bim360_provider.testing.engine.values import Properties, Value, is_internal, plain

Kind: TypeAlias = Literal["add", "delete", "update"]
Changes: TypeAlias = dict[str, Kind]


def changes_between(old: Properties, new: Properties, *, internal: bool = True) -> Changes:
    """Compare two bags, deeply; secrets are compared by value and never shown.

    Args:
        old: What was.
        new: What is to be.
        internal: Whether to look at properties that start with ``__``, which people do not see.

    Returns:
        The kind of change by property path, in the order of the paths.
    """
    found = _compare((), plain(old), plain(new))
    shown = (pair for pair in found if internal or not is_internal(str(pair[0][0])))
    return {render(path): kind for path, kind in shown}


def inverted(changes: Changes) -> Changes:
    """Turn a comparison round: what was added is deleted and the other way about."""
    turned: dict[Kind, Kind] = {"add": "delete", "delete": "add", "update": "update"}
    return {path: turned[kind] for path, kind in changes.items()}


def _compare(path: Path, old: Value, new: Value) -> Iterator[tuple[Path, Kind]]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_objects(path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(path, old, new)
    elif type(old) is bool or type(new) is bool:
        if old is not new:
            yield path, "update"
    elif old != new:
        yield path, "update"


def _compare_objects(path: Path, old: Properties, new: Properties) -> Iterator[tuple[Path, Kind]]:
    for key in sorted({*old, *new}):
        here = (*path, key)
        if key not in old:
            yield here, "add"
        elif key not in new:
            yield here, "delete"
        else:
            yield from _compare(here, old[key], new[key])


def _compare_lists(path: Path, old: list[Value], new: list[Value]) -> Iterator[tuple[Path, Kind]]:
    for index in range(max(len(old), len(new))):
        here = (*path, index)
        if index >= len(old):
            yield here, "add"
        elif index >= len(new):
            yield here, "delete"
        else:
            yield from _compare(here, old[index], new[index])
