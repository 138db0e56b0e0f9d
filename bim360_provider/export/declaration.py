"""A declaration: one thing of the account, as a program says it and as the state keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bim360_provider.resources.declared import Declared

__all__ = ["Component", "Declaration", "Reference"]

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Reference:
    """What another declaration gives: a program writes its variable and not the id.

    Attributes:
        kind: The name of the other's class, such as ``Bim360Company``.
        id: The other's id.
        attribute: The output that is meant.
        key: The key inside of that output, where it is a mapping.
    """

    kind: str
    id: str
    attribute: str = "id"
    key: str | None = None


@dataclass(frozen=True)
class Component:
    """A component that a program writes, around the one resource that does the work."""

    kind: str
    type: str


@dataclass(frozen=True)
class Declaration:
    """One thing of the account.

    Attributes:
        resource: The class of what the state keeps.
        name: Pulumi's name for it.
        id: HQ's id, or what the provider takes for one.
        arguments: What a program says, in the order of the class; values may be references.
        inputs: The same in normal form, as ``check`` returns it.
        outputs: What a create would have left in the state.
        notes: What is left alone, and why, a line each.
        component: What a program writes in place of the class, if anything.
    """

    resource: type[Declared]
    name: str
    id: str
    arguments: Values
    inputs: Values
    outputs: Values
    notes: tuple[str, ...] = ()
    component: Component | None = None

    @property
    def kind(self) -> str:
        """The name of the class that a program writes."""
        return self.component.kind if self.component else self.resource.__name__
