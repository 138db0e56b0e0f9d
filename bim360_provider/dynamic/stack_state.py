"""The resources of the stack: their previous outputs, and which of them this run declares."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from bim360_provider.core.entity import Fields, Inputs, NameChange, ReadResult, State
from bim360_provider.core.names.renames import NameExchange, RenameRegistry
from bim360_provider.core.replacements import Predecessor
from bim360_provider.core.run import Run
from bim360_provider.dynamic.engine import notify
from bim360_provider.dynamic.host import get_call_urn
from bim360_provider.dynamic.property_bag import from_pulumi
from bim360_provider.hq.api.cache import Memo

__all__ = [
    "ComparedResources",
    "count_resources",
    "find_exchanged_object",
    "find_predecessor",
    "has_other_holder",
    "is_checked",
    "is_exchanged",
    "is_held_by_another",
    "list_holders",
    "plan_rename",
    "pop_released_object",
    "read_previous_outputs",
    "record_check",
    "record_diff",
    "release_object",
]


TYPE_PREFIX: Final = "pulumi-python:dynamic/bim360:"
"""The common start of this package's types in a state."""


LOCAL_STATE: Final = "LOCAL_ENGINE_STATE"
"""The environment variable with the path of the local engine's state."""


EXPORT_TIMEOUT: Final = 60.0
"""Time limit of an export in seconds; a state of some megabytes takes a few."""


EXPORT_FAILURE_WARNING: Final = (
    "BIM 360: `pulumi stack export` failed, so a resource that is replaced because of --replace or "
    "`pulumi state taint` looks like a new one. If its create fails now: put `pulumi` on PATH, or "
    "set delete_before_replace=True on the resource."
)


SECRET_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105 - a public constant
"""Marks a secret in a state, with its ciphertext and without its value:
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
"""


RESOURCES_MEMO: Final[Memo[list[Mapping[str, Any]]]] = Memo()


def read_previous_outputs(entity_id: str) -> Mapping[str, Any] | None:
    """Return the outputs in the state of the resource that is being created.

    Args:
        entity_id: The id of its object.

    Returns:
        None if the state has another object for this resource, or cannot be read.
    """
    urn = get_call_urn()
    if urn is None:
        return None
    for row in _load_rows(urn):
        if row.get("urn") == urn and row.get("id") == entity_id:
            return _read_outputs(row)
    return None


def find_predecessor(urn: str) -> Predecessor | None:
    """Return the object that the state has for a resource, or None."""
    own = (row for row in _load_rows(urn) if row.get("urn") == urn)
    rows = [row for row in own if not (row.get("delete") or row.get("pending_delete"))]
    if not rows or not rows[-1].get("id"):
        return None
    return Predecessor(str(rows[-1]["id"]), State(_read_outputs(rows[-1])), urn)


def has_other_holder(entity_id: str, urn: str) -> bool:
    """Return whether the state has the object for another resource."""
    return bool(list_holders(entity_id, urn) - {urn})


def list_holders(entity_id: str, urn: str) -> set[str]:
    """Return the URNs of all resources of the state that have an object.

    Args:
        entity_id: HQ's id of the object.
        urn: The URN of any resource of the stack.
    """
    return {str(row.get("urn")) for row in _load_rows(urn) if row.get("id") == entity_id}


def count_resources(entity_id: str) -> int:
    """Return how many resources the provider of an object has in the state.

    Returns:
        0 if a program runs, which reports its own progress, or if the state has no such object.
    """
    urn = get_call_urn()
    rows = _load_rows(urn) if urn and not _declared_names else []
    provider = next((row.get("provider") for row in rows if row.get("id") == entity_id), None)
    return sum(
        row.get("provider") == provider and str(row.get("type")).startswith(TYPE_PREFIX)
        for row in rows
    )


