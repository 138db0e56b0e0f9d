"""Create, read, update and delete the direct permissions of a folder."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.entity import Fields, Inputs, ReadResult, State
from bim360_provider.core.folder_permissions.rules import (
    OPTIONS,
    Grant,
    PermissionPlan,
    build_outputs,
    list_levels,
    plan_permissions,
)
from bim360_provider.core.folder_permissions.subjects import find_subject_id
from bim360_provider.core.folder_reference import (
    is_project_inactive,
    resolve_folder,
    split_checked_id,
)
from bim360_provider.core.not_found import read_or_none, suggest_refresh
from bim360_provider.core.removal import RemovalKind, plan_removal
from bim360_provider.core.run import Run
from bim360_provider.errors import (
    Bim360Error,
    HqError,
    InputError,
    NotFoundError,
    UnansweredError,
    UnauthorizedError,
)
from bim360_provider.models.folder import build_folder_id
from bim360_provider.models.folder_permissions import SUBJECT_TYPES, FolderPermission

__all__ = ["ID_SUFFIX", "create", "delete", "index_rows", "read", "update"]

ID_SUFFIX: Final = "/permissions"
"""The suffix of the id of a folder's permissions: the folder itself has the id without it."""

RETRY_DELAYS: Final = (2.0, 4.0, 8.0)
"""Seconds before each further attempt after a refusal.

Permissions of a folder that was just created are refused now and then:
https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool/issues/20
"""

RETRIED_STATUSES: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""Refusals after which the permissions are read, because they may differ from the known ones."""

KINDS_BY_TYPE: Final = {subject_type: kind for kind, subject_type in SUBJECT_TYPES.items()}


@dataclass
class FolderGrants:
    """The direct permissions of a folder, as far as known.

    Attributes:
        grants: The subjects with direct permissions, by id.
        admin_ids: The ids of project admins, who are never changed.
    """

    grants: dict[str, Grant] = field(default_factory=dict)
    admin_ids: set[str] = field(default_factory=set)


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Set the declared permissions; the folder may have some already.

    A folder that this run has created has none, so nothing is read first.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The id and the outputs.

    Raises:
        InputError: The project does not have the folder, a subject or a level.
        HqError: Autodesk refused the permissions.
        UnansweredError: It sent no response; the next run sets what is missing.
    """
    project_id = inputs["project_id"]
    folder_id = resolve_folder(run, project_id, inputs["folder"])
    known = {
        **inputs,
        "folder_id": folder_id,
        "platform": run.hq.folders.get_platform(project_id),
    }
    is_new = run.hq.folders.was_created(folder_id)
    live = FolderGrants() if is_new else _read_grants(run, project_id, folder_id)
    outs = _apply_inputs(run, known, inputs, live)
    return build_folder_id(project_id, folder_id) + ID_SUFFIX, outs


def update(run: Run, id_: str, state: State, inputs: Inputs) -> State:
    """Change what differs from the state: at most one request each to create, update and delete.

    Raises:
        InputError: The project does not have a subject or a level.
        NotFoundError: The folder no longer exists; a refresh removes it from the state.
        HqError: Autodesk refused the permissions.
        UnansweredError: It sent no response; the request can be repeated.
    """
    project_id, folder_id = split_checked_id(id_.removesuffix(ID_SUFFIX))
    live = FolderGrants(_list_state_grants(state))
    if inputs.get("others") == "remove" and state.get("others") != "remove":
        live = _read_grants(run, project_id, folder_id)
    platform = state.get("platform") or run.hq.folders.get_platform(project_id)
    known = {**state, "folder_id": folder_id, "platform": platform}
    with suggest_refresh():
        return _apply_inputs(run, known, inputs, live)


def _list_state_grants(state: State) -> dict[str, Grant]:
    """Return the permissions of the last run or refresh, by the subject's id."""
    ids = state.get("subject_ids") or {}
    return {
        ids[kind][subject]: Grant(kind, level)
        for (kind, subject), level in list_levels(state).items()
    }


def _apply_inputs(run: Run, known: Fields, inputs: Inputs, live: FolderGrants) -> State:
    ids = _find_subject_ids(run, known, inputs)
    wanted: dict[str, Grant] = {}
    for (kind, subject), level in list_levels(inputs).items():
        subject_id = ids[kind][subject]
        if subject_id in wanted:
            msg = f"BIM 360: could not set permissions: '{subject}' is declared twice in {kind}."
            raise InputError(msg)
        wanted[subject_id] = Grant(kind, level)
    managed = {id_ for each in (known.get("subject_ids") or {}).values() for id_ in each.values()}
    is_exclusive = inputs.get("others") == "remove"
    _converge(run, known, wanted, None if is_exclusive else managed, live)
    return build_outputs(known, inputs, inputs, ids)


