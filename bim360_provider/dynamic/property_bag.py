"""Convert Pulumi's property bags to the core's plain values and back.

Every value of a bag passes Pulumi's serializer several times in a run. So the names of declared
arguments, which only the core reads, are one text separated by spaces.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime.rpc import unwrap_rpc_secret

from bim360_provider.core.entity import DECLARED
from bim360_provider.core.validation import UNKNOWN, Unknown
from bim360_provider.dynamic.base import SECRETS_KEY

__all__ = [
    "PROVIDER_KEY",
    "SECRETS_KEY",
    "from_pulumi",
    "has_provider_changed",
    "read_secret_names",
    "to_pulumi",
]

PROVIDER_KEY: Final = "__provider"

INTERNAL_KEYS: Final = frozenset({PROVIDER_KEY, SECRETS_KEY})


def read_secret_names(bag: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the arguments that are secrets in the program."""
    return frozenset(str(bag.get(SECRETS_KEY) or "").split())


def from_pulumi(bag: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a bag without internal keys, with the core's unknown values."""
    values = {key: _read_value(value) for key, value in bag.items() if key not in INTERNAL_KEYS}
    return {**values, DECLARED: _split_names(values[DECLARED])} if DECLARED in values else values


def to_pulumi(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new bag with Pulumi's unknown values and without None.

    Pulumi treats None as absent.
    """
    bag = {key: _write_value(value) for key, value in values.items() if value is not None}
    return {**bag, DECLARED: _join_names(bag[DECLARED])} if DECLARED in bag else bag


def has_provider_changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the reference to the provider class differs."""
    return bool(olds.get(PROVIDER_KEY) != news.get(PROVIDER_KEY))


def _read_value(value: Any) -> Any:
    if isinstance(value, str):  # the most frequent type, which contains no other value
        return value
    # The host requests secrets in plain text; accept wrapped secrets too.
    value = unwrap_rpc_secret(value)
    if isinstance(value, PulumiUnknown):
        return UNKNOWN
    return _convert_elements(_read_value, value)


def _write_value(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Unknown):
        return PulumiUnknown()  # type: ignore[no-untyped-call]  # untyped in Pulumi
    return _convert_elements(_write_value, value)


def _convert_elements(convert: Callable[[Any], Any], value: Any) -> Any:
    """Return lists and mappings with converted elements, and other values unchanged."""
    if isinstance(value, list):
        return [convert(element) for element in value]
    if isinstance(value, dict):
        return {key: convert(element) for key, element in value.items()}
    return value


def _join_names(names: Any) -> Any:
    """Return lists of names as texts, also those of a mapping's rows."""
    if isinstance(names, dict):
        return {key: _join_names(row) for key, row in names.items()}
    return " ".join(names)


def _split_names(text: Any) -> Any:
    """Return texts as lists of names; a state may have lists already."""
    if isinstance(text, dict):
        return {key: _split_names(row) for key, row in text.items()}
    return text.split() if isinstance(text, str) else text
