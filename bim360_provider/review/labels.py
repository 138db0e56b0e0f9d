"""Labels of resources, fields and services."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from bim360_provider.review.plan import Message, State, Step, hides

__all__ = ["ENTITIES", "FIELDS", "SERVICES", "Names", "entity_of"]

FIELDS: Final[Mapping[str, str]] = {
    "account_id": "account",
    "region": "region",
    "name": "name",
    "email": "e-mail",
    "project_id": "project",
    "project_type": "type",
    "trade": "trade",
    "status": "status",
    "start_date": "start",
    "end_date": "end",
    "value": "value",
    "currency": "currency",
    "service_types": "services",
    "service_type": "service",
    "job_number": "job number",
    "address_line_1": "address",
    "address_line_2": "address, line 2",
    "city": "city",
    "state_or_province": "state or province",
    "postal_code": "postal code",
    "country": "country",
    "business_unit_id": "business unit",
    "timezone": "time zone",
    "language": "language",
    "construction_type": "construction",
    "contract_type": "contract",
    "template_project_id": "template",
    "include_locations": "locations of the template",
    "include_companies": "companies of the template",
    "company_id": "company",
    "default_role": "default role",
    "industry_roles": "roles",
    "document_management": "Document Management",
    "project_administration": "Project Administration",
    "erp_id": "ERP number",
    "tax_id": "tax number",
    "website_url": "website",
    "image_url": "picture",
    "company": "company in the profile",
    "about_me": "about",
    "path": "file",
    "sha256": "picture",
    "complete": "takes all other units away",
    "adopt": "if the name is taken",
    "copy_timeout": "longest wait for the template",
    "on_destroy": "when it is taken out",
    "on_removal": "when somebody is taken out",
}
"""Fields whose name says too little, in the order in which they are shown."""

SERVICES: Final[Mapping[str, str]] = {
    "doc_manager": "Document Management",
    "pm": "Project Management",
    "collab": "Design Collaboration",
    "cost": "Cost Management",
    "field": "Field",
    "glue": "Glue",
    "plan": "Plan",
    "schedule": "Schedule",
    "admin": "Project Admin",
}
"""What the services are called in the browser; others keep HQ's own word."""

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
