"""A declaration: one thing of the account, as a program says it and as the state keeps it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi.runtime.rpc import UNKNOWN

from bim360_provider.core.entity import Entity
from bim360_provider.core.settings import Settings
from bim360_provider.core.validation import Problem
from bim360_provider.models import normalize
from bim360_provider.resources.base import Bim360Resource

__all__ = [
    "UNKNOWN_VALUE_REASON",
    "AcceptedInputs",
    "Component",
    "Declaration",
    "Reference",
    "select_accepted_inputs",
]

Values = Mapping[str, Any]

UNKNOWN_VALUE_REASON: Final = "Pulumi uses this text for a value that it does not know yet"


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

    resource: type[Bim360Resource]
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


@dataclass(frozen=True)
class AcceptedInputs:
    """What can be declared of a thing.

    Attributes:
        inputs: The arguments in normal form.
        outputs: The state that a create with them would have left.
        notes: What is left as it is, and why, a line each.
    """

    inputs: dict[str, Any]
    outputs: dict[str, Any]
    notes: tuple[str, ...]


def select_accepted_inputs(
    entity: Entity, given: Values, state: Callable[[Values], dict[str, Any]], settings: Settings
) -> AcceptedInputs:
    """Return those of the arguments that are accepted, and that change nothing.

    HQ holds what people typed there, which may be nothing that our rules let through.

    Args:
        entity: Judges them.
        given: The arguments that would declare all that HQ has.
        state: Returns the outputs that belong to arguments in normal form.
        settings: Say whether values outside the public lists are let through.
    """
    left = [
        Problem(name, UNKNOWN_VALUE_REASON) for name, value in given.items() if value == UNKNOWN
    ]
    while True:
        kept = _drop_arguments(given, left)
        inputs, problems = entity.check(given, kept, settings)
        bad = [each for each in problems if each.argument in kept and not each.warning]
        outputs = state(inputs)
        if not bad:
            changed = entity.diff(outputs, inputs).changed_arguments
            bad = [Problem(name, "has another normal form") for name in changed if name in kept]
        if not bad:
            return AcceptedInputs(
                inputs, outputs, tuple(_format_note(given, problem) for problem in left)
            )
        left += bad


def _drop_arguments(given: Values, problems: Iterable[Problem]) -> dict[str, Any]:
    named = {problem.argument for problem in problems}
    return {name: value for name, value in given.items() if name not in named}


def _format_note(given: Values, problem: Problem) -> str:
    value = normalize.quote_value(given[problem.argument])
    return f"{problem.argument} is left as it is, {value}: {problem.message}."