def _read_outputs(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs of a resource without encrypted ones."""
    outputs = row.get("outputs") or {}
    return from_pulumi({k: v for k, v in outputs.items() if not _is_encrypted(v)})


def _is_encrypted(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_is_encrypted, value))
    if isinstance(value, Mapping):
        return SECRET_SIGNATURE in value or any(map(_is_encrypted, value.values()))
    return False


def _load_rows(urn: str) -> list[Mapping[str, Any]]:
    return RESOURCES_MEMO.get("", lambda: _read_resources(urn))


def _read_resources(urn: str) -> list[Mapping[str, Any]]:
    local = os.environ.get(LOCAL_STATE)
    try:
        text = Path(local).read_text("utf-8") if local else _export_state(urn)
        state = json.loads(text)
        rows: list[Mapping[str, Any]] = state.get("deployment", state).get("resources") or []
    except (OSError, ValueError, AttributeError, subprocess.SubprocessError):
        if not local:
            notify(EXPORT_FAILURE_WARNING, warning=True)
        return []
    return rows


def _export_state(urn: str) -> str:
    """Return the state as the CLI exports it: secrets stay encrypted.

    Raises:
        OSError: The CLI is not on PATH.
        SubprocessError: It failed, or took too long.
    """
    stack = urn.removeprefix("urn:pulumi:").partition("::")[0]
    command = [shutil.which("pulumi") or "pulumi", "stack", "export", "--stack", stack]
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    ran = subprocess.run(  # noqa: S603 - the CLI that runs this host
        command, env=quiet, capture_output=True, check=True, timeout=EXPORT_TIMEOUT
    )
    return ran.stdout.decode("utf-8")


QUIET_SECONDS: Final = 1.0
"""Seconds without any check or diff, after which none is expected."""


MAX_WAITING_THREADS: Final = 3
"""Threads that may wait at once: Pulumi's host has four, and one must continue to compare."""


class ComparedResources:
    """The resources that were compared; shared by all threads of the host."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._compared_urns: set[str] = set()
        self._call_count = 0
        self._quiet_call_count = -1
        self._waiting_threads = 0

    def record_check(self) -> None:
        """Record that Pulumi continues."""
        with self._condition:
            self._call_count += 1
            self._condition.notify_all()

    def record_diff(self, urn: str) -> None:
        """Record a declared resource that the state has."""
        with self._condition:
            self._compared_urns.add(urn)
            self._call_count += 1
            self._condition.notify_all()

    def wait_for_any(self, urns: Collection[str]) -> bool:
        """Return whether one of these resources is declared; wait while Pulumi continues."""
        with self._condition:
            if self._waiting_threads >= MAX_WAITING_THREADS:
                return not self._compared_urns.isdisjoint(urns)
            self._waiting_threads += 1
            try:
                while self._compared_urns.isdisjoint(urns):
                    if self._quiet_call_count == self._call_count:
                        return False
                    if not self._condition.wait(QUIET_SECONDS):
                        self._quiet_call_count = self._call_count
                return True
            finally:
                self._waiting_threads -= 1


UNIQUE_NAME_ENTITIES: Final = frozenset({"project", "company"})
"""Entities whose names HQ keeps unique and can change."""


_declared_names: Final[dict[str, Any]] = {}
"""The declared name of each resource that was checked in this run, by URN."""


_compared_resources: Final = ComparedResources()
"""The declared resources that the state has."""


_released_objects: Final[dict[str, Predecessor]] = {}
"""The objects that a delete kept for the following create."""


def record_check(urn: str | None, inputs: Fields) -> None:
    """Record the declared name of a resource; none if the check refused the arguments."""
    if urn:
        _declared_names[urn] = inputs.get("name")
        _compared_resources.record_check()


def record_diff(urn: str | None) -> None:
    """Record that a resource was compared."""
    if urn and urn in _declared_names:
        _compared_resources.record_diff(urn)


def is_checked(urn: str | None) -> bool:
    """Return whether a resource was checked in this run; a call without URN counts as checked."""
    return urn is None or urn in _declared_names


def release_object(kind: str, before: Predecessor) -> None:
    """Record that a delete keeps an object for the replacement."""
    if kind in UNIQUE_NAME_ENTITIES and before.urn:
        _released_objects[before.urn] = before


def pop_released_object(urn: str) -> Predecessor | None:
    """Return the object that a delete of this resource has kept for its replacement."""
    return _released_objects.pop(urn, None)


def is_exchanged(kind: str, before: Predecessor, get_run: Callable[[], Run]) -> bool:
    """Return whether an object is deleted for a replacement with the name of another resource.

    Args:
        kind: The entity.
        before: The object.
        get_run: Returns the run of its account.
    """
    name = _declared_names.get(before.urn)
    if (
        kind not in UNIQUE_NAME_ENTITIES
        or not isinstance(name, str)
        or name == before.state.get("name")
    ):
        return False
    return any(
        has_other_holder(each, before.urn) for each in _list_name_holders(kind, get_run(), name)
    )


def find_exchanged_object(kind: str, urn: str, run: Run, inputs: Inputs) -> Predecessor | None:
    """Return the object that a refused create should keep; None if its name is not exchanged.

    Args:
        kind: The entity.
        urn: The URN of the resource.
        run: The engine run.
        inputs: The normalized arguments.
    """
    before = find_predecessor(urn) if urn and kind in UNIQUE_NAME_ENTITIES else None
    if before is None:
        return None
    holders = _list_name_holders(kind, run, str(inputs["name"]))
    own = any(each == before.id or has_other_holder(each, urn) for each in holders)
    return before if own else None


def is_held_by_another(entity_id: str) -> bool:
    """Return whether another declared resource of the stack owns an object.

    A resource that was removed from the program no longer owns it. A resource that replaces
    another object always keeps its own.
    """
    urn = get_call_urn()
    holders = list_holders(entity_id, urn) - {urn} if urn else set()
    if urn is None or not holders:
        return False
    before = find_predecessor(urn)
    if before is not None:
        return before.id != entity_id
    return _compared_resources.wait_for_any(holders)


def plan_rename(renames: RenameRegistry, kind: str, live: ReadResult, inputs: Inputs) -> None:
    """Plan the rename of an object that a replacement keeps, as a diff does for an update."""
    old, new = live.outputs.get("name"), inputs.get("name")
    if kind not in UNIQUE_NAME_ENTITIES or not old or old == new:
        return
    names = NameChange(kind, str(live.outputs.get("account_id")), old, new)
    renames.record_comparison(live.id, names)
    renames.begin_change(live.id)
    rename = renames.find_rename((kind, names.account_id), live.id)
    if rename is not None:
        rename.is_kept = True


def _list_name_holders(kind: str, run: Run, name: str) -> list[str]:
    found = NameExchange(run, kind).collection.search_by_name(name)
    return [each.id for each in found if each.name == name]