def _find_subject_ids(run: Run, known: Fields, inputs: Inputs) -> dict[str, dict[str, str]]:
    """Return the ids of the declared subjects; those of the state are not requested again."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in SUBJECT_TYPES}
    before = known.get("subject_ids") or {}
    for kind, subject in list_levels(inputs):
        known_id = (before.get(kind) or {}).get(subject)
        project_id, platform = inputs["project_id"], str(known["platform"])
        found[kind][subject] = known_id or find_subject_id(run, project_id, platform, kind, subject)
    return found


def _converge(
    run: Run,
    known: Fields,
    wanted: Mapping[str, Grant],
    managed: Collection[str] | None,
    live: FolderGrants,
) -> None:
    """Send the requests; after a refusal or a lost response, read the permissions and go on.

    Args:
        run: The engine run.
        known: The ids of project and folder, and the platform.
        wanted: The declared subjects, by id.
        managed: The ids of the subjects of the last run, which lose their permissions if they
            are no longer declared; None for all subjects of the folder.
        live: The permissions of the folder, as far as known.
    """
    project_id, folder_id = str(known["project_id"]), str(known["folder_id"])

    def plan() -> PermissionPlan:
        changeable = {id_: each for id_, each in wanted.items() if id_ not in live.admin_ids}
        removable = live.grants if managed is None else managed
        return plan_permissions(live.grants, changeable, removable, str(known["platform"]))

    planned = plan()
    for delay in (*RETRY_DELAYS, 0.0):
        error = _try_plan(run, project_id, folder_id, planned)
        if error is None:
            break
        if not delay or not _is_retried(run, folder_id, error):
            raise error
        run.sleep(delay, f"checking the permissions of folder {folder_id}")
        live = _read_grants(run, project_id, folder_id)
        previous, planned = planned, plan()
        is_new = run.hq.folders.was_created(folder_id)
        if isinstance(error, HqError) and planned == previous and not is_new:
            raise error
    _report_admins(run, folder_id, live.admin_ids.intersection(wanted))


def _try_plan(
    run: Run, project_id: str, folder_id: str, planned: PermissionPlan
) -> Bim360Error | None:
    """Send a plan; return the refusal or the lost response instead of raising it."""
    try:
        _send_plan(run, project_id, folder_id, planned)
    except (HqError, UnansweredError) as error:
        return error
    return None


def _is_retried(run: Run, folder_id: str, error: Bim360Error) -> bool:
    if not isinstance(error, HqError):
        return True
    is_forbidden = error.status == HTTPStatus.FORBIDDEN
    return error.status in RETRIED_STATUSES and (
        not is_forbidden or run.hq.folders.was_created(folder_id)
    )


def _send_plan(run: Run, project_id: str, folder_id: str, planned: PermissionPlan) -> None:
    """Send removals last, so that an interrupted update leaves more access, not less."""
    api = run.hq.folder_permissions
    for send, rows in (
        (api.create, planned.creations),
        (api.update, planned.updates),
        (api.delete, planned.removals),
    ):
        if rows:
            send(project_id, folder_id, rows)


def _report_admins(run: Run, folder_id: str, ids: Collection[str]) -> None:
    if ids:
        run.info(
            f"BIM 360: the permissions of {', '.join(sorted(ids))} for folder {folder_id} are not "
            "changed: project admins have all rights."
        )


def _read_grants(run: Run, project_id: str, folder_id: str) -> FolderGrants:
    is_new = run.hq.folders.was_created(folder_id)
    rows = run.hq.folder_permissions.list_for_folder(project_id, folder_id, new_resource=is_new)
    return FolderGrants(
        {
            row.id: Grant(KINDS_BY_TYPE[row.subject_type], row.level)
            for row in rows
            if _is_manageable(row)
        },
        {row.id for row in rows if row.is_admin},
    )


def _is_manageable(row: FolderPermission) -> bool:
    return bool(row.level) and not row.is_admin and row.subject_type in KINDS_BY_TYPE


def read(run: Run, id_: str, state: State) -> ReadResult | None:
    """Return the direct permissions, or None if the folder no longer exists.

    Declared subjects only, or all of them with ``others="remove"`` and in a look-up. Inherited
    rights and project admins are ignored.

    Args:
        run: The engine run.
        id_: The project's id, the folder's, and ``permissions``, separated by slashes.
        state: The outputs of the last run; without them this is a look-up.

    Raises:
        InputError: A look-up has no such id.
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: Autodesk refused the request.
        UnansweredError: It sent no response.
    """
    project_id, folder_id = split_checked_id(id_.removesuffix(ID_SUFFIX))
    is_refresh = "account_id" in state
    fetch = partial(run.hq.folder_permissions.list_for_folder, project_id, folder_id)
    try:
        rows = read_or_none(run, "folder", state, lambda is_new: fetch(new_resource=is_new))
    except UnauthorizedError as error:
        if not (is_refresh and is_project_inactive(error)):
            raise
        run.warn(f"BIM 360: permissions of folder {folder_id} are not read: {_INACTIVE}.")
        inputs = _derive_inputs(state, state)
        return ReadResult(id_, State({**state, "declared": state.get("declared", [])}), inputs)
    if rows is None:
        return None
    known = {
        **run.account_scope,
        "project_id": project_id,
        "folder": folder_id,
        **state,
        "folder_id": folder_id,
    }
    if not state.get("platform"):
        known["platform"] = run.hq.folders.get_platform(project_id)
    is_complete = not is_refresh or state.get("others") == "remove"
    levels, ids = index_rows(rows, state, is_complete=is_complete)
    inputs = _derive_inputs(known, levels)
    outs = build_outputs(known, inputs, levels, ids)
    return ReadResult(build_folder_id(project_id, folder_id) + ID_SUFFIX, outs, inputs)


_INACTIVE: Final = "the project is not active"


def index_rows(
    rows: Collection[FolderPermission], state: Fields, *, is_complete: bool
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Return the levels and the ids of subjects, by argument and name.

    Args:
        rows: The permissions of a folder.
        state: The outputs of the last run; empty without one.
        is_complete: Whether to return subjects that the state does not have.
    """
    ids: dict[str, dict[str, str]] = {
        kind: dict((state.get("subject_ids") or {}).get(kind) or {}) for kind in SUBJECT_TYPES
    }
    by_id = {row.id: row for row in rows}
    levels: dict[str, dict[str, str]] = {kind: {} for kind in SUBJECT_TYPES}
    for kind, subject, subject_id in _walk_subjects(ids):
        row = by_id.get(subject_id)
        if row is not None and row.is_admin:
            levels[kind][subject] = str((state.get(kind) or {}).get(subject, row.level))
        elif row is not None and row.level:
            levels[kind][subject] = row.level
    known_ids = {subject_id for _, _, subject_id in _walk_subjects(ids)}
    for row in rows if is_complete else ():
        if _is_manageable(row) and row.id not in known_ids:
            kind = KINDS_BY_TYPE[row.subject_type]
            subject = _get_subject_name(row, ids[kind])
            ids[kind][subject], levels[kind][subject] = row.id, row.level
    return levels, ids


