"""The base class of the entities in a soak: declarations, changes, invariants."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from tests.soak.stack import ResourceState

Arguments = dict[str, Any]
Declarations = dict[str, Arguments]
Row = Mapping[str, Any]
Ids = Mapping[str, Mapping[str, str]]
"""The id of each resource in the state, by kind and name."""

States = Mapping[str, ResourceState]
"""The resources of one kind in the state, by name."""


@dataclass(frozen=True)
class AccountView:
    """The account at HQ, and the ids of the state.

    Attributes:
        account: The account, in the form of the emulator's state.
        ids: The id of each resource, by kind and name.
        recorded_ids: Ids that were in the state at any time, or in the account before the soak.
        released_ids: Ids of projects that no resource owns: they were retained, or are of others.
    """

    account: Row
    ids: Ids
    recorded_ids: frozenset[str]
    released_ids: frozenset[str] = frozenset()

    def find_row(self, kind: str, name: str, key: str) -> Row:
        """Return HQ's row of a resource; empty if HQ has none."""
        expected = self.ids[kind].get(name)
        return next((row for row in self.account[key] if row["id"] == expected), {})

    def find_site(self, site: str) -> Row:
        """Return the project of a site."""
        return self.find_row("sites", site, "projects")

    def find_user_rows(self, site: str, user: str) -> list[Row]:
        """Return the rows that a site's project has of a user: one, if all is well."""
        expected = self.ids["users"].get(user)
        return [row for row in self.find_site(site).get("users", ()) if row["user_id"] == expected]


class SoakEntity:
    """A kind of resource: its declarations, and how people change them.

    A resource is changed only when its last change is settled: this is the only rule for a
    person after a run that failed.
    """

    kind: ClassVar[str]
    """Its name in the declaration."""
    type: ClassVar[str]
    """The end of its type token."""
    is_changeable: ClassVar[bool] = True
    """Whether HQ can change one."""
    weights: ClassVar[Mapping[str, int]] = {"create": 3, "update": 5, "destroy": 2}

    def __init__(self, dice: Random, *, drifts: bool) -> None:
        """Start with the permanent resources; the others come later.

        Args:
            dice: Source of every random choice.
            drifts: Whether stacks are destroyed and resources are changed by hand meanwhile.
        """
        self.dice = dice
        self.drifts = drifts
        self.change_number = 0
        self.declarations, self._removed = self.build_declarations()
        self.removable = frozenset(self._removed)

    def build_declarations(self) -> tuple[Declarations, Declarations]:
        """Return the permanent resources, and those that come and go, as first declared."""
        raise NotImplementedError

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments as Pulumi keeps them, with ids in place of references.

        Raises:
            KeyError: A resource that they refer to has no id yet.
        """
        del ids
        return arguments

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Return the arguments with one change."""
        raise NotImplementedError

    def restore_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Return the arguments with which a removed resource is declared again."""
        del name
        return arguments

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find objects that differ from the declaration, are there twice, or are not declared."""
        raise NotImplementedError

    def apply_change(self, states: States, ids: Ids, touched: set[tuple[str, str]]) -> str | None:
        """Change a random resource; return the operation, or None if none can be changed now."""
        possible = self.list_possible_changes(states, ids)
        untouched = {
            op: [name for name in names if (self.kind, name) not in touched]
            for op, names in possible.items()
        }
        ops = [op for op, names in untouched.items() if names]
        if not ops:
            return None
        op = self.dice.choices(ops, [self.weights[each] for each in ops])[0]
        names = self.apply_operation(op, self.dice.choice(untouched[op]), untouched[op])
        touched |= {(self.kind, name) for name in names}
        return f"{self.kind}: {op}"

    def list_possible_changes(self, states: States, ids: Ids) -> dict[str, list[str]]:
        """Return the resources to which each operation can be applied."""
        settled = self.list_settled(states, ids)
        return {
            "create": [name for name in self._removed if name not in states],
            "update": settled if self.is_changeable else [],
            "destroy": [name for name in settled if name in self.removable],
        }

    def apply_operation(self, op: str, name: str, others: list[str]) -> set[str]:
        """Apply an operation to a resource; return all resources that it changes."""
        del others
        if op == "create":
            self.declarations[name] = self.restore_arguments(name, self._removed.pop(name))
        elif op == "destroy":
            self._removed[name] = self.declarations.pop(name)
        else:
            self.change_number += 1
            self.declarations[name] = self.change_arguments(name, self.declarations[name])
        return {name}

    def list_settled(self, states: States, ids: Ids) -> list[str]:
        """Return the resources that the state has just as they are declared."""
        return [name for name in self.declarations if self._is_settled(name, states, ids)]

    def _is_settled(self, name: str, states: States, ids: Ids) -> bool:
        if name not in states:
            return False
        try:
            expected = self.resolve_arguments(self.declarations[name], ids)
        except KeyError:
            return False
        inputs = states[name].inputs
        return all(
            normalize_value(inputs.get(key)) == normalize_value(value)
            for key, value in expected.items()
        )

    def find_row_violations(self, sight: AccountView, key: str) -> Iterator[str]:
        """Find rows of the account that differ, have the same key, or were never in a state."""
        rows = sight.account[self.kind]
        for name, arguments in self.declarations.items():
            row = sight.find_row(self.kind, name, self.kind)
            if not row:
                yield f"unequal: {self.kind} {name} is declared, and HQ has none"
            else:
                expected = self.resolve_arguments(arguments, sight.ids)
                yield from find_differences(f"{self.kind} {name}", expected, row)
        for value, times in Counter(row[key].casefold() for row in rows).items():
            if times > 1:
                yield f"duplicate: {times} {self.kind} have the {key} '{value}'"
        for row in rows:
            if row["id"] not in sight.recorded_ids:
                yield f"orphan: '{row[key]}' ({row['id']}) was never in a state"


def find_differences(what: str, expected: Row, row: Row) -> Iterator[str]:
    """Find fields that differ from the declaration; an empty text and none are the same."""
    for field, value in expected.items():
        found = row.get(field)
        # HQ may return an e-mail in small letters.
        pair = (value.casefold(), str(found).casefold()) if field == "email" else (value, found)
        declared, present = map(normalize_value, pair)
        if (declared or None) != (present or None):
            yield f"unequal: {what}.{field} is declared {value!r}, and HQ has {found!r}"


def normalize_value(value: Any) -> Any:
    """Return a text in Unicode form C, and any other value unchanged."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
