"""Diff: what would change, decided without asking HQ."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.core.entity import Difference
from bim360_provider.core.place import moved
from bim360_provider.core.project_member.fields import differing, services_warnings

__all__ = ["IDENTITY", "diff", "moved_to"]

Values = Mapping[str, Any]

IDENTITY: Final = ("project_id", "email")
"""Another project or another person is another member."""


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; an argument that is not given is not compared.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = (*moved(state, inputs), *moved_to(state, inputs, IDENTITY))
    changed = differing(state, inputs)
    warnings = () if replaces else services_warnings(_called(state), changed)
    if inputs.get("on_destroy", "retain") != state.get("on_destroy", "retain"):
        changed = (*changed, "on_destroy")
    return Difference((*changed, *replaces), replaces, bool(state.get("unfinished")), warnings)


def _called(state: Values) -> str:
    return f"{state.get('email')} in project {state.get('project_id')}"


def moved_to(state: Values, inputs: Values, identity: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the arguments that say who it is are others now."""
    return tuple(name for name in identity if name in state and inputs.get(name) != state[name])
