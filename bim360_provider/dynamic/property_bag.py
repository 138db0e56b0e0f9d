"""Convert Pulumi's property bags to the core's plain values and back; mask secret values.

Pulumi's host gets no old arguments, so the names of the declared ones are stored as an output, for
the core alone: under a key that Pulumi does not show, and as one text separated by spaces, because
every value of a bag passes Pulumi's serializer several times in a run.
"""

import functools
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)
from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime.rpc import unwrap_rpc_secret

from bim360_provider.core.validation import UNKNOWN, Unknown
from bim360_provider.dynamic.base import PROVIDER_KEY, SECRETS_KEY
from bim360_provider.dynamic.host import ReadResultWithInputs, restore_hidden_properties
from bim360_provider.errors import Bim360Error
from bim360_provider.models.display import (
    MASK,
    has_shared_secrets,
    keep_secret,
    mask_text,
    mask_value,
    share_secret,
)

__all__ = [
    "PROVIDER_KEY",
    "SECRETS_KEY",
    "from_pulumi",
    "has_provider_changed",
    "protect_secrets",
    "read_secret_names",
    "to_pulumi",
]


DECLARED_KEY: Final = "__declared"
"""The names of the declared arguments; Pulumi does not show keys of this form."""

INTERNAL_KEYS: Final = frozenset({PROVIDER_KEY, SECRETS_KEY})


def read_secret_names(bag: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the arguments that are secrets in the program."""
    return frozenset(str(bag.get(SECRETS_KEY) or "").split())


def from_pulumi(bag: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a bag without internal keys, with the core's unknown values."""
    values = {key: _read_value(value) for key, value in bag.items() if key not in INTERNAL_KEYS}
    if DECLARED_KEY in values:
        values["declared"] = _split_names(values.pop(DECLARED_KEY))
    return values


def to_pulumi(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new bag with Pulumi's unknown values and without None.

    Pulumi treats None as absent.
    """
    bag = {key: _write_value(value) for key, value in values.items() if value is not None}
    if "declared" in bag:
        bag[DECLARED_KEY] = _join_names(bag.pop("declared"))
    return bag


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


PropertyBag = Mapping[str, Any]


P = ParamSpec("P")


R = TypeVar("R")


Self = TypeVar("Self")


DERIVED_OUTPUTS: Final = ("name", "undeclared")
"""Outputs that HQ derives from arguments with other names, such as a user's full name or the path
of a unit. Pulumi hides only outputs with the name of a secret argument."""


UNIQUE_ARGUMENTS: Final = frozenset({"name", "email"})
"""Arguments that the calls of other resources may quote, for example in an exchange of names."""


def protect_secrets(
    method: Callable[Concatenate[Self, P], R],
) -> Callable[Concatenate[Self, P], R]:
    """Return a call whose messages are masked and whose results list the secret arguments."""

    @functools.wraps(method)
    def call(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        bags = [each for each in (*args, *kwargs.values()) if isinstance(each, Mapping)]
        restore_hidden_properties(bags)
        names = frozenset[str]().union(*map(read_secret_names, bags))
        if not names and not has_shared_secrets():
            return method(self, *args, **kwargs)
        share_secret(
            *(bag[name] for bag in bags for name in names & UNIQUE_ARGUMENTS if name in bag)
        )
        secrets = [bag[name] for bag in bags for name in names if name in bag]
        with keep_secret(*secrets), _mask_errors():
            result = method(self, *args, **kwargs)
            _mask_result(result, bags)
        return result

    return call


def _mask_result(result: object, bags: list[PropertyBag]) -> None:
    """Add the names of the secret arguments to a result, and mask their values in it."""
    names = read_secret_names(bags[-1])
    if isinstance(result, CheckResult):
        normal = [value for name, value in result.inputs.items() if name in names]
        with keep_secret(*normal):
            result.failures = [
                CheckFailure(each.property, mask_text(each.reason))
                for each in result.failures or ()
            ]
        _write_secret_names(result.inputs, names)
    elif isinstance(result, (CreateResult, UpdateResult, ReadResult)):
        outs: Any = result.outs
        if outs and names:
            _write_secret_names(outs, names)
            outs.update(
                {k: mask_value(outs[k]) for k in DERIVED_OUTPUTS if k in outs and k not in bags[-1]}
            )
    if isinstance(result, ReadResultWithInputs):
        _write_secret_names(result.inputs, names)
    if isinstance(result, DiffResult) and names - read_secret_names(bags[0]):
        # An update also hides the old output, which the state has in plain text.
        result.changes = None if result.changes is None else True


def _write_secret_names(bag: Any, names: frozenset[str]) -> None:
    if names:
        bag[SECRETS_KEY] = " ".join(sorted(names))


@contextmanager
def _mask_errors() -> Iterator[None]:
    """Mask an exception and its causes, which debug mode prints too."""
    try:
        yield
    except Bim360Error as error:
        link: BaseException | None = error
        while link is not None:
            link.args = tuple(
                mask_text(each) if isinstance(each, str) else each for each in link.args
            )
            link = link.__cause__ or link.__context__
        raise
    except Exception as error:
        text = mask_text("".join(traceback.format_exception(error)))
        if MASK not in text:
            raise
        raise RuntimeError(text) from None
