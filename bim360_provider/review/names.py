"""What people call the things of a plan."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from bim360_provider.review.hidden_values import hides
from bim360_provider.review.plan import Message, State, Step

__all__ = ["ENTITIES", "Names", "entity_of"]

DYNAMIC: Final = "pulumi-python:dynamic/bim360:"

ENTITIES: Final[Mapping[str, str]] = {
    "Project": "project",
    "ProjectMembers": "team",
    "ProjectMember": "member",
    "ProjectAdmin": "project admin",
    "AccountUser": "person",
    "Company": "company",
    "BusinessUnits": "business units",
    "ProjectImage": "picture",
}
"""What the types of this package are called."""

WITHIN: Final = frozenset({"team", "member", "project admin", "picture"})
"""What belongs to a project."""

UUID: Final = re.compile(
    r"(?<![\w'-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w'-])"
)
"""An id in a sentence; one in quotes or in a name of a file is quoted as it is."""

FARTHEST: Final = 5
"""Resources that a project's id is handed through, at the most."""


def entity_of(step: Step) -> str:
    """Return what kind of thing a resource is; of other packages, its type."""
    kind = step.type.removeprefix(DYNAMIC)
    return ENTITIES.get(kind, kind) if step.type != kind else kind


class Names:
    """The names in a plan: by HQ's id, and by URN."""

    def __init__(self, steps: Iterable[Step]) -> None:
        """Collect them.

        Args:
            steps: All steps; a later one knows better.
        """
        self.by_id: dict[str, str] = {}
        self._states: dict[str, State] = {}
        for step in steps:
            for state in (step.new, step.old):
                self._learn(step, state)

    def _learn(self, step: Step, state: State | None) -> None:
        if state is None:
            return
        self._states[step.urn] = state
        entity = entity_of(step)
        name = _known(state, "name")
        if entity in ("project", "company") and state.id and name:
            self.by_id[state.id] = name
        if entity == "business units":
            self._learn_units(state)

    def _learn_units(self, state: State) -> None:
        """Record the path of each unit; of those that are not declared, from the outputs."""
        others, ids = state.outputs.get("undeclared"), state.inputs.get("ids")
        if isinstance(others, Mapping):
            self.by_id.update({str(id_): str(path) for id_, path in others.items()})
        for known in (state.outputs.get("ids"), ids):
            if isinstance(known, Mapping):
                self.by_id.update({str(id_): str(key) for key, id_ in known.items() if key != id_})

    def label(self, step: Step) -> str:
        """Return what people call a resource: by what HQ shows, else by its name in the program."""
        state = step.old or step.new or State()
        entity = entity_of(step)
        own = _known(state, "email") or _known(state, "name")
        if entity in WITHIN:
            place = self._project(step.urn, state) or step.name
            return f"{own} in {place}" if own else place
        return own or step.name

    def named(self, message: Message) -> Message:
        """Return a message with the names of what it names by an id."""
        text = UUID.sub(lambda found: self._quoted(found[0]), message.text)
        return replace(message, text=text)

    def _quoted(self, id_: str) -> str:
        name = self.by_id.get(id_.lower())
        return id_ if name is None else f"'{name}'"

    def _project(self, urn: str, state: State) -> str:
        """Return the name of the project that something belongs to, followed from hand to hand."""
        for _ in range(FARTHEST):
            if name := self.by_id.get(str(state.inputs.get("project_id"))):
                return name
            urn = next(iter(state.depends.get("project_id", ())), "")
            if not urn or urn not in self._states:
                break
            state = self._states[urn]
            if f"{DYNAMIC}Project::" in urn:
                return _known(state, "name") or urn.split("::", 3)[3]
        return urn.split("::", 3)[3] if f"{DYNAMIC}Project::" in urn else ""


def _known(state: State, key: str) -> str:
    value: Any = state.said(key)
    return value if isinstance(value, str) and not hides(value) else ""
