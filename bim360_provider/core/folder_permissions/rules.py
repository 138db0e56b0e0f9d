"""Check, diff and plan of a folder's permissions; no network."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bim360_provider.core.entity import Diff, Fields, Inputs, State
from bim360_provider.core.folder_reference import check_folder_arguments
from bim360_provider.core.settings import Settings, find_scope_changes
from bim360_provider.core.validation import Problem, is_unknown
from bim360_provider.errors import InputError
from bim360_provider.models.folder_permissions import (
    SUBJECT_TYPES,
    FolderPermissionsArguments,
    get_actions,
)

__all__ = [
    "OPTIONS",
    "Grant",
    "PermissionPlan",
    "build_outputs",
    "check",
    "diff",
    "list_levels",
    "plan_permissions",
]

OPTIONS: Final = {"others": "keep", "on_destroy": "remove"}
"""Options of this provider and their defaults."""


def check(_old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Args:
        _old: The arguments of the last run; nothing depends on them.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
    """
    return check_folder_arguments(FolderPermissionsArguments, new, settings, "folder")


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the levels of the subjects, and send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    replaces = find_scope_changes(state, inputs)
    if inputs["project_id"] != state.get("project_id"):
        replaces = (*replaces, "project_id")
    if inputs["folder"] not in (state.get("folder"), state.get("folder_id")):
        replaces = (*replaces, "folder")
    levels = tuple(
        kind
        for kind in SUBJECT_TYPES
        if is_unknown(inputs.get(kind)) or (inputs.get(kind) or {}) != (state.get(kind) or {})
    )
    options = tuple(
        name
        for name, default in OPTIONS.items()
        if inputs.get(name, default) != (state.get(name) or default)
    )
    return Diff((*levels, *options, *replaces), replaces)


def list_levels(values: Fields) -> dict[tuple[str, str], str]:
    """Return the levels of arguments or outputs by argument and subject."""
    return {
        (kind, subject): level
        for kind in SUBJECT_TYPES
        for subject, level in (values.get(kind) or {}).items()
    }


def build_outputs(known: Fields, inputs: Inputs, levels: Fields, subject_ids: Fields) -> State:
    """Return the outputs to save in the state.

    Args:
        known: ``folder_id`` and ``platform``, and account and region if known.
        inputs: The normalized arguments.
        levels: The levels by argument and subject.
        subject_ids: The ids of the subjects in the same form.
    """
    names = ("account_id", "region", "folder_id", "platform")
    outs = {name: known[name] for name in names if known.get(name)}
    return State(
        {
            **outs,
            **{name: inputs[name] for name in ("project_id", "folder", *OPTIONS) if name in inputs},
            **{kind: dict(sorted((levels.get(kind) or {}).items())) for kind in SUBJECT_TYPES},
            "subject_ids": {kind: dict(subject_ids.get(kind) or {}) for kind in SUBJECT_TYPES},
            "declared": sorted(kind for kind in SUBJECT_TYPES if kind in inputs),
        }
    )


@dataclass(frozen=True)
class Grant:
    """A subject, and the level that it has or gets.

    Attributes:
        kind: The argument that names it.
        level: The level; empty for a removal.
    """

    kind: str
    level: str = ""


@dataclass(frozen=True)
class PermissionPlan:
    """The rows of the three requests; empty ones are not sent."""

    creations: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    removals: list[dict[str, Any]] = field(default_factory=list)


def plan_permissions(
    live: Mapping[str, Grant],
    wanted: Mapping[str, Grant],
    removable: Collection[str],
    platform: str,
) -> PermissionPlan:
    """Return the rows of the requests that lead from the known permissions to the wanted ones.

    Args:
        live: The subjects with direct permissions, by id.
        wanted: The declared subjects, by id.
        removable: The ids of subjects that lose their permissions if they are not declared.
        platform: The platform of the project.

    Raises:
        InputError: The platform has no such level.
    """
    rows = {each: _build_row(each, grant, platform) for each, grant in wanted.items()}
    return PermissionPlan(
        [row for each, row in rows.items() if each not in live],
        [
            row
            for each, row in rows.items()
            if each in live and live[each].level != wanted[each].level
        ],
        [
            {"subjectId": each, "subjectType": SUBJECT_TYPES[grant.kind]}
            for each, grant in live.items()
            if each not in wanted and each in removable
        ],
    )


def _build_row(subject_id: str, grant: Grant, platform: str) -> dict[str, Any]:
    try:
        actions = get_actions(grant.level, platform)
    except ValueError as error:
        msg = f"BIM 360: could not set permissions: {error}."
        raise InputError(msg) from None
    return {
        "subjectId": subject_id,
        "subjectType": SUBJECT_TYPES[grant.kind],
        "actions": actions,
    }
