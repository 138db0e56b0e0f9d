"""A simple model of an account and a stack: the projects at HQ, and the state's view of them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]

MODELED_FIELDS = ("name", "end_date", "value", "city", "job_number", "service_types", "status")
"""The fields in the model; the other arguments are treated alike."""

IMPLICIT_SERVICES = {"admin", "insight"}

STATUS_TRANSITIONS = {
    ("pending", "active"): "pending",
    ("pending", "archived"): "archived",
    ("active", "inactive"): "inactive",
    ("active", "archived"): "archived",
    ("inactive", "active"): "active",
    ("inactive", "archived"): "archived",
    ("archived", "active"): "active",
}
"""The status of a project after (its status, the sent status): docs/reference/hq.md, "Status"."""


@dataclass
class ProjectModel:
    """A project at HQ."""

    fields: Fields
    created_at: float
    signed_in: bool = False


@dataclass
class ResourceModel:
    """A resource of the stack: its project, its arguments and the fields that its state has."""

    id: str
    inputs: Fields
    state: Any
    seen_fields: Fields
    unfinished_fields: set[str] = field(default_factory=set)


def normalize_fields(fields: Mapping[str, Any]) -> Fields:
    """Return a project's fields in one form: empty text is none, services are a set."""
    found = {name: fields.get(name) for name in MODELED_FIELDS}
    services = found["service_types"]
    if isinstance(services, str):
        services = services.split(",")
    found["service_types"] = None if services is None else {*services} - IMPLICIT_SERVICES - {""}
    return {name: _normalize_value(value) for name, value in found.items()}


def _normalize_value(value: Any) -> Any:
    """Return a text in Unicode's form C; an empty one is none."""
    return (unicodedata.normalize("NFC", value) or None) if isinstance(value, str) else value


def find_differences(seen: Fields, inputs: Fields) -> set[str]:
    """Return the declared fields that the state has otherwise; unwanted archiving is one."""
    wanted = normalize_fields(inputs)
    changed = {name for name in MODELED_FIELDS if name in inputs and wanted[name] != seen[name]}
    if inputs.get("status") == "active" and seen["status"] == "pending":
        changed.discard("status")
    if "status" not in inputs and seen["status"] == "archived":
        changed.add("status")
    return changed


def build_body(inputs: Fields, wanted: set[str]) -> Fields:
    """Return the fields that an update has to send."""
    return {name: normalize_fields({"status": "active", **inputs})[name] for name in wanted}


class AccountModel:
    """The projects of an account, and the rules by which HQ changes them."""

    def __init__(self) -> None:
        self.projects: dict[str, ProjectModel] = {}

    def find_by_name(self, name: str) -> str | None:
        """Return the id of the project of that name; there is never a second one."""
        found = [id_ for id_, held in self.projects.items() if held.fields["name"] == name]
        assert len(found) <= 1
        return found[0] if found else None

    def apply_update(self, id_: str, seen_status: str, body: Fields) -> bool:
        """Apply an update as the provider sends it; return whether HQ accepts all of it."""
        if seen_status == "archived" and body.get("status") in ("active", "inactive"):
            if not self._apply_patch(id_, {"status": "active"}):
                return False
            if body["status"] == "active":
                body = {name: value for name, value in body.items() if name != "status"}
        if not body or self._apply_patch(id_, body):
            return True
        left = {k: v for k, v in body.items() if v != self.projects[id_].fields[k]}
        if not {"name", "status"} & body.keys() or len(left) == len(body):
            return False
        return not left or self._apply_patch(id_, left)

    def _apply_patch(self, id_: str, body: Fields) -> bool:
        fields = self.projects[id_].fields
        status, now = body.get("status"), fields["status"]
        if now == "archived" and body.keys() - {"status"} and status != "active":
            return False
        if status not in (None, now) and (now, status) not in STATUS_TRANSITIONS:
            return False
        if "name" in body and self.find_by_name(body["name"]) is not None:
            return False
        fields.update(body)
        if status is not None:
            fields["status"] = now if status == now else STATUS_TRANSITIONS[now, status]
        return True
