"""Shorten expected errors to one line: the host prints the traceback of each exception."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from bim360_provider.dynamic import is_host
from bim360_provider.errors import Bim360Error

__all__ = ["DEBUG_VARIABLE", "shorten_errors"]

DEBUG_VARIABLE: Final = "BIM360_DEBUG"
"""The environment variable that keeps the tracebacks of expected errors."""

MESSAGE_PREFIX: Final = "BIM 360: "

P = ParamSpec("P")
R = TypeVar("R")


class _ShortError(Exception):
    """The error that Pulumi prints: ``BIM 360: could not …``."""


_ShortError.__module__ = "builtins"
_ShortError.__qualname__ = MESSAGE_PREFIX.rstrip(": ")


def shorten_errors(method: Callable[P, R]) -> Callable[P, R]:
    """Return the method with expected errors shortened to their message.

    Any other exception is a bug of this package and keeps its traceback.
    """

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except Bim360Error as error:
            if os.environ.get(DEBUG_VARIABLE):
                raise
            _hide_frames(hidden=True)
            raise _ShortError(str(error).removeprefix(MESSAGE_PREFIX)).with_traceback(
                None
            ) from None
        except Exception:
            _hide_frames(hidden=False)
            raise

    return wrapper


def _hide_frames(*, hidden: bool) -> None:
    """Set whether the host prints frames; change nothing outside the host."""
    if not is_host():
        return
    if hidden:
        sys.tracebacklimit = 0
    elif hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit
