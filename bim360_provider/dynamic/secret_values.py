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

from bim360_provider.dynamic.base import MASKED_KEY
from bim360_provider.dynamic.property_bag import secrets_of
from bim360_provider.errors import Bim360Error
from bim360_provider.models.display import (
    MASK,
    keep_secret,
    masked,
    masked_deep,
    share_secret,
    shares_secrets,
)

__all__ = ["secret_safe"]

Bag = Mapping[str, Any]
P = ParamSpec("P")
R = TypeVar("R")
Self = TypeVar("Self")

DERIVED: Final = ("name", "undeclared")
"""Outputs that HQ makes of arguments with other names: a person's name of the first and the last
one, the path of a unit of the names above it. Pulumi hides only what is named like a secret."""

UNIQUE: Final = frozenset({"name", "email"})
"""Arguments that the calls of other resources may quote, as where names are exchanged."""


def secret_safe(
    method: Callable[Concatenate[Self, P], R],
) -> Callable[Concatenate[Self, P], R]:
    """Return a call whose texts are masked and whose results remember what is secret."""

    @functools.wraps(method)
    def call(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        bags = [each for each in (*args, *kwargs.values()) if isinstance(each, Mapping)]
        names = frozenset[str]().union(*map(secrets_of, bags))
        if not names and not shares_secrets():
            return method(self, *args, **kwargs)
        share_secret(*(bag[name] for bag in bags for name in names & UNIQUE if name in bag))
        secrets = [bag[name] for bag in bags for name in names if name in bag]
        with keep_secret(*secrets), _masked_errors():
            result = method(self, *args, **kwargs)
            _seal(result, bags)
        return result

    return call


def _seal(result: object, bags: list[Bag]) -> None:
    """Write into a result which arguments are secret, and mask what it quotes of them."""
    names = secrets_of(bags[-1])
    if isinstance(result, CheckResult):
        normal = [value for name, value in result.inputs.items() if name in names]
        with keep_secret(*normal):
            result.failures = [
                CheckFailure(each.property, masked(each.reason)) for each in result.failures or ()
            ]
        _remember(result.inputs, names)
    elif isinstance(result, (CreateResult, UpdateResult, ReadResult)):
        outs: Any = result.outs
        if outs and names:
            _remember(outs, names)
            outs.update(
                {k: masked_deep(outs[k]) for k in DERIVED if k in outs and k not in bags[-1]}
            )
    if isinstance(result, ReadResult) and result.inputs:
        _remember(result.inputs, names)
    if isinstance(result, DiffResult) and names - secrets_of(bags[0]):
        # An update hides the old output too, which the state has in the clear.
        result.changes = None if result.changes is None else True


def _remember(bag: Any, names: frozenset[str]) -> None:
    if names:
        bag[MASKED_KEY] = " ".join(sorted(names))


@contextmanager
def _masked_errors() -> Iterator[None]:
    """Mask what is raised, with all that led to it: in debug mode, it is printed too."""
    try:
        yield
    except Bim360Error as error:
        link: BaseException | None = error
        while link is not None:
            link.args = tuple(masked(each) if isinstance(each, str) else each for each in link.args)
            link = link.__cause__ or link.__context__
        raise
    except Exception as error:
        text = masked("".join(traceback.format_exception(error)))
        if MASK not in text:
            raise
        raise RuntimeError(text) from None
