"""What people call the things of a plan."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bim360_provider.review import words
from bim360_provider.review.plan import State, Step

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
        ids = state.inputs.get("ids")
        if entity == "business units" and isinstance(ids, Mapping):
            self.by_id.update({str(id_): str(key) for key, id_ in ids.items()})

    def label(self, step: Step) -> str:
        """Return what people call a resource: by what HQ shows, else by its name in the program."""
        state = step.old or step.new or State()
        entity = entity_of(step)
        own = _known(state, "email") or _known(state, "name")
        if entity in WITHIN:
            place = self._project(step.urn, state) or step.name
            return f"{own} in {place}" if own else place
        return own or step.name

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
    known = isinstance(value, str) and not words.is_secret(value) and not words.is_unknown(value)
    return value if known else ""
