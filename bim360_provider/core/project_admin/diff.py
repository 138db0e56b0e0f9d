"""Diff: what would change, decided without a request to HQ."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.entity import Difference
from bim360_provider.core.place import moved
from bim360_provider.core.project_member.diff import IDENTITY, moved_to

__all__ = ["diff"]

Values = Mapping[str, Any]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change: another project or person replaces, nothing else can."""
    replaces = (*moved(state, inputs), *moved_to(state, inputs, IDENTITY))
    kept = inputs.get("on_destroy", "retain") == state.get("on_destroy", "retain")
    return Difference((*replaces, *(() if kept else ("on_destroy",))), replaces)
