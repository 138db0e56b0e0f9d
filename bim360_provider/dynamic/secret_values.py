"""Calls that quote no secret: neither in a check failure nor in an error, a warning or a notice."""

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
"""Outputs that HQ makes of arguments with other names: a person's name of the first and the last
one, the path of a unit of the names above it. Pulumi hides only what is named like a secret."""

UNIQUE_ARGUMENTS: Final = frozenset({"name", "email"})
"""Arguments that the calls of other resources may quote, as where names are exchanged."""


def protect_secrets(
    method: Callable[Concatenate[Self, P], R],
) -> Callable[Concatenate[Self, P], R]:
    """Return a call whose texts are masked and whose results remember what is secret."""

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
    """Write into a result which arguments are secret, and mask what it quotes of them."""
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
        # An update hides the old output too, which the state has in the clear.
        result.changes = None if result.changes is None else True


def _write_secret_names(bag: Any, names: frozenset[str]) -> None:
    if names:
        bag[SECRETS_KEY] = " ".join(sorted(names))


@contextmanager
def _mask_errors() -> Iterator[None]:
    """Mask what is raised, with all that led to it: in debug mode, it is printed too."""
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
