"""Pulumi's property bags, to and from the core's plain values.

Every value of a bag passes through Pulumi's serializer several times in a run. So names of
declared arguments, which nobody reads but the core, travel as one text with spaces between.
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
    """Return the names of the arguments that the program gave as secrets."""
    return frozenset(str(bag.get(SECRETS_KEY) or "").split())


def from_pulumi(bag: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bag without the keys that are for the door alone, its unknowns as the core's."""
    values = {key: _read_value(value) for key, value in bag.items() if key not in INTERNAL_KEYS}
    return {**values, DECLARED: _split_names(values[DECLARED])} if DECLARED in values else values


def to_pulumi(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a fresh bag, the core's unknowns as Pulumi's, without what is None.

    Pulumi takes None for absent, after a walk through all that a value could be.
    """
    bag = {key: _write_value(value) for key, value in values.items() if value is not None}
    return {**bag, DECLARED: _join_names(bag[DECLARED])} if DECLARED in bag else bag


def has_provider_changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the reference to our code differs, as after a move of the class."""
    return bool(olds.get(PROVIDER_KEY) != news.get(PROVIDER_KEY))


def _read_value(value: Any) -> Any:
    if isinstance(value, str):  # most of a bag, and nothing hides in it
        return value
    # The host asks for secrets in the clear; an engine that wraps them all the same is understood.
    value = unwrap_rpc_secret(value)
    if isinstance(value, PulumiUnknown):
        return UNKNOWN
    return _convert_elements(_read_value, value)


def _write_value(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Unknown):
        return PulumiUnknown()  # type: ignore[no-untyped-call]  # Pulumi left it untyped
    return _convert_elements(_write_value, value)


def _convert_elements(convert: Callable[[Any], Any], value: Any) -> Any:
    """Return lists and mappings with their elements converted, and anything else as it is."""
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
