"""What the program is told about a resource it registered or read."""

from dataclasses import dataclass, field

from bim360_provider.testing.engine.resources import Resource
from bim360_provider.testing.engine.values import Properties


@dataclass(frozen=True)
class Outcome:
    """The answer to one registration; a failed one leaves the program's outputs unknown."""

    urn: str
    ok: bool = True
    id: str = ""
    outputs: Properties = field(default_factory=dict)


def outcome_of(resource: Resource) -> Outcome:
    """Answer with a resource as it now is."""
    return Outcome(resource.urn, id=resource.id, outputs=resource.outputs)
