"""The base class of the kinds of resources in a soak: declarations, changes, invariants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

from tests.soak.stack import ResourceState

Arguments = dict[str, Any]
Row = Mapping[str, Any]
Ids = Mapping[str, Mapping[str, str]]
"""The id of each resource in the state, by kind and name."""

WEIGHTS = {"create": 3, "update": 5, "destroy": 2}


@dataclass(frozen=True)
class AccountView:
    """The account at HQ, and the ids of the state.

    Attributes:
        account: The account, in the form of the emulator's state.
        ids: The id of each resource, by kind and name.
        ever: Ids that were in the state at any time, or in the account before the soak.
    """

    account: Row
    ids: Ids
    recorded_ids: frozenset[str]

    def find_project(self, site: str) -> Row:
        """Return the project of a site."""
        expected = self.ids["sites"].get(site)
        return next((row for row in self.account["projects"] if row["id"] == expected), {})

    def find_user_rows(self, site: str, user: str) -> list[Row]:
        """Return the rows that a site's project has of a user: one, if all is well."""
        expected = self.ids["users"].get(user)
        rows = self.find_project(site).get("users", ())
        return [row for row in rows if row["user_id"] == expected]


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

    def __init__(self, dice: Random, *, drifts: bool) -> None:
        """Start with the initial declarations; the rest comes later.

        Args:
            dice: Source of every random choice.
            drifts: Whether stacks are destroyed and resources are changed by hand meanwhile.
        """
        self.dice = dice
        self.drifts = drifts
        self._change_count = 0
        self.declarations: dict[str, Arguments] = {}
        self._removed: dict[str, Arguments] = {}
        for name, arguments in self.build_initial_declarations().items():
            (self._removed if self.may_be_removed(name) else self.declarations)[name] = arguments

    def build_initial_declarations(self) -> dict[str, Arguments]:
        """Return all possible resources, as they are first declared."""
        raise NotImplementedError

    def resolve_arguments(self, arguments: Arguments, ids: Ids) -> Arguments:
        """Return the arguments as Pulumi keeps them, with ids in place of references.

        Raises:
            KeyError: A resource that they refer to has no id yet.
        """
        raise NotImplementedError

    def change_arguments(self, name: str, arguments: Arguments) -> Arguments:
        """Return the arguments with one change."""
        del name
        return arguments

    def may_be_removed(self, name: str) -> bool:
        """Return whether a resource may be removed; those that others refer to stay."""
        del name
        return False

    def find_violations(self, sight: AccountView) -> Iterator[str]:
        """Find objects that differ from the declaration, are there twice, or are not declared."""
        raise NotImplementedError

    def apply_change(
        self, state: Mapping[str, ResourceState], ids: Ids, touched: set[tuple[str, str]]
    ) -> str | None:
        """Change one resource; return the operation, or None if none can be changed now."""
        settled = [
            name
            for name in self.declarations
            if (self.kind, name) not in touched and self.is_settled(name, state, ids)
        ]
        possible = {
            "create": [name for name in self._removed if name not in state],
            "update": settled if self.is_changeable else [],
            "destroy": [name for name in settled if self.may_be_removed(name)],
        }
        ops = [op for op, names in possible.items() if names]
        if not ops:
            return None
        op = self.dice.choices(ops, [WEIGHTS[each] for each in ops])[0]
        name = self.dice.choice(possible[op])
        touched.add((self.kind, name))
        self._apply_operation(op, name)
        return op

    def _apply_operation(self, op: str, name: str) -> None:
        if op == "create":
            self.declarations[name] = self._removed.pop(name)
        elif op == "destroy":
            self._removed[name] = self.declarations.pop(name)
        else:
            self._change_count += 1
            self.declarations[name] = self.change_arguments(name, self.declarations[name])

    def is_settled(self, name: str, state: Mapping[str, ResourceState], ids: Ids) -> bool:
        """Return whether the state has a resource just as it is declared."""
        if name not in state:
            return False
        try:
            expected = self.resolve_arguments(self.declarations[name], ids)
        except KeyError:
            return False
        inputs = state[name].inputs
        return all(inputs.get(key) == value for key, value in expected.items())

    def get_change_number(self) -> int:
        """Return the number of the change, which makes a value that was never declared before."""
        return self._change_count


def find_differences(what: str, expected: Row, row: Row) -> Iterator[str]:
    """Find fields that differ from the declaration; an empty text and none are the same."""
    for field, value in expected.items():
        if (value or None) != (row.get(field) or None):
            yield f"unequal: {what}.{field} is declared {value!r}, and HQ has {row.get(field)!r}"
