"""Mask secret values in check failures, errors, warnings and messages of a call."""

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

from bim360_provider.dynamic.base import SECRETS_KEY
from bim360_provider.dynamic.property_bag import read_secret_names
from bim360_provider.errors import Bim360Error
from bim360_provider.models.display import (
    MASK,
    has_shared_secrets,
    keep_secret,
    mask_text,
    mask_value,
    share_secret,
)

__all__ = ["protect_secrets"]

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
    if isinstance(result, ReadResult) and result.inputs:
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
