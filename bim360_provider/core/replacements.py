"""Replacements that keep their object: HQ cannot create what has a unique key a second time.

Pulumi never says that a create belongs to a replacement. What shows it is the order of its calls
in one run: https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go

- ``check`` with old arguments, then ``check`` without: a resource is about to be replaced.
- ``delete`` of an object whose key was checked before and not created yet: it is replaced.
  A destroy checks nothing.
- ``diff`` with an unknown project in a real run: what the resource depends on is deleted first.
"""

import threading
import unicodedata
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "Predecessor",
    "ReplacementTracker",
    "format_replacement_message",
    "format_retention_message",
    "format_template_message",
    "list_replacement_warnings",
]

Values = Mapping[str, Any]
UniqueKey = tuple[str, ...]

UNIQUE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "project": ("account_id", "name"),
    "company": ("account_id", "name"),
    "account_user": ("account_id", "email"),
    "business_units": ("account_id",),
    "project_admin": ("project_id", "email", "service_type"),
    "project_member": ("project_id", "email"),
    "project_members": ("project_id",),
}
"""By which arguments HQ, or this provider, tells two objects of an entity apart.

A picture is not among them: HQ takes it again, which is what a forced replacement asks for.
"""


@dataclass(frozen=True)
class Predecessor:
    """The object that a resource had before it was replaced.

    Attributes:
        id: HQ's id.
        state: The last outputs.
        urn: Of the resource; empty where it is not known.
    """

    id: str
    state: Values
    urn: str = ""


KIND_LABELS: Final[Mapping[str, str]] = {
    "account_user": "user",
    "business_units": "the business units of the account",
    "project_admin": "admin",
    "project_member": "member",
    "project_members": "team",
}


def list_replacement_warnings(before: "Predecessor", kind: str, inputs: Values) -> list[str]:
    """Return the warnings about a replacement that keeps the object of its predecessor."""
    warnings = [format_replacement_message(kind, before.id, inputs)]
    template = inputs.get("template_project_id")
    if kind == "project" and template not in (None, before.state.get("template_project_id")):
        warnings.append(format_template_message(inputs["name"]))
    return warnings


def format_template_message(name: str) -> str:
    """Return the message that an existing project gets no copy of its template."""
    return f"the template is not copied into '{name}': it existed already"


def format_replacement_message(kind: str, entity_id: str, inputs: Values) -> str:
    """Return the message about a replacement that keeps the object of its predecessor."""
    noun = f"{KIND_LABELS.get(kind, kind)} {entity_id}"
    called = _get_label(inputs)
    if not called:
        return f"{noun} cannot be created a second time, so the replacement keeps it"
    return f"'{called}' cannot be created a second time, so the replacement keeps {noun}"


def format_retention_message(kind: str, entity_id: str, state: Values) -> str:
    """Return the message about an object that is not deleted: a declared resource has it."""
    called = f" '{_get_label(state)}'" if _get_label(state) else ""
    return f"{KIND_LABELS.get(kind, kind)}{called} ({entity_id}) stays: the stack still declares it"


def _get_label(values: Values) -> str:
    return str(values.get("name") or values.get("email") or "")


class ReplacementTracker:
    """What one run of the host has seen of replacements; shared by all its threads."""

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

    def note_check(self, kind: str, old: Values, inputs: Values, urn: str = "") -> None:
        """Note a check.

        Args:
            kind: The entity.
            old: The arguments of the last run; empty for a new resource and for a replacement.
            inputs: The arguments in normal form.
            urn: Of the resource, if it is known.
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
        self, kind: str, known: Predecessor, inputs: Values, *, is_replacement: bool
    ) -> None:
        """Note a diff, and whether the arguments by themselves mean another object."""
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

    def find_predecessor(self, kind: str, inputs: Values, urn: str = "") -> Predecessor | None:
        """Return the object that a resource which is being created is known to replace.

        Where declared resources exchange names, an object with the name may be that of another.
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

    def is_kept(self, kind: str, entity_id: str, state: Values, urn: str = "") -> bool:
        """Return whether a delete is to leave the object, because a declared resource has it.

        Either the replacement is still to be created; or it was created in an earlier run, which
        was interrupted, and is declared in this one.
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
        """Note that the object was deleted."""
        with self._lock:
            self._deleted_ids.add(entity_id)

    def was_deleted(self, entity_id: str) -> bool:
        """Return whether the object was deleted in this run."""
        return entity_id in self._deleted_ids


def _build_key(kind: str, values: Values) -> UniqueKey | None:
    """Return the unique key; None for an entity without one, or where it is not known yet."""
    names = UNIQUE_KEYS.get(kind, ())
    found = [values[name] for name in names if isinstance(values.get(name), str)]
    if not names or len(found) < len(names):
        return None
    return (kind, *(unicodedata.normalize("NFC", each).casefold() for each in found))
