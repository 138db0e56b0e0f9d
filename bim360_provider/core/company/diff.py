"""Diff: what would change, decided without asking HQ."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.company.fields import differing
from bim360_provider.core.entity import Difference, Names
from bim360_provider.core.place import moved

__all__ = ["diff"]

Values = Mapping[str, Any]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; an argument that is not given is not compared.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = moved(state, inputs)
    changed = (*differing(state, inputs), *replaces)
    names = Names.of("company", state, inputs, stays=not replaces)
    return Difference(changed, replaces, bool(state.get("unfinished")), names=names)
