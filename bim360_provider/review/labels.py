"""Labels of resources, fields and services."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from bim360_provider.review.plan import PlanMessage, PlanState, PlanStep, has_hidden_value

__all__ = ["ENTITY_LABELS", "FIELD_LABELS", "SERVICE_LABELS", "NameIndex", "get_entity"]

FIELD_LABELS: Final[Mapping[str, str]] = {
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

SERVICE_LABELS: Final[Mapping[str, str]] = {
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

TYPE_PREFIX: Final = "pulumi-python:dynamic/bim360:"

ENTITY_LABELS: Final[Mapping[str, str]] = {
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

PROJECT_ENTITIES: Final = frozenset({"team", "member", "project admin", "picture"})
"""What belongs to a project."""

UUID_PATTERN: Final = re.compile(
    r"(?<![\w'-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w'-])"
)
"""An id in a sentence; one in quotes or in a name of a file is quoted as it is."""

MAX_REFERENCE_HOPS: Final = 5
"""Resources that a project's id is handed through, at the most."""


def get_entity(step: PlanStep) -> str:
    """Return what kind of thing a resource is; of other packages, its type."""
    kind = step.type.removeprefix(TYPE_PREFIX)
    return ENTITY_LABELS.get(kind, kind) if step.type != kind else kind


class NameIndex:
    """The names in a plan: by HQ's id, and by URN."""

    def __init__(self, steps: Iterable[PlanStep]) -> None:
        """Collect them.

        Args:
            steps: All steps; a later one knows better.
        """
        self.by_id: dict[str, str] = {}
        self._states: dict[str, PlanState] = {}
        for step in steps:
            for state in (step.new_state, step.old_state):
                self._record_state(step, state)

    def _record_state(self, step: PlanStep, state: PlanState | None) -> None:
        if state is None:
            return
        self._states[step.urn] = state
        entity = get_entity(step)
        name = _get_known_text(state, "name")
        if entity in ("project", "company") and state.id and name:
            self.by_id[state.id] = name
        if entity == "business units":
            self._record_units(state)

    def _record_units(self, state: PlanState) -> None:
        """Record the path of each unit; of those that are not declared, from the outputs."""
        others, ids = state.outputs.get("undeclared"), state.inputs.get("ids")
        if isinstance(others, Mapping):
            self.by_id.update({str(id_): str(path) for id_, path in others.items()})
        for known in (state.outputs.get("ids"), ids):
            if isinstance(known, Mapping):
                self.by_id.update({str(id_): str(key) for key, id_ in known.items() if key != id_})

    def get_label(self, step: PlanStep) -> str:
        """Return what people call a resource: by what HQ shows, else by its name in the program."""
        state = step.old_state or step.new_state or PlanState()
        entity = get_entity(step)
        own = _get_known_text(state, "email") or _get_known_text(state, "name")
        if entity in PROJECT_ENTITIES:
            place = self._find_project_name(step.urn, state) or step.name
            return f"{own} in {place}" if own else place
        return own or step.name

    def replace_ids(self, message: PlanMessage) -> PlanMessage:
        """Return a message with the names of what it names by an id."""
        text = UUID_PATTERN.sub(lambda found: self._quote_name(found[0]), message.text)
        return replace(message, text=text)

    def _quote_name(self, id_: str) -> str:
        name = self.by_id.get(id_.lower())
        return id_ if name is None else f"'{name}'"

    def _find_project_name(self, urn: str, state: PlanState) -> str:
        """Return the name of the project that something belongs to, followed from hand to hand."""
        for _ in range(MAX_REFERENCE_HOPS):
            if name := self.by_id.get(str(state.inputs.get("project_id"))):
                return name
            urn = next(iter(state.dependencies.get("project_id", ())), "")
            if not urn or urn not in self._states:
                break
            state = self._states[urn]
            if f"{TYPE_PREFIX}Project::" in urn:
                return _get_known_text(state, "name") or urn.split("::", 3)[3]
        return urn.split("::", 3)[3] if f"{TYPE_PREFIX}Project::" in urn else ""


def _get_known_text(state: PlanState, key: str) -> str:
    value: Any = state.get_value(key)
    return value if isinstance(value, str) and not has_hidden_value(value) else ""
