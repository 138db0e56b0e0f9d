"""Property paths: parsed, rendered, matched and used to restore values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.testing.engine.state.property_path import (
    PathError,
    PropertyPath,
    is_match,
    parse_path,
    render_path,
    reset_value,
)
from bim360_provider.testing.engine.state.values import Secret, Value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("name", ("name",)),
        ("tags.owner", ("tags", "owner")),
        ("steps[0].name", ("steps", 0, "name")),
        ('tags["a.b"]', ("tags", "a.b")),
        ('["a\\"b"].c', ('a"b', "c")),
        ("steps[*].name", ("steps", "*", "name")),
        ("", ()),
    ],
)
def test_a_path_is_parsed(text: str, path: PropertyPath) -> None:
    """All of Pulumi's notations are accepted."""
    assert parse_path(text) == path


@given(st.lists(st.text(min_size=1) | st.integers(0, 99), min_size=1, max_size=4).map(tuple))
def test_a_rendered_path_parses_to_the_same_path(path: PropertyPath) -> None:
    """Keys may contain any character."""
    first = path[0]
    full_path = path if isinstance(first, str) else ("a", *path)

    assert parse_path(render_path(full_path)) == full_path


@pytest.mark.parametrize("text", ["a[", "a[x]", 'a["b]', "a]"])
def test_an_invalid_path_is_rejected(text: str) -> None:
    """The message has the position of the error."""
    with pytest.raises(PathError, match="error at character 2"):
        parse_path(text)


def test_a_pattern_matches_paths_below_it() -> None:
    """A star matches any key or index."""
    assert is_match(("a",), ("a", "b", 0))
    assert is_match(("a", "*", "c"), ("a", 3, "c"))
    assert not is_match(("a", "b"), ("a",))
    assert not is_match(("a", "b"), ("a", "c"))


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("a", {"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}),
        ("a", {}, {"a": 2}, {}),
        ("a", {"a": 1}, {}, {"a": 1}),
        ("a.b", {"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, {"a": {"b": 1, "c": 3}}),
        ("a.b", {"a": {"b": 1}}, {}, {}),
        ("a[1]", {"a": [1, 2]}, {"a": [3, 4]}, {"a": [3, 2]}),
        ("a[*].n", {"a": [{"n": 1}]}, {"a": [{"n": 2}, {"n": 3}]}, {"a": [{"n": 1}, {"n": 3}]}),
        ("*", {"a": 1}, {"a": 2, "b": 3}, {"a": 1}),
        ("a.b", {"a": Secret({"b": 1})}, {"a": Secret({"b": 2})}, {"a": {"b": 1}}),
        ("a.b", {"a": 1}, {"a": 2}, {"a": 2}),
    ],
)
def test_the_value_at_a_path_is_restored(
    text: str, old: Value, new: Value, expected: Value
) -> None:
    """As `ignore_changes` requires: the old value at that path only."""
    assert reset_value(parse_path(text), old, new) == expected
