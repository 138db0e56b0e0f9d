"""A plan as the engine prints it: ``--json`` of ``pulumi preview`` or ``pulumi refresh``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.errors import Bim360Error

__all__ = ["SECRET", "Message", "Plan", "PlanError", "State", "Step"]

Values = Mapping[str, Any]

SECRET: Final = "[secret]"  # noqa: S105 - what the engine writes in place of one


class PlanError(Bim360Error):
    """What was given is no plan."""


@dataclass(frozen=True)
class State:
    """A resource on one side of a step.

    Attributes:
        id: HQ's id; empty where it is not known yet.
        inputs: What the program says, secrets masked by the engine.
        outputs: What is known of it beside that; empty in a preview of what is to come.
        external: Whether it is only looked up (``.get()``).
        retained: Whether Pulumi itself leaves it alone when it goes (``retain_on_delete``).
        depends: The URNs that a property comes from, by property.
    """

    id: str = ""
    inputs: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)
    external: bool = False
    retained: bool = False
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def said(self, key: str) -> object:
        """Return what the arguments say, else the outputs."""
        return self.inputs.get(key) or self.outputs.get(key)


@dataclass(frozen=True)
class Step:
    """What the engine would do with one resource.

    Attributes:
        op: Pulumi's word for it: ``create``, ``update``, ``delete``, ``replace``, ``refresh``, …
        urn: The resource's URN.
        custom: Whether something stands behind it; a component is only a bracket around others.
        old: What it is now; None where there is nothing.
        new: What it is to be; None where nothing remains.
        paths: The property paths that the engine found different; None where it does not say.
    """

    op: str
    urn: str
    custom: bool
    old: State | None
    new: State | None
    paths: frozenset[str] | None = None

    @property
    def type(self) -> str:
        """The resource's own type, its parents' left out."""
        return self.urn.split("::", 3)[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True)
class Message:
    """What the engine, the program or the provider said: ``severity`` is Pulumi's word."""

    severity: str
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes:
        stack: The stack's name; empty where no step tells it.
        project: Its Pulumi project's name; likewise.
        steps: The steps, in the engine's order.
        messages: What was said.
        ended: Whether the engine came to its end; False where it failed before it could count.
        command: What was run, where the plan says it; the Pulumi CLI does not.
        unchanged: How many resources stay as they are, the stack itself included.
    """

    stack: str
    project: str
    steps: tuple[Step, ...]
    messages: tuple[Message, ...]
    ended: bool
    command: str = ""
    unchanged: int = 0

    @property
    def errors(self) -> tuple[Message, ...]:
        """What went wrong."""
        return tuple(each for each in self.messages if each.severity == "error")

    @property
    def failed(self) -> bool:
        """Whether the plan is not the whole plan, because the engine failed."""
        return bool(self.errors) or not self.ended
