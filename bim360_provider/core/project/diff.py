"""Diff: what would change, decided without asking HQ."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.entity import Difference, Names
from bim360_provider.core.place import moved
from bim360_provider.core.project.fields import differing

__all__ = ["diff"]

Values = Mapping[str, Any]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; an argument that is not given is not compared.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = moved(state, inputs)
    changed = differing(state, inputs)
    if inputs.get("on_destroy", "archive") != state.get("on_destroy", "archive"):
        changed = (*changed, "on_destroy")
    names = Names.of("project", state, inputs, stays=not replaces)
    return Difference((*changed, *replaces), replaces, is_unfinished(state), names=names)


def is_unfinished(state: Values) -> bool:
    """Return whether an earlier run left something to do: a field to set, a copy to wait for."""
    return bool(state.get("unfinished")) or state.get("copy_status") == "running"
