"""What every entity offers to a door: the six things that Pulumi asks of a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from bim360_provider.core.run import Run
from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import Problem

__all__ = ["DECLARED", "Diff", "Entity", "NameChange", "ReadResult"]

Values = Mapping[str, Any]

DECLARED: Final = "__declared"
"""Names of the arguments that the stack gave: Pulumi hides keys of this form from people.

Names only: a value could be a secret, and nothing would mask it here.
"""


@dataclass(frozen=True)
class Diff:
    """What would change.

    Attributes:
        changed: Arguments whose value differs from what HQ was last seen to have.
        replaces: Those among them that mean another thing, so a new one.
        unfinished: Something that an earlier run could not finish is still to be done.
        warnings: What people should know before they let it happen, a line each.
        names: The kind, the old and the new name of a resource whose name HQ keeps unique.
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
        old: The name that HQ was last seen to have; None if it has none.
        new: The declared name; the old one if none is declared or it is not known yet.
        waits: The last run left its name to the update of another resource.
        opens: The update makes an archived project active.
    """

    kind: str
    account_id: str
    old_name: str | None
    new_name: str | None
    is_waiting: bool = False
    is_reactivation: bool = False

    @classmethod
    def from_state(cls, kind: str, state: Values, inputs: Values, *, is_kept: bool) -> "NameChange":
        """Return those of a resource.

        Args:
            kind: ``project`` or ``company``.
            state: The outputs of the last run or refresh.
            inputs: The arguments in normal form; values may be unknown.
            stays: The resource is not replaced.
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
    """A thing as HQ has it: what the state keeps, and the arguments that would declare it."""

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any]


class Entity(Protocol):
    """An entity: a module or package with these functions."""

    __name__: str

    def check(
        self, old: Values, new: Values, settings: Settings, /
    ) -> tuple[dict[str, Any], list[Problem]]:
        """Return the arguments in normal form and everything wrong with them; no network."""

    def diff(self, state: Values, inputs: Values, /) -> Diff:
        """Return what would change; no network."""

    def create(self, run: Run, inputs: Values, /) -> tuple[str, dict[str, Any]]:
        """Create it once; return its id and the outputs."""

    def read(self, run: Run, entity_id: str, state: Values, /) -> ReadResult | None:
        """Return it as HQ has it, or None if it no longer exists."""

    def update(self, run: Run, entity_id: str, state: Values, inputs: Values, /) -> dict[str, Any]:
        """Change what differs; return the outputs."""

    def delete(self, run: Run, entity_id: str, state: Values, /) -> None:
        """Delete, archive or remove it as far as HQ can."""
