"""Diff: what would change, decided without asking HQ."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.arguments import is_unknown
from bim360_provider.core.business_units.naming import wanted
from bim360_provider.core.entity import DECLARED, Difference
from bim360_provider.core.place import moved

__all__ = ["diff"]

Values = Mapping[str, Any]


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = moved(state, inputs)
    changed = [
        name
        for name, usual in (("complete", False), ("on_destroy", "retain"))
        if inputs.get(name, usual) != state.get(name, usual)
    ]
    if _units_differ(state, inputs):
        changed.append("units")
    return Difference((*changed, *replaces), replaces)


def _units_differ(state: Values, inputs: Values) -> bool:
    units = inputs.get("units")
    if is_unknown(units) or is_unknown(inputs.get("ids")) or "units" not in state:
        return True
    live = state["units"]
    wants = wanted(inputs)
    if set(state.get(DECLARED, wants)) - set(wants):
        return True
    if inputs.get("complete") and set(state["undeclared"]) - set(state["undropped"]):
        return True
    return any(
        key not in live or any(live[key].get(k) != v for k, v in fields.items())
        for key, fields in wants.items()
    )
