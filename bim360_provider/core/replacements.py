"""Replacements that keep their object: HQ cannot create a second object with the same unique key.

Pulumi does not mark a create that belongs to a replacement. The order of its calls shows it: https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go

- ``check`` with old arguments, then ``check`` without: the resource will be replaced.
- ``delete`` of an object whose key was checked and not created yet: it is replaced.
  A destroy checks nothing.
- ``diff`` with an unknown project in a real run: its dependency is deleted first.
"""

import threading
import unicodedata
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.entity import Fields, Inputs, State

__all__ = [
    "Predecessor",
    "ReplacementTracker",
    "format_replacement_message",
    "format_retention_message",
    "format_template_message",
    "list_replacement_warnings",
]


UniqueKey = tuple[str, ...]

UNIQUE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "project": ("account_id", "name"),
    "company": ("account_id", "name"),
    "account_user": ("account_id", "email"),
    "business_units": ("account_id",),
    "project_admin": ("project_id", "email", "service_type"),
    "project_member": ("project_id", "email"),
    "project_members": ("project_id",),
    "project_folder": ("project_id", "parent", "name"),
    "folder_permissions": ("project_id", "folder"),
}
"""The arguments by which HQ, or this provider, identifies an object of an entity.

A picture is not among them: HQ accepts it again, as a forced replacement requires.
"""


@dataclass(frozen=True)
class Predecessor:
    """The object that a resource had before it was replaced.

    Attributes:
        id: HQ's id.
        state: The last outputs.
        urn: The URN of the resource; empty if unknown.
    """

    id: str
    state: State
    urn: str = ""


KIND_LABELS: Final[Mapping[str, str]] = {
    "account_user": "user",
    "business_units": "the business units of the account",
    "project_admin": "admin",
    "project_member": "member",
    "project_members": "team",
    "project_folder": "folder",
    "folder_permissions": "permissions of the folder",
}


def list_replacement_warnings(before: "Predecessor", kind: str, inputs: Inputs) -> list[str]:
    """Return the warnings about a replacement that keeps the object of its predecessor."""
    warnings = [format_replacement_message(kind, before.id, inputs)]
    template = inputs.get("template_project_id")
    if kind == "project" and template not in (None, before.state.get("template_project_id")):
        warnings.append(format_template_message(inputs["name"]))
    return warnings


def format_template_message(name: str) -> str:
    """Return the message that an existing project gets no copy of its template."""
    return f"the template is not copied into '{name}': it existed already"


def format_replacement_message(kind: str, entity_id: str, inputs: Inputs) -> str:
    """Return the message about a replacement that keeps the object of its predecessor."""
    noun = f"{KIND_LABELS.get(kind, kind)} {entity_id}"
    label = _get_label(inputs)
    if not label:
        return f"{noun} cannot be created a second time, so the replacement keeps it"
    return f"'{label}' cannot be created a second time, so the replacement keeps {noun}"


def format_retention_message(kind: str, entity_id: str, state: State) -> str:
    """Return the message about an object that is not deleted: a declared resource has it."""
    label = f" '{_get_label(state)}'" if _get_label(state) else ""
    return f"{KIND_LABELS.get(kind, kind)}{label} ({entity_id}) stays: the stack still declares it"


def _get_label(values: Fields) -> str:
    return str(values.get("name") or values.get("email") or "")


class ReplacementTracker:
    """The replacements of one run; shared by all threads of the host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._declared_keys: set[UniqueKey] = set()
        self._managed_keys: set[UniqueKey] = set()
        self._announced_keys: set[UniqueKey] = set()
        self._awaited_keys: set[UniqueKey] = set()
        self._compared_objects: dict[UniqueKey, Predecessor] = {}
        self._live_keys: dict[str, UniqueKey] = {}
        self._released_objects: dict[UniqueKey, Predecessor] = {}
        self._pending_delete_ids: set[str] = set()
        self._deletion_locks: dict[str, threading.Lock] = {}
        self._deleted_ids: set[str] = set()
        self._urns: set[str] = set()

    def note_check(self, kind: str, old: Fields, inputs: Inputs, urn: str = "") -> None:
        """Record a check.

        Args:
            kind: The entity.
            old: The arguments of the last run; empty for a new resource and for a replacement.
            inputs: The normalized arguments.
            urn: The URN of the resource, if known.
        """
        key = _build_key(kind, inputs)
        if key is None:
            return
        with self._lock:
            self._urns.add(urn)
            if not old:
                self._awaited_keys.add(key)
                self._announced_keys |= {key} & self._managed_keys
                if (
                    key in self._declared_keys - self._managed_keys
                ):  # its key changes: another object follows
                    self._live_keys = {
                        id_: each for id_, each in self._live_keys.items() if each != key
                    }
                return
            self._declared_keys.add(key)
            if _build_key(kind, old) == key:
                self._managed_keys.add(key)

    def note_diff(
        self, kind: str, known: Predecessor, inputs: Inputs, *, is_replacement: bool
    ) -> None:
        """Record a diff, and whether the arguments by themselves require another object."""
        key = _build_key(kind, inputs)
        with self._lock:
            if is_replacement and key is None and "project_id" in UNIQUE_KEYS.get(kind, ()):
                self._pending_delete_ids.add(known.id)
            if key is None or is_replacement:
                return
            if key in self._declared_keys:
                self._live_keys[known.id] = key
            if _build_key(kind, known.state) == key:
                self._awaited_keys.discard(key)
                self._compared_objects[key] = known

    def find_predecessor(self, kind: str, inputs: Inputs, urn: str = "") -> Predecessor | None:
        """Return the object that the resource to create replaces.

        If resources exchange names, the object with the name may belong to another resource.
        """
        key = _build_key(kind, inputs)
        if key is None:
            return None
        with self._lock:
            self._awaited_keys.discard(key)
            compared = self._compared_objects.get(key) if key in self._announced_keys else None
            found = self._released_objects.get(key, compared)
            if found and urn and found.urn != urn and found.urn in self._urns - {""}:
                return None
            self._released_objects.pop(key, None)
            return found

    def is_kept(self, kind: str, entity_id: str, state: State, urn: str = "") -> bool:
        """Return whether a delete should keep the object, because a declared resource owns it.

        Either the replacement is not created yet, or an earlier, interrupted run created it.
        """
        key = _build_key(kind, state)
        if key is None:
            return False
        with self._lock:
            if key in self._awaited_keys or entity_id in self._pending_delete_ids:
                self._released_objects[key] = Predecessor(entity_id, state, urn)
                return True
            return entity_id in self._live_keys

    def get_deletion_lock(self, entity_id: str) -> AbstractContextManager[Any]:
        """Return the lock of one object: two states of it may be deleted at the same time."""
        with self._lock:
            return self._deletion_locks.setdefault(entity_id, threading.Lock())

    def note_delete(self, entity_id: str) -> None:
        """Record that the object was deleted."""
        with self._lock:
            self._deleted_ids.add(entity_id)

    def was_deleted(self, entity_id: str) -> bool:
        """Return whether the object was deleted in this run."""
        return entity_id in self._deleted_ids


def _build_key(kind: str, values: Fields) -> UniqueKey | None:
    """Return the unique key; None if the entity has none or it is unknown."""
    names = UNIQUE_KEYS.get(kind, ())
    found = [values[name] for name in names if isinstance(values.get(name), str)]
    if not names or len(found) < len(names):
        return None
    return (kind, *(unicodedata.normalize("NFC", each).casefold() for each in found))
