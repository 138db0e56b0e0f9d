"""Keyword arguments that are misspelled: Python's ``TypeError``, with the nearest argument."""

import difflib
import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

__all__ = ["NearKeywords", "near_keywords"]

P = ParamSpec("P")
R = TypeVar("R")
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class NearKeywords:
    """A class whose ``TypeError`` about an argument says what to write instead.

    The arguments are looked at before ``__init__`` begins: a frame around it would be one more
    line of the stack trace that Pulumi keeps of each resource. Signatures stay as they are.
    """

    if not TYPE_CHECKING:  # type checkers and editors look at __init__ alone

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            """Return an instance, once the names of its arguments are known to be right."""
            if args or kwargs:  # a look-up by id has none
                _refuse_unknown(cls.__name__, cls.__init__, len(args) + 1, kwargs)
            return super().__new__(cls)


def near_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function whose ``TypeError`` about an argument says what to write instead."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        _refuse_unknown(f"{function.__name__}()", function, len(args), kwargs)
        return function(*args, **kwargs)

    return call


@functools.cache
def _arguments(function: Callable[..., Any]) -> tuple[frozenset[str], int] | None:
    """Return the names of arguments and how many may be positional; None if any name is taken."""
    parameters = inspect.signature(function).parameters.values()
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    positional = sum(each.kind in POSITIONAL for each in parameters)
    return frozenset(each.name for each in parameters), positional


def _refuse_unknown(
    called: str, function: Callable[..., Any], positional: int, keywords: dict[str, Any]
) -> None:
    known = _arguments(function)
    if known is None:
        return
    names, most = known
    if positional > most:
        example = next(iter(sorted(names - {"self", "opts", "resource_name"})))
        msg = (
            f"{called} takes its arguments by name, such as {example}=…; only the resource's own "
            "name comes before them"
        )
        raise TypeError(msg if "resource_name" in names else msg.partition(";")[0])
    for name in keywords:
        if name not in names:
            near = difflib.get_close_matches(name, names - {"self"}, n=1)
            advice = f"; did you mean {near[0]}?" if near else ""
            msg = f"{called} has no argument '{name}'{advice}"
            raise TypeError(msg)
