"""Find the resource of a call: Pulumi's host gets its URN and does not pass it on."""

import inspect
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bim360_provider.core.entity import State
from bim360_provider.core.replacements import Predecessor
from bim360_provider.dynamic.engine import notify
from bim360_provider.dynamic.property_bag import from_pulumi
from bim360_provider.hq.api.cache import Memo

__all__ = [
    "find_predecessor",
    "get_call_urn",
    "has_other_holder",
    "list_holders",
    "read_previous_outputs",
]

CALLS_WITH_URN: Final = frozenset({"Check", "Diff", "Create", "Update", "Delete"})
"""Methods of Pulumi's host whose request has a URN."""


def get_call_urn() -> str | None:
    """Return the URN of this thread's call; None outside of Pulumi's host.

    It is read from the host's own frame:
    https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/dynamic/__main__.py
    """
    frame = inspect.currentframe()
    while frame is not None:
        frame = frame.f_back
        if frame and frame.f_code.co_name in CALLS_WITH_URN and "request" in frame.f_locals:
            urn = getattr(frame.f_locals["request"], "urn", None)
            return urn if isinstance(urn, str) else None
    return None


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
