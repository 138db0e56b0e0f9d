"""The interface of an entity: the six operations of a Pulumi provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NewType, Protocol, TypeAlias, TypeVar

from bim360_provider.core.run import Run
from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import Problem

if TYPE_CHECKING:
    from bim360_provider.models import AccountUser, Company, Project

__all__ = [
    "Diff",
    "Entity",
    "Fields",
    "Inputs",
    "NameChange",
    "ReadResult",
    "Row",
    "State",
]

Fields: TypeAlias = Mapping[str, Any]
"""Values by name: of an object at HQ, of a request body, or of any of the two types below."""

Inputs = NewType("Inputs", Mapping[str, Any])
"""The arguments of a resource, in normal form once they were checked."""

State = NewType("State", Mapping[str, Any])
"""The outputs of a resource, as the last run or refresh saved them.

Two of them are for the caller, which decides how to store and report them: ``declared`` has the
names of the declared arguments that HQ returns (those of a member or a business unit by its key),
and ``unfinished`` the work that is left to the next run. Both have names only, because nothing
masks a secret value there.
"""

Row = TypeVar("Row", "Project", "Company", "AccountUser")


@dataclass(frozen=True)
class Diff:
    """The difference between the state and the arguments.

    Attributes:
        changed_arguments: Arguments whose value differs from HQ's last known value.
        replaces: Those of them that need another object.
        is_unfinished: An earlier run could not finish, and work is left.
        warnings: Warnings for the preview, one line each.
        name_change: The old and the new name of a resource whose name HQ keeps unique.
    """

    changed_arguments: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    is_unfinished: bool = False
    warnings: tuple[str, ...] = ()
    name_change: "NameChange | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class NameChange:
    """The names of one resource before and after an update; names are unique in an account.

    Attributes:
        kind: ``project`` or ``company``.
        account_id: The account.
        old_name: HQ's last known name; None if there is none.
        new_name: The declared name; the old one if none is declared or it is unknown.
        is_waiting: The last run left the rename to the update of another resource.
        is_reactivation: The update reactivates an archived project.
    """

    kind: str
    account_id: str
    old_name: str | None
    new_name: str | None
    is_waiting: bool = False
    is_reactivation: bool = False

    @classmethod
    def from_state(cls, kind: str, state: State, inputs: Inputs, *, is_kept: bool) -> "NameChange":
        """Return the names of a resource.

        Args:
            kind: ``project`` or ``company``.
            state: The outputs of the last run or refresh.
            inputs: The normalized arguments; values may be unknown.
            is_kept: The resource is not replaced.
        """
        old, new = state.get("name"), inputs.get("name")
        renames = is_kept and isinstance(new, str)
        waits = "name" in (state.get("unfinished") or ())
        opens = state.get("status") == "archived" and inputs.get("status") != "archived"
        new = new if renames else old
        return cls(
            kind, state.get("account_id", ""), old, new, is_waiting=waits, is_reactivation=opens
        )


@dataclass(frozen=True)
class ReadResult:
    """An object as HQ has it: its outputs, and the arguments that would declare it."""

    id: str
    outputs: State
    inputs: Inputs


class Entity(Protocol):
    """An entity: a module or package with these functions."""

    __name__: str

    def check(
        self, old: Fields, new: Fields, settings: Settings, /
    ) -> tuple[Inputs, list[Problem]]:
        """Return the normalized arguments and every problem with them; send nothing."""

    def diff(self, state: State, inputs: Inputs, /) -> Diff:
        """Compare the arguments with the state; send nothing."""

    def create(self, run: Run, inputs: Inputs, /) -> tuple[str, State]:
        """Create it once; return its id and the outputs."""

    def read(self, run: Run, entity_id: str, state: State, /) -> ReadResult | None:
        """Return it as HQ has it, or None if it no longer exists."""

    def update(self, run: Run, entity_id: str, state: State, inputs: Inputs, /) -> State:
        """Change what differs; return the outputs."""

    def delete(self, run: Run, entity_id: str, state: State, /) -> None:
        """Delete, archive or remove it as far as HQ can."""
