"""Convert arguments to Pulumi properties: values, names of outputs and secret marks."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

import pulumi
from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import SECRETS_KEY
from bim360_provider.errors import InputError

__all__ = [
    "Date",
    "Money",
    "build_properties",
    "build_secret_names",
    "collect_arguments",
    "has_output",
    "refuse_import",
    "serialize_value",
]

Date: TypeAlias = Input[date] | Input[str]

Money: TypeAlias = Input[float] | Input[int] | Input[Decimal] | Input[str]

NON_ARGUMENT_NAMES: Final = frozenset({"self", "resource_name", "opts", "__class__"})


def collect_arguments(local: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments among the local names of an ``__init__``, in Pulumi's types."""
    return {
        name: serialize_value(each)
        for name, each in local.items()
        if name not in NON_ARGUMENT_NAMES
    }


def serialize_value(value: Any) -> Any:
    """Return dates as texts, decimals as numbers, sets and tuples as lists, at any depth."""
    if isinstance(value, Output):
        return value.apply(serialize_value)
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (list, tuple, AbstractSet)):
        return [serialize_value(element) for element in value]
    if isinstance(value, Mapping):
        return {key: serialize_value(element) for key, element in value.items()}
    return value


IMPORT_REFUSAL: Final = (
    "BIM 360: import_ does not work for this resource, because Pulumi does not give a dynamic "
    "provider what it needs for it; remove import_, and adopt on create (adopt='any' for a "
    "project; companies, users and members are adopted by default), or write an import file: "
    "`bim360 export`, then `pulumi import --file`."
)


class ImportOptionError(InputError, pulumi.RunError):
    """``import_`` in the options; as a ``RunError``, it is printed without a traceback."""


def build_properties(
    outputs: Iterable[str], given: Mapping[str, Any], opts: ResourceOptions | None
) -> dict[str, Any]:
    """Return the properties with which a resource is registered.

    Args:
        outputs: Names of the outputs that HQ or the provider sets.
        given: The arguments.
        opts: Pulumi's resource options.

    Raises:
        InputError: The options contain ``import_``, which fails for a dynamic resource.
    """
    refuse_import(opts)
    return {**dict.fromkeys(outputs), **given, **build_secret_names(given)}


def refuse_import(opts: ResourceOptions | None) -> None:
    """Refuse the option ``import_``.

    Raises:
        InputError: The option is set; Pulumi itself would raise a ``KeyError``.
    """
    if opts is not None and opts.import_ is not None:
        raise ImportOptionError(IMPORT_REFUSAL)


def build_secret_names(
    given: Mapping[str, Any], key: str = SECRETS_KEY
) -> dict[str, Output[str | None]]:
    """Return the names of the secret arguments, as a hidden argument of a resource.

    Pulumi passes all values to the provider as plain text, so the provider cannot detect secrets
    itself. Nothing is added if no argument contains an output, and nothing enters the state if no
    argument is secret.
    """
    outputs = {name: value for name, value in given.items() if has_output(value)}
    if not outputs:
        return {}

    async def names() -> str | None:
        found = [k for k, v in outputs.items() if await Output.from_input(v).is_secret()]
        return " ".join(sorted(found)) or None

    return {key: Output.from_input(names())}


def has_output(value: Any) -> bool:
    """Return whether a value is an output or contains one."""
    if isinstance(value, Mapping):
        return any(map(has_output, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(has_output, value))
    return isinstance(value, Output)
