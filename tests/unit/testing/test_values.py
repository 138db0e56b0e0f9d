"""Conversion, comparison and masking of values."""

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.testing.engine.state.marshal import drop_nulls, from_struct, to_struct
from bim360_provider.testing.engine.state.property_path import compare_properties, invert_changes
from bim360_provider.testing.engine.state.values import (
    UNKNOWN,
    Secret,
    SecretDigest,
    Value,
    mark_secret_keys,
    mark_secrets,
    mask_value,
    unwrap_secrets,
)

DIGEST = "ab" * 32

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5)
trees = st.recursive(
    scalars | st.just(UNKNOWN) | st.just(SecretDigest(DIGEST)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3)
        | inner.map(Secret)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=3), trees, max_size=4))
def test_a_written_value_reads_back_unchanged(bag: dict[str, Value]) -> None:
    """Including nested secrets, unknowns, nulls and integers."""
    assert from_struct(to_struct(bag, keep_secrets=True)) == bag


@given(st.dictionaries(st.text(min_size=1, max_size=3), trees, max_size=4))
def test_a_host_gets_secrets_in_plain_text(bag: dict[str, Value]) -> None:
    """As from Pulumi's engine to a host that does not accept secrets."""
    assert from_struct(to_struct(bag, keep_secrets=False)) == unwrap_secrets(bag)


def test_an_output_value_is_unwrapped() -> None:
    """Newer SDKs may wrap known and secret values in one object."""
    struct = struct_pb2.Struct()
    signature = {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
    struct.update({"known": {**signature, "value": 1, "secret": True}, "unknown": {**signature}})

    assert from_struct(struct) == {"known": Secret(1), "unknown": UNKNOWN}


def test_null_properties_are_dropped() -> None:
    """Nested nulls are kept."""
    assert drop_nulls({"a": None, "b": [None]}) == {"b": [None]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 1.0}, {}),
        ({"a": 1}, {"a": True}, {"a": "update"}),
        ({"a": 1}, {}, {"a": "delete"}),
        ({}, {"a": {"b": 1}}, {"a": "add"}),
        (
            {"a": {"b": 1, "c": 2}},
            {"a": {"b": 2, "d": 1}},
            {"a.b": "update", "a.c": "delete", "a.d": "add"},
        ),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, {"a[1]": "update", "a[2]": "add"}),
        ({"a": [1, 2]}, {"a": [1]}, {"a[1]": "delete"}),
        ({"a": [1]}, {"a": {"b": 1}}, {"a": "update"}),
        ({"a": Secret("x")}, {"a": "x"}, {}),
        ({"a": Secret("x")}, {"a": Secret("y")}, {"a": "update"}),
        ({"a": "x"}, {"a": UNKNOWN}, {"a": "update"}),
        ({"x.y": {"a b": 1}}, {"x.y": {"a b": 2}}, {'["x.y"]["a b"]': "update"}),
    ],
)
def test_changes_are_reported_by_path(
    old: dict[str, Value], new: dict[str, Value], expected: dict[str, str]
) -> None:
    """Each path is as deep as possible."""
    assert compare_properties(old, new) == expected


def test_internal_properties_can_be_left_out() -> None:
    """Properties that start with two underscores are not shown to users."""
    old: dict[str, Value] = {"__provider": "a", "x": 1}

    assert compare_properties(old, {"__provider": "b", "x": 2}, include_internal=False) == {
        "x": "update"
    }


def test_changes_can_be_inverted() -> None:
    """Drift is the inverse of what an up would do."""
    assert invert_changes({"a": "add", "b": "delete", "c": "update"}) == {
        "a": "delete",
        "b": "add",
        "c": "update",
    }


def test_outputs_are_secret_at_the_paths_of_secret_inputs() -> None:
    """In objects and lists; a changed list is secret as a whole."""
    inputs: dict[str, Value] = {
        "object": {"p": Secret(1), "q": 2},
        "list": [1, Secret(2)],
        "sorted": [Secret(2), 1],
        "removed": Secret(1),
    }
    outputs: dict[str, Value] = {
        "object": {"p": 1, "q": 2, "r": 3},
        "list": [1, 2],
        "sorted": [1, 2],
        "more": 3,
    }

    assert mark_secrets(outputs, inputs) == {
        "object": {"p": Secret(1), "q": 2, "r": 3},
        "list": [1, Secret(2)],
        "sorted": Secret([1, 2]),
        "more": 3,
    }


def test_whole_properties_can_be_marked() -> None:
    """A value is marked only once."""
    assert mark_secret_keys({"a": 1, "b": Secret(2), "c": 3}, ("a", "b")) == {
        "a": Secret(1),
        "b": Secret(2),
        "c": 3,
    }


def test_masked_values_contain_neither_secrets_nor_unknowns() -> None:
    """Secrets in unmarked text are masked too."""
    bag: Value = {"s": Secret({"x": 1}), "u": [UNKNOWN], "d": SecretDigest(DIGEST), "t": "my horse"}

    masked = mask_value(bag, lambda text: text.replace("horse", "[secret]"))

    assert masked == {"s": "[secret]", "u": ["[unknown]"], "d": "[secret]", "t": "my [secret]"}
