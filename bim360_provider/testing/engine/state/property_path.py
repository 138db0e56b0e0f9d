"""Parses property paths such as ``tags.owner``, and compares properties."""

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

ChangeKind: TypeAlias = Literal["add", "delete", "update"]
PropertyChanges: TypeAlias = dict[str, ChangeKind]


class PathError(ValueError):
    """A text is not a property path."""


def parse_path(text: str) -> PropertyPath:
    """Return the parts of a property path.

    Raises:
        PathError: The text is not a property path.
    """
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        match = _PART_PATTERN.match(text, position)
        if match is None:
            msg = f"{text!r} is not a property path: error at character {position + 1}"
            raise PathError(msg)
        parts.append(_parse_part(match))
        position = match.end()
    return tuple(parts)


def render_path(path: PropertyPath) -> str:
    """Return a property path as text, in Pulumi's format."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else _render_key(part, first=not text)
    return text


def is_match(pattern: PropertyPath, path: PropertyPath) -> bool:
    """Return whether a path is at or below a pattern, which may contain ``*``."""
    if len(pattern) > len(path):
        return False
    return all(expected in (WILDCARD, part) for expected, part in zip(pattern, path, strict=False))


def reset_value(path: PropertyPath, old: Value, new: Value) -> Value:
    """Return ``new`` with the value of ``old`` at ``path``.

    A value that only one of the two has is removed or restored, if its parents exist.
    """
    old, new = _unwrap_secret(old), _unwrap_secret(new)
    if not path:
        return old
    part, rest = path[0], path[1:]
    if isinstance(new, dict):
        return _reset_in_object(part, rest, old, new)
    return _reset_in_list(part, rest, old, new) if isinstance(new, list) else new


def compare_properties(
    old: Properties, new: Properties, *, include_internal: bool = True
) -> PropertyChanges:
    """Compare properties recursively; secrets are compared by value.

    Args:
        old: The old properties.
        new: The new properties.
        include_internal: Whether to include properties that start with ``__``.

    Returns:
        The kind of change by property path, in the order of the paths.
    """
    changes = _compare_values((), unwrap_secrets(old), unwrap_secrets(new))
    visible = (pair for pair in changes if include_internal or not is_internal(str(pair[0][0])))
    return {render_path(path): kind for path, kind in visible}


def invert_changes(changes: PropertyChanges) -> PropertyChanges:
    """Return the changes in the opposite direction: additions become deletions and vice versa."""
    inverse: dict[ChangeKind, ChangeKind] = {"add": "delete", "delete": "add", "update": "update"}
    return {path: inverse[kind] for path, kind in changes.items()}


def _parse_part(match: "re.Match[str]") -> str | int:
    if match["index"] is not None:
        return int(match["index"])
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"])
    return match["name"] or WILDCARD


def _render_key(key: str, *, first: bool) -> str:
    if not _UNQUOTED_KEY.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'["{escaped}"]'
    return key if first else f".{key}"


def _unwrap_secret(value: Value) -> Value:
    return value.value if isinstance(value, Secret) else value


def _reset_in_object(part: str | int, rest: PropertyPath, old: Value, new: Properties) -> Value:
    previous = old if isinstance(old, dict) else {}
    keys = sorted({*previous, *new}) if part == WILDCARD else [str(part)]
    result = dict(new)
    for key in keys:
        if key in previous and (key in new or not rest):
            result[key] = reset_value(rest, previous[key], new[key]) if rest else previous[key]
        elif not rest:
            result.pop(key, None)
    return result


def _reset_in_list(part: str | int, rest: PropertyPath, old: Value, new: list[Value]) -> Value:
    previous = old if isinstance(old, list) else []
    result = list(new)
    for index in range(min(len(previous), len(new))):
        if part in (WILDCARD, index):
            result[index] = (
                reset_value(rest, previous[index], new[index]) if rest else previous[index]
            )
    return result


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
        child = (*path, key)
        if key not in old:
            yield child, "add"
        elif key not in new:
            yield child, "delete"
        else:
            yield from _compare_values(child, old[key], new[key])


def _compare_lists(
    path: PropertyPath, old: list[Value], new: list[Value]
) -> Iterator[tuple[PropertyPath, ChangeKind]]:
    for index in range(max(len(old), len(new))):
        child = (*path, index)
        if index >= len(old):
            yield child, "add"
        elif index >= len(new):
            yield child, "delete"
        else:
            yield from _compare_values(child, old[index], new[index])
