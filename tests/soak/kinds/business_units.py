"""Business units: a tree whose units are added, described, renamed and moved."""

from collections.abc import Iterator
from typing import Any

from tests.soak.kinds.kind import AccountView, Arguments, Ids, SoakEntity

ROOT_UNIT = "Head Office"
"""The unit that sites belong to."""

UNIT_KEYS = ("North", "South", "East/Side", "West")
TREE_NAME = "tree"


class BusinessUnits(SoakEntity):
    """One tree, next to units of other people."""

    kind = "units"
    type = "bim360:BusinessUnits"

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return the tree with the unit of the sites alone."""
        return {TREE_NAME: {"units": {ROOT_UNIT: {"description": "where it began"}}}}

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments: units refer to each other by key."""
        del ids
        return arguments

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Add, describe, rename, move or remove a unit.

        A unit is removed only where no stack is destroyed: a unit that a destroy kept would still
        be below others, which docs/reference/business_units.md leaves to a person.
        """
        del name
        units: dict[str, Any] = {key: dict(unit) for key, unit in arguments["units"].items()}
        new = [key for key in UNIT_KEYS if key not in units]
        leaves = [key for key in UNIT_KEYS if key in units and not self._has_children(units, key)]
        ways = ["describe", *(["add"] if new else []), *(["rename", "move"] if leaves else [])]
        ways += ["take out"] if leaves and not self.drifts else []
        way = self.dice.choice(ways)
        if way == "add":
            units[self.dice.choice(new)] = {
                "name": f"Unit {self.get_change_number()}",
                "parent": ROOT_UNIT,
            }
        elif way == "describe":
            units[self.dice.choice(sorted(units))]["description"] = (
                f"said {self.get_change_number()} times"
            )
        elif way == "rename":
            units[self.dice.choice(leaves)]["name"] = f"Unit {self.get_change_number()}"
        elif way == "move":
            key = self.dice.choice(leaves)
            units[key]["parent"] = self.dice.choice([*(each for each in units if each != key), ""])
        else:
            del units[self.dice.choice(leaves)]
        return {**arguments, "units": units}

    @staticmethod
    def _has_children(units: dict[str, Any], key: str) -> bool:
        return any(unit.get("parent") == key for unit in units.values())

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find units that differ, are there twice, or are below a missing one."""
        rows = {row["id"]: row for row in sight.account["business_units"]}
        if len(rows) != len(sight.account["business_units"]):
            yield "duplicate: a business unit is there twice"
        keys = sight.ids["unit keys"]
        for key, unit in self.declarations[TREE_NAME]["units"].items():
            row = rows.get(keys.get(key, ""))
            parent = unit.get("parent") or None
            expected = (unit.get("name", key), unit.get("description"), parent and keys.get(parent))
            present = row and (row["name"], row["description"] or None, row["parent_id"])
            if present != expected:
                yield f"unequal: unit {key} is declared {expected}, and HQ has {present}"
        for row in rows.values():
            if row["parent_id"] is not None and row["parent_id"] not in rows:
                yield f"orphan: unit '{row['name']}' is below one that is not there"
