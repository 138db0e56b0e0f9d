"""Property values of the engine: JSON values, secrets and unknowns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

Value: TypeAlias = (
    "bool | int | float | str | UnknownValue | Secret | SecretDigest | list[Value] "
    "| dict[str, Value] | None"
)
Properties: TypeAlias = dict[str, Value]

PROVIDER_KEY: Final = "__provider"
"""Property with the pickled provider of a dynamic resource
(https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/)."""


class UnknownValue(Enum):
    """The type of the unknown value: an output that a later run will know."""

    VALUE = "unknown"

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = UnknownValue.VALUE


@dataclass(frozen=True)
class SecretDigest:
    """The digest that replaces a secret in the state."""

    digest: str


@dataclass(frozen=True)
class Secret:
    """A value that must not appear in state, log or output."""

    value: "Value"

    def __repr__(self) -> str:
        return "[secret]"


def is_internal(key: str) -> bool:
    """Return whether Pulumi hides a property with this name in its output."""
    return key.startswith("__")


def rebuild_value(value: Value, leaf: Callable[[Value], Value]) -> Value:
    """Return a copy in which ``leaf`` has replaced every scalar, unknown and digest."""
    if isinstance(value, dict):
        return {key: rebuild_value(item, leaf) for key, item in value.items()}
    if isinstance(value, list):
        return [rebuild_value(item, leaf) for item in value]
    if isinstance(value, Secret):
        return Secret(rebuild_value(value.value, leaf))
    return leaf(value)


def iterate_leaves(value: Value) -> Iterator[Value]:
    """Yield every scalar, unknown and digest, also inside secrets."""
    if isinstance(value, dict):
        for item in value.values():
            yield from iterate_leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from iterate_leaves(item)
    elif isinstance(value, Secret):
        yield from iterate_leaves(value.value)
    else:
        yield value


def unwrap_secrets(value: Value) -> Value:
    """Return the value with its secrets unwrapped."""
    if isinstance(value, dict):
        return {key: unwrap_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unwrap_secrets(item) for item in value]
    return unwrap_secrets(value.value) if isinstance(value, Secret) else value


def mask_value(value: Value, mask: Callable[[str], str] = str) -> Value:
    """Return the value for output.

    Args:
        value: Any value; ``[secret]`` and ``[unknown]`` replace secrets and unknowns.
        mask: Applied to every text, because unmarked values may contain known secrets.
    """
    if isinstance(value, dict):
        return {key: mask_value(item, mask) for key, item in value.items()}
    if isinstance(value, list):
        return [mask_value(item, mask) for item in value]
    if isinstance(value, (Secret, SecretDigest)):
        return "[secret]"
    if isinstance(value, str):
        return mask(value)
    return "[unknown]" if value is UNKNOWN else value


def iterate_secrets(value: Value) -> Iterator[Secret]:
    """Yield every outermost secret in a value."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from iterate_secrets(item)
    elif isinstance(value, list):
        for item in value:
            yield from iterate_secrets(item)


def has_unknown(value: Value) -> bool:
    """Return whether any part of a value is unknown."""
    return any(leaf is UNKNOWN for leaf in iterate_leaves(value))


def has_secret_digest(value: Value) -> bool:
    """Return whether any part of a value is the digest of a secret."""
    return any(isinstance(leaf, SecretDigest) for leaf in iterate_leaves(value))


def mark_secrets(outputs: Properties, inputs: Properties) -> Properties:
    """Mark outputs as secret if the input at the same path is secret.

    The host returns plain values, so the marks must be restored. A changed list is marked as a
    whole, as Pulumi does with every list.
    """
    return {
        key: _mark_value(value, inputs[key]) if key in inputs else value
        for key, value in outputs.items()
    }


def mark_secret_keys(outputs: Properties, keys: tuple[str, ...]) -> Properties:
    """Mark properties as secret (resource option ``additional_secret_outputs``)."""
    return {
        key: Secret(value) if key in keys and not isinstance(value, Secret) else value
        for key, value in outputs.items()
    }


def _mark_value(output: Value, source: Value) -> Value:
    if isinstance(output, Secret) or not _has_secrets(source):
        return output
    if isinstance(output, dict) and isinstance(source, dict):
        return mark_secrets(output, source)
    if isinstance(output, list) and isinstance(source, list) and _is_aligned(output, source):
        return [_mark_value(*pair) for pair in zip(output, source, strict=True)]
    return Secret(output)


def _is_aligned(output: list[Value], source: list[Value]) -> bool:
    """Return whether only secret elements can have changed, so that the positions match."""
    return len(output) == len(source) and all(
        _has_secrets(old) or new == old for new, old in zip(output, source, strict=True)
    )


def _has_secrets(value: Value) -> bool:
    return any(True for _ in iterate_secrets(value))
