"""Labels of resources, fields and services."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from bim360_provider.review.plan import PlanMessage, PlanState, PlanStep, has_hidden_value

__all__ = [
    "ENTITY_LABELS",
    "FIELD_LABELS",
    "FOLDER_ARGUMENTS",
    "SERVICE_LABELS",
    "NameIndex",
    "get_entity",
]

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
    "complete": "removes all other units",
    "adopt": "if the name is in use",
    "copy_timeout": "timeout of the template copy",
    "on_destroy": "when removed from the program",
    "on_removal": "when a member is removed",
    "parent": "parent folder",
    "folder": "folder",
    "hidden": "hidden",
    "roles": "role",
    "companies": "company",
    "users": "user",
    "others": "other subjects of the folder",
}
"""Labels of fields whose names are unclear, in display order."""

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
"""Names of services in the browser; other services keep HQ's name."""

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
    "ProjectFolder": "folder",
    "FolderPermissions": "folder permissions",
}
"""Labels of the resource types of this package."""

FOLDER_ARGUMENTS: Final[Mapping[str, str]] = {"folder": "parent", "folder permissions": "folder"}
"""The arguments with the id of another folder, by entity."""

PROJECT_ENTITIES: Final = frozenset(
    {"team", "member", "project admin", "picture", *FOLDER_ARGUMENTS}
)
"""Entities that belong to a project."""

TREE_TYPE_PREFIX: Final = "bim360:index:ProjectFolderTree$"
"""The start of the type of a resource in a tree of folders, whose name ends with a path."""

UUID_PATTERN: Final = re.compile(
    r"(?<![\w'-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w'-])"
)
"""An id in a sentence, outside of quotes and file names."""

MAX_REFERENCE_HOPS: Final = 5
"""Maximum resources between a resource and its project."""


MAX_FOLDER_LEVELS: Final = 26
"""Maximum folders of a path: Autodesk accepts 25 below a top folder."""


def get_entity(step: PlanStep) -> str:
    """Return the entity of a resource; for other packages, its type."""
    kind = step.type.removeprefix(TYPE_PREFIX)
    return ENTITY_LABELS.get(kind, kind) if step.type != kind else kind


class NameIndex:
    """The names in a plan: by HQ's id, and by URN."""

    def __init__(self, steps: Iterable[PlanStep]) -> None:
        """Collect the names.

        Args:
            steps: All steps; later ones take precedence.
        """
        self.by_id: dict[str, str] = {}
        self._states: dict[str, PlanState] = {}
        self._folder_urns: dict[str, str] = {}
        self._tree_paths: dict[str, str] = {}
        for step in steps:
            for state in (step.new_state, step.old_state):
                self._record_state(step, state)
        self.by_id.update(self._tree_paths)
        self.by_id.update({id_: self._find_path(urn) for id_, urn in self._folder_urns.items()})

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
        if entity == "folder" and state.id:
            self._folder_urns[state.id.rpartition("/")[2]] = step.urn
        folder_id = _get_known_text(state, "folder_id")
        if entity == "folder permissions" and folder_id and TREE_TYPE_PREFIX in step.urn:
            self._tree_paths[folder_id] = step.name.partition("/")[2]

    def _record_units(self, state: PlanState) -> None:
        """Record the path of each unit; those of undeclared units are in the outputs."""
        undeclared, ids = state.outputs.get("undeclared"), state.inputs.get("ids")
        if isinstance(undeclared, Mapping):
            self.by_id.update({str(id_): str(path) for id_, path in undeclared.items()})
        for known in (state.outputs.get("ids"), ids):
            if isinstance(known, Mapping):
                self.by_id.update({str(id_): str(key) for key, id_ in known.items() if key != id_})

    def get_label(self, step: PlanStep) -> str:
        """Return the name of a resource that HQ shows, or else its name in the program."""
        state = step.old_state or step.new_state or PlanState()
        entity = get_entity(step)
        name = _get_known_text(state, "email") or _get_known_text(state, "name")
        if entity in FOLDER_ARGUMENTS:
            name = self._find_path(step.urn)
        if entity in PROJECT_ENTITIES:
            project = self._find_project_name(step.urn, state)
            if not project and TREE_TYPE_PREFIX in step.urn:
                project = step.name.partition("/")[0]
            elif not project and entity not in FOLDER_ARGUMENTS:
                project = step.name
            return " in ".join(part for part in (name, project) if part)
        return name or step.name

    def find_folder(self, state: PlanState, argument: str) -> str:
        """Return the path of the folder in an argument; empty if the plan does not have it."""
        return self._find_folder(state, argument, MAX_FOLDER_LEVELS)

    def _find_folder(self, state: PlanState, argument: str, levels: int) -> str:
        value = _get_known_text(state, argument)
        if value and not value.startswith("urn:"):
            return value
        urn = self._folder_urns.get(value) or next(iter(state.dependencies.get(argument, ())), "")
        if urn in self._states and levels:
            return self._find_path(urn, levels - 1)
        return self._tree_paths.get(value, "")

    def _find_path(self, urn: str, levels: int = MAX_FOLDER_LEVELS) -> str:
        """Return the path of a folder, or of the folder whose permissions a resource declares.

        A plan may omit the folders above; then a tree's name has the path, and any other folder
        has its own name.
        """
        state = self._states[urn]
        types, name = urn.split("::", 3)[2:]
        is_folder = types.endswith("ProjectFolder")
        above = self._find_folder(state, "parent" if is_folder else "folder", levels)
        if not above and TREE_TYPE_PREFIX in types:
            return name.partition("/")[2]
        own = _get_known_text(state, "name") if is_folder else ""
        return "/".join(part for part in (above, own) if part) or name

    def replace_ids(self, message: PlanMessage) -> PlanMessage:
        """Return a message with known ids replaced by quoted names."""
        text = UUID_PATTERN.sub(lambda found: self._quote_name(found[0]), message.text)
        return replace(message, text=text)

    def _quote_name(self, id_: str) -> str:
        name = self.by_id.get(id_.lower())
        return id_ if name is None else f"'{name}'"

    def _find_project_name(self, urn: str, state: PlanState) -> str:
        """Return the name of a resource's project; follow references between resources."""
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