def _walk_subjects(ids: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str, str]]:
    return [(kind, name, id_) for kind, each in ids.items() for name, id_ in each.items()]


def _get_subject_name(row: FolderPermission, used: Collection[str]) -> str:
    name = (row.email or "").lower() if row.subject_type == "USER" else row.name
    return row.id if not name or name in used else name


def _derive_inputs(known: Fields, levels: Fields) -> Inputs:
    """Return the arguments that would declare the permissions as they are."""
    declared = known.get("declared", ())
    names = ("project_id", "folder", *OPTIONS, "account_id", "region")
    inputs: dict[str, Any] = {name: known[name] for name in names if known.get(name)}
    kinds = {kind: levels.get(kind) or {} for kind in SUBJECT_TYPES}
    inputs |= {kind: each for kind, each in kinds.items() if each or kind in declared}
    return Inputs(inputs)


def delete(run: Run, id_: str, state: State) -> None:
    """Remove the direct permissions of the state's subjects: one request.

    Args:
        run: The engine run.
        id_: The project's id, the folder's, and ``permissions``, separated by slashes.
        state: The outputs of the last run.

    Raises:
        HqError: Autodesk refused it.
        UnansweredError: It sent no response; the request can be repeated.
    """
    project_id, folder_id = split_checked_id(id_.removesuffix(ID_SUFFIX))
    removal = plan_removal("folder_permissions", state)
    called = f"BIM 360: permissions of folder {folder_id}"
    if removal.kind is RemovalKind.NONE:
        run.info(f"{called} stay: {removal.reason}.")
        return
    ids = state.get("subject_ids") or {}
    grants = {
        ids[kind][name]: Grant(kind, each) for (kind, name), each in list_levels(state).items()
    }
    known = {"project_id": project_id, "folder_id": folder_id, "platform": ""}
    try:
        _converge(run, known, {}, grants, FolderGrants(grants))
    except NotFoundError:
        run.info(f"{called} no longer exist.")
    except UnauthorizedError as error:
        if not is_project_inactive(error):
            raise
        run.info(f"{called} stay: {_INACTIVE}.")
