"""The resource that a call is about: Pulumi's host gets its URN and does not hand it on."""

import inspect
from typing import Final

__all__ = ["urn_of_call"]

CALLS: Final = frozenset({"Check", "Diff", "Create", "Update", "Delete"})
"""Methods of Pulumi's host whose request has a URN."""


def urn_of_call() -> str | None:
    """Return the URN of the call that this thread works on; None outside of Pulumi's host.

    It is taken from the host's own frame:
    https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/dynamic/__main__.py
    """
    frame = inspect.currentframe()
    while frame is not None:
        frame = frame.f_back
        if frame and frame.f_code.co_name in CALLS and "request" in frame.f_locals:
            urn = getattr(frame.f_locals["request"], "urn", None)
            return urn if isinstance(urn, str) else None
    return None
