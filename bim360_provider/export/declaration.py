"""Declarations of an account's objects: the arguments in a program and the resource in a state."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi.runtime.rpc import UNKNOWN

from bim360_provider.core.entity import Entity, Inputs, State
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
    """A reference to an output of another declaration; a program uses it in place of the id.

    Attributes:
        kind: The class of the other declaration, such as ``Bim360Company``.
        id: The id of the other declaration.
        attribute: The output.
        key: The key in the output, if it is a mapping.
    """

    kind: str
    id: str
    attribute: str = "id"
    key: str | None = None


@dataclass(frozen=True)
class Component:
    """A component that a program declares in place of its resources."""

    kind: str
    type: str


@dataclass(frozen=True)
class Declaration:
    """The declaration of one object of the account.

    Attributes:
        resource: The resource class in the state; of a tree, that of its folders.
        name: The Pulumi resource name.
        id: The id at HQ, or the id that the provider uses.
        arguments: The arguments in the order of the class; values may be references.
        inputs: The normalized arguments that ``check`` returns.
        outputs: The outputs that a create would return.
        notes: One line for each undeclared value and its reason.
        component: The component that a program declares in place of the class, if any.
        parts: The resources of a component that has several; then it has no inputs and outputs.
    """

    resource: type[Bim360Resource]
    name: str
    id: str
    arguments: Values
    inputs: Values
    outputs: Values
    notes: tuple[str, ...] = ()
    component: Component | None = None
    parts: tuple["Declaration", ...] = ()

    @property
    def kind(self) -> str:
        """The name of the class that a program declares."""
        return self.component.kind if self.component else self.resource.__name__


@dataclass(frozen=True)
class AcceptedInputs:
    """The arguments of an object that can be declared.

    Attributes:
        inputs: The normalized arguments.
        outputs: The outputs that a create with them would return.
        notes: One line for each undeclared value and its reason.
    """

    inputs: Inputs
    outputs: State
    notes: tuple[str, ...]


def select_accepted_inputs(
    entity: Entity,
    candidate: Values,
    build_state: Callable[[Inputs], State],
    settings: Settings,
) -> AcceptedInputs:
    """Return the arguments that are valid and change nothing.

    Values that people entered at HQ may violate the rules of this package.

    Args:
        entity: The entity that checks the arguments.
        candidate: The arguments that declare all values at HQ.
        build_state: Returns the outputs for normalized arguments.
        settings: The settings; they decide about values outside the public lists.
    """
    rejected = [
        Problem(name, UNKNOWN_VALUE_REASON) for name, value in candidate.items() if value == UNKNOWN
    ]
    while True:
        kept = _drop_arguments(candidate, rejected)
        inputs, problems = entity.check(candidate, kept, settings)
        errors = [each for each in problems if each.argument in kept and not each.warning]
        outputs = build_state(inputs)
        if not errors:
            changed = entity.diff(outputs, inputs).changed_arguments
            errors = [Problem(name, "has another normal form") for name in changed if name in kept]
        if not errors:
            notes = tuple(_format_note(candidate, problem) for problem in rejected)
            return AcceptedInputs(inputs, outputs, notes)
        rejected += errors


def _drop_arguments(arguments: Values, problems: Iterable[Problem]) -> dict[str, Any]:
    dropped = {problem.argument for problem in problems}
    return {name: value for name, value in arguments.items() if name not in dropped}


def _format_note(arguments: Values, problem: Problem) -> str:
    value = normalize.quote_value(arguments[problem.argument])
    return f"{problem.argument} is left as it is, {value}: {problem.message}."
