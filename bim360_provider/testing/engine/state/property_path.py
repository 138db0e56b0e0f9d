"""Property paths such as ``tags.owner``, and the differences between two property bags."""

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from bim360_provider.testing.engine.state.values import (
    Properties,
    Secret,
    Value,
    is_internal,
    unwrap_secrets,
)

PropertyPath: TypeAlias = tuple[str | int, ...]

WILDCARD: Final = "*"

_PART_PATTERN: Final = re.compile(
    r"""\.?(?P<name>[^.\[\]"]+)|\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\[(?P<any>\*)\]"""
)

_UNQUOTED_KEY: Final = re.compile(r"[A-Za-z0-9_]+")
"""Keys that Pulumi writes without quotes (``requiresQuote`` in its properties_path.go)."""


class PathError(ValueError):
    """A text is not a property path."""


def parse_path(text: str) -> PropertyPath:
    """Read a property path.

    Raises:
        PathError: The text is not a property path.
    """
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _PART_PATTERN.match(text, at)
        if match is None:
            msg = f"{text!r} is not a property path: it goes wrong at character {at + 1}"
            raise PathError(msg)
        parts.append(_parse_part(match))
        at = match.end()
    return tuple(parts)


def _parse_part(match: "re.Match[str]") -> str | int:
    if match["index"] is not None:
        return int(match["index"])
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"])
    return match["name"] or WILDCARD


def render_path(path: PropertyPath) -> str:
    """Write a property path the way Pulumi prints it."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else _render_key(part, first=not text)
    return text


def _render_key(key: str, *, first: bool) -> str:
    if not _UNQUOTED_KEY.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'["{escaped}"]'
    return key if first else f".{key}"


def is_match(pattern: PropertyPath, path: PropertyPath) -> bool:
    """Tell whether a path is at or below the place (or places, with ``*``) a pattern names."""
    if len(pattern) > len(path):
        return False
    return all(want in (WILDCARD, got) for want, got in zip(pattern, path, strict=False))


def reset_value(path: PropertyPath, old: Value, new: Value) -> Value:
    """Return ``new`` with the place at ``path`` set back to what ``old`` has there.

    A place that only one of the two has is removed or brought back, if its parents exist.
    """
    old, new = _unwrap_secret(old), _unwrap_secret(new)
    if not path:
        return old
    part, rest = path[0], path[1:]
    if isinstance(new, dict):
        return _reset_in_object(part, rest, old, new)
    return _reset_in_list(part, rest, old, new) if isinstance(new, list) else new


def _unwrap_secret(value: Value) -> Value:
    return value.value if isinstance(value, Secret) else value


def _reset_in_object(part: str | int, rest: PropertyPath, old: Value, new: Properties) -> Value:
    was = old if isinstance(old, dict) else {}
    keys = sorted({*was, *new}) if part == WILDCARD else [str(part)]
    result = dict(new)
    for key in keys:
        if key in was and (key in new or not rest):
            result[key] = reset_value(rest, was[key], new[key]) if rest else was[key]
        elif not rest:
            result.pop(key, None)
    return result


def _reset_in_list(part: str | int, rest: PropertyPath, old: Value, new: list[Value]) -> Value:
    was = old if isinstance(old, list) else []
    result = list(new)
    for index in range(min(len(was), len(new))):
        if part in (WILDCARD, index):
            result[index] = reset_value(rest, was[index], new[index]) if rest else was[index]
    return result


ChangeKind: TypeAlias = Literal["add", "delete", "update"]

PropertyChanges: TypeAlias = dict[str, ChangeKind]


def compare_properties(
    old: Properties, new: Properties, *, include_internal: bool = True
) -> PropertyChanges:
    """Compare two bags, deeply; secrets are compared by value and never shown.

    Args:
        old: What was.
        new: What is to be.
        internal: Whether to look at properties that start with ``__``, which people do not see.

    Returns:
        The kind of change by property path, in the order of the paths.
    """
    found = _compare_values((), unwrap_secrets(old), unwrap_secrets(new))
    shown = (pair for pair in found if include_internal or not is_internal(str(pair[0][0])))
    return {render_path(path): kind for path, kind in shown}


def invert_changes(changes: PropertyChanges) -> PropertyChanges:
    """Turn a comparison round: what was added is deleted and the other way about."""
    turned: dict[ChangeKind, ChangeKind] = {"add": "delete", "delete": "add", "update": "update"}
    return {path: turned[kind] for path, kind in changes.items()}


def _compare_values(
    path: PropertyPath, old: Value, new: Value
) -> Iterator[tuple[PropertyPath, ChangeKind]]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_objects(path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(path, old, new)
    elif type(old) is bool or type(new) is bool:
        if old is not new:
            yield path, "update"
    elif old != new:
        yield path, "update"


def _compare_objects(
    path: PropertyPath, old: Properties, new: Properties
) -> Iterator[tuple[PropertyPath, ChangeKind]]:
    for key in sorted({*old, *new}):
        here = (*path, key)
        if key not in old:
            yield here, "add"
        elif key not in new:
            yield here, "delete"
        else:
            yield from _compare_values(here, old[key], new[key])


def _compare_lists(
    path: PropertyPath, old: list[Value], new: list[Value]
) -> Iterator[tuple[PropertyPath, ChangeKind]]:
    for index in range(max(len(old), len(new))):
        here = (*path, index)
        if index >= len(old):
            yield here, "add"
        elif index >= len(new):
            yield here, "delete"
        else:
            yield from _compare_values(here, old[index], new[index])
