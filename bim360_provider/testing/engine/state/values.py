"""Property values as the engine sees them: JSON, and the two things JSON has no word for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias


class UnknownValue(Enum):
    """The type of the one unknown value: an output that only a later run can know."""

    VALUE = "unknown"

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = UnknownValue.VALUE


@dataclass(frozen=True)
class SecretDigest:
    """What is left of a secret once it was put in the state: its digest."""

    digest: str


@dataclass(frozen=True)
class Secret:
    """A value that no state, log or screen may show."""

    value: "Value"

    def __repr__(self) -> str:
        return "[secret]"


Value: TypeAlias = "bool | int | float | str | UnknownValue | Secret | SecretDigest | list[Value] | dict[str, Value] | None"
Properties: TypeAlias = dict[str, Value]

PROVIDER_KEY: Final = "__provider"
"""Where a dynamic resource carries its pickled provider
(https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/)."""


def is_internal(key: str) -> bool:
    """Tell whether Pulumi hides a property of this name from people."""
    return key.startswith("__")


def rebuild_value(value: Value, leaf: Callable[[Value], Value]) -> Value:
    """Return a copy with every scalar, unknown and sealed value passed through ``leaf``."""
    if isinstance(value, dict):
        return {key: rebuild_value(item, leaf) for key, item in value.items()}
    if isinstance(value, list):
        return [rebuild_value(item, leaf) for item in value]
    if isinstance(value, Secret):
        return Secret(rebuild_value(value.value, leaf))
    return leaf(value)


def iterate_leaves(value: Value) -> Iterator[Value]:
    """Yield every scalar, unknown and sealed value, also those inside secrets."""
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
    """Return the value as people may see it.

    Args:
        value: Any value; ``[secret]`` and ``[unknown]`` take the place of what cannot be shown.
        mask: Applied to every text: known secrets may also hide in values nobody marked.
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
    """Tell whether any part of a value is unknown."""
    return any(leaf is UNKNOWN for leaf in iterate_leaves(value))


def has_secret_digest(value: Value) -> bool:
    """Tell whether any part of a value is a secret of which only the digest is left."""
    return any(isinstance(leaf, SecretDigest) for leaf in iterate_leaves(value))


def mark_secrets(outputs: Properties, inputs: Properties) -> Properties:
    """Mark outputs as secret where the input of the same key path is one.

    The host hands out plain values, so this is how secrecy survives a round trip. A list that came
    back changed is marked as a whole, as Pulumi does with every list.
    """
    return {
        key: _mark_value(value, inputs[key]) if key in inputs else value
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
    """Tell whether nothing but the secret elements can have changed, so that none has moved."""
    return len(output) == len(source) and all(
        _has_secrets(was) or now == was for now, was in zip(output, source, strict=True)
    )


def _has_secrets(value: Value) -> bool:
    return any(True for _ in iterate_secrets(value))


def mark_secret_keys(outputs: Properties, keys: tuple[str, ...]) -> Properties:
    """Mark whole properties as secret: the resource option ``additional_secret_outputs``."""
    return {
        key: Secret(value) if key in keys and not isinstance(value, Secret) else value
        for key, value in outputs.items()
    }
