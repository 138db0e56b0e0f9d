"""From the key of a unit to its id, its name and its parent.

A key is chosen by the stack and stays for ever: a rename at HQ is another ``name`` under the same
key. Unless they are given, the name is what follows the last slash of the key, and the parent is
the unit whose key stands before it.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bim360_provider.core.arguments import UNKNOWN, is_unknown
from bim360_provider.models import normal

__all__ = ["ROOT", "ids_of", "key_of", "name_of", "parent_id", "parent_of", "unit_id", "wanted"]

Values = Mapping[str, Any]

NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "business_units_structure.bim360.autodesk.com")
"""Every id that this provider chooses comes from it: another one would make all units anew."""

ROOT: Final = ""
"""The parent of a unit that has none."""


def unit_id(account_id: str, key: str) -> str:
    """Return the id of the unit of a key: the same in every run and on every machine."""
    return str(uuid.uuid5(NAMESPACE, f"{account_id}/{normal.composed(key)}"))


def ids_of(account_id: str, units: Mapping[str, Values], old: Values) -> dict[str, Any]:
    """Return each unit's id by its key: the declared one, else the old one, else a new one.

    Args:
        account_id: The account that the units are in.
        units: The declared units by key.
        old: The arguments of the last run, with its ids.
    """
    kept = old.get("ids") or {} if old.get("account_id") == account_id else {}
    return {
        key: unit.get("id") or kept.get(key) or unit_id(account_id, key)
        for key, unit in units.items()
    }


def name_of(key: str, unit: Values) -> Any:
    """Return the name of a unit, which may be unknown."""
    return unit.get("name", normal.composed(key.rpartition("/")[2]))


def parent_of(key: str, unit: Values) -> Any:
    """Return the parent as it is declared: a key, an id, unknown, or empty for none."""
    return unit.get("parent", key.rpartition("/")[0])


def key_of(parent: str, keys: Iterable[str]) -> str:
    """Return the key that a parent names, in whichever Unicode form either is written."""
    if parent.isascii() or parent in keys:
        return parent
    alike = (key for key in keys if normal.composed(key) == normal.composed(parent))
    return next(alike, parent)


def wanted(inputs: Values) -> dict[str, dict[str, Any]]:
    """Return what each declared unit shall be at HQ, by key and in HQ's fields.

    Args:
        inputs: The arguments in normal form, the ids that check gave them included.
    """
    units, ids = inputs["units"], inputs["ids"]
    # Sorted, because Pulumi's protocol keeps no order: equal stacks are to send equal bytes.
    return {key: _wanted(key, unit, ids) for key, unit in sorted(units.items())}


def _wanted(key: str, unit: Values, ids: Values) -> dict[str, Any]:
    fields = {
        "id": ids[key],
        "parent_id": parent_id(parent_of(key, unit), ids),
        "name": name_of(key, unit),
    }
    return {**fields, **{k: unit[k] for k in ("description",) if k in unit}}


def parent_id(parent: Any, ids: Values) -> Any:
    """Return the id of a parent; empty where there is none."""
    if is_unknown(parent):
        return UNKNOWN
    parent = key_of(parent, ids)
    if parent not in ids and not normal.UUID.fullmatch(parent):
        return ROOT
    return ids.get(parent, parent)
