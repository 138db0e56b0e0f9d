"""A folder of a project: check, diff, create, read, update and delete."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.create_once import create_once, try_patch
from bim360_provider.core.create_once import was_created_since as is_created_since
from bim360_provider.core.entity import Diff, Fields, Inputs, ReadResult, State
from bim360_provider.core.field_spec import FieldSpec
from bim360_provider.core.folder_reference import (
    check_folder_arguments,
    is_project_inactive,
    resolve_folder,
    split_checked_id,
)
from bim360_provider.core.not_found import may_return_404, read_or_none, suggest_refresh
from bim360_provider.core.removal import RemovalKind, plan_removal
from bim360_provider.core.run import Run
from bim360_provider.core.settings import ACCOUNT_SCOPE, Settings
from bim360_provider.core.validation import Problem
from bim360_provider.errors import (
    ConflictError,
    NotFoundError,
    UnauthorizedError,
)
from bim360_provider.hq import OpenOutcomeError
from bim360_provider.models.folder import (
    Folder,
    ProjectFolderArguments,
    build_folder_id,
)

__all__ = [
    "FIELD_SPEC",
    "build_outputs",
    "check",
    "create",
    "delete",
    "diff",
    "read",
    "update",
]

FIELD_SPEC: Final = FieldSpec(
    ProjectFolderArguments,
    Folder,
    fallback_outputs=(*ACCOUNT_SCOPE, "project_id", "parent", "parent_id", "created_at"),
)

RENAME_DELAYS: Final = (2.0, 4.0, 8.0)
"""Seconds before another attempt with a name in use: a folder of this run may give it up."""


def check(_old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Args:
        _old: The arguments of the last run; nothing depends on them.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
    """
    return check_folder_arguments(ProjectFolderArguments, new, settings, "parent")


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the arguments that are given with the state; send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    found = FIELD_SPEC.diff(_align_parent(state, inputs), inputs)
    hidden = ("hidden",) if state.get("hidden") else ()
    return Diff((*found.changed_arguments, *hidden), found.replaces, found.is_unfinished)


def _align_parent(state: State, inputs: Inputs) -> State:
    """Return the state with the declared parent, if that is the id of the known one."""
    is_same = inputs.get("parent") == state.get("parent_id")
    return State({**state, "parent": state["parent_id"]}) if is_same else state


def read(run: Run, id_: str, state: State) -> ReadResult | None:
    """Return the folder as Data Management has it, or None if it no longer exists.

    A hidden folder has the output and the argument ``hidden``, so that a refresh shows it and the
    next up restores the folder.

    Args:
        run: The engine run.
        id_: The project's id, a slash, and the folder's.
        state: The outputs of the last run; without them this is a look-up.

    Raises:
        InputError: A look-up has no such id.
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: Data Management refused the request.
        UnansweredError: It sent no response.
    """
    project_id, urn = split_checked_id(id_)
    parent_id = state.get("parent_id")
    get = partial(run.hq.folders.get_cached, project_id, urn, parent_id)
    try:
        folder = read_or_none(run, "folder", state, lambda is_new: get(new_resource=is_new))
    except UnauthorizedError as error:
        if not is_project_inactive(error) or "account_id" not in state:
            raise
        run.warn(f"BIM 360: folder '{state.get('name')}' is not read: the project is not active.")
        folder = Folder.model_validate({**state, "id": urn})
    if folder is None:
        return None
    known = {**run.account_scope, **state}
    live = _build_live(project_id, folder, known)
    result = FIELD_SPEC.build_read_result(id_, live, known, state)
    hidden = {"hidden": True} if folder.hidden else {}
    return ReadResult(result.id, result.outputs, Inputs({**result.inputs, **hidden}))


def build_outputs(project_id: str, folder: Folder, known: Fields, inputs: Inputs) -> State:
    """Return the outputs of a folder.

    Args:
        project_id: The project's id.
        folder: The folder at Autodesk.
        known: ``parent`` and ``parent_id`` as known, ``adopted``, account and region.
        inputs: The normalized arguments.
    """
    return FIELD_SPEC.build_outputs(_build_live(project_id, folder, known), known, inputs)


def _build_live(project_id: str, folder: Folder, known: Fields) -> dict[str, Any]:
    """Return the outputs of a folder; a parent that did not change is as it was declared."""
    parent_id = folder.parent_id or known.get("parent_id")
    is_moved = parent_id != known.get("parent_id") or not known.get("parent")
    return {
        "project_id": project_id,
        "folder_id": folder.id,
        "name": folder.name,
        "parent": parent_id if is_moved else known["parent"],
        "parent_id": parent_id,
        "hidden": folder.hidden,
        "adopted": bool(known.get("adopted")),
        "created_at": folder.created_at or known.get("created_at"),
    }


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Create a folder, adopt the existing one of that name, or restore a hidden one.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The folder's id and the outputs. Once the id is known, nothing is raised: the output
        ``unfinished`` lists what could not be applied.

    Raises:
        ConflictError: Another resource of the stack has the folder.
        InputError: The project has no such top folder.
        HqError: Data Management refused a value.
        UnansweredError: It could not be reached to check whether it acted; the next run checks.
    """
    project_id, name = inputs["project_id"], inputs["name"]
    parent_id = resolve_folder(run, project_id, inputs["parent"])
    existing = _find_folder(run, project_id, parent_id, name)
    if existing is None:
        try:
            folder = _create_folder(run, project_id, parent_id, name)
        except ConflictError:
            existing = _find_folder(run, project_id, parent_id, name, again=True)
            if existing is None:
                raise
    pending: set[str] = set()
    if existing is not None:
        folder, pending = _adopt_folder(run, project_id, existing, name)
    # A folder that had been deleted was not in use, so a destroy hides it again.
    is_adopted = existing is not None and not existing.hidden
    run.ownership.mark_owned(build_folder_id(project_id, folder.id))
    known = {**inputs, "parent_id": parent_id, "adopted": is_adopted}
    live = _build_live(project_id, folder, known)
    outs = FIELD_SPEC.build_outputs(live, known, inputs, pending)
    return build_folder_id(project_id, folder.id), outs


def _create_folder(run: Run, project_id: str, parent_id: str, name: str) -> Folder:
    """Create a folder once, even if responses are lost."""
    claim = run.ownership.claim

    def post() -> Folder:
        folder = run.hq.folders.create(project_id, parent_id, name)
        if not claim(build_folder_id(project_id, folder.id)):
            msg = f"BIM 360: the response to a create is about folder {folder.id} of this stack."
            raise OpenOutcomeError(msg)
        return folder

    def find_created(since: datetime) -> Folder | None:
        search = run.hq.folders.search_by_name
        for folder in search(project_id, parent_id, name, is_current=True):
            is_ours = folder.name == name and is_created_since(folder.created_at, since)
            if is_ours and not folder.hidden and claim(build_folder_id(project_id, folder.id)):
                return folder
        return None

    return create_once(run, name, "folder", post, find_created)


def _find_folder(
    run: Run, project_id: str, parent_id: str, name: str, *, again: bool = False
) -> Folder | None:
    """Return the existing folder of a name: a visible one, else the last one that was hidden."""
    search = run.hq.folders.search_by_name
    found = search(project_id, parent_id, name, is_current=again)
    ranked = sorted(
        found,
        key=lambda each: (not each.hidden, each.name == name, each.updated_at or ""),
    )
    return ranked[-1] if ranked else None


def _adopt_folder(run: Run, project_id: str, folder: Folder, name: str) -> tuple[Folder, set[str]]:
    """Restore an existing folder if it is hidden, and correct the case of its name.

    Raises:
        ConflictError: Another resource of the stack has it.
    """
    folder_id = build_folder_id(project_id, folder.id)
    ownership = run.ownership
    if ownership.is_owned(folder_id) or ownership.is_owned_elsewhere(folder_id):
        detail = f"another resource of this stack has folder '{folder.name}' ({folder.id})"
        msg = f"BIM 360: could not create folder '{name}': {detail}; declare it once."
        raise ConflictError(
            msg, status=HTTPStatus.CONFLICT, hq_message=detail, request="POST folders"
        )
    changes: dict[str, Any] = {"hidden": False} if folder.hidden else {}
    changes |= {"name": name} if folder.name != name else {}
    state = "was deleted and is restored" if folder.hidden else "existed and is adopted"
    run.info(f"BIM 360: folder '{name}' ({folder.id}) {state}.")
    run.ownership.mark_adopted(folder_id)
    if not changes:
        return folder, set()
    send = partial(run.hq.folders.update, project_id, folder.id, changes)
    if folder.hidden:
        return send(), set()
    changed, pending = try_patch(run, changes, "The folder is adopted", send)
    return changed or folder, pending


def update(run: Run, id_: str, state: State, inputs: Inputs) -> State:
    """Rename, move or restore the folder with one PATCH; return the outputs.

    Raises:
        NotFoundError: The folder no longer exists; a refresh removes it from the state.
        ConflictError: The name is in use.
        HqError: Data Management refused a value.
        UnansweredError: It sent no response.
    """
    project_id, urn = split_checked_id(id_)
    wanted = FIELD_SPEC.find_wanted_fields(_align_parent(state, inputs), inputs)
    parent_id = state.get("parent_id")
    if "parent" in wanted:
        parent_id = resolve_folder(run, project_id, inputs["parent"])
    changes: dict[str, Any] = {"name": inputs["name"]} if "name" in wanted else {}
    changes |= {"hidden": False} if state.get("hidden") else {}
    new_parent_id = parent_id if parent_id != state.get("parent_id") else None
    folder = Folder.model_validate({**state, "id": urn})
    if changes or new_parent_id:
        patch = partial(run.hq.folders.update, project_id, urn, changes, new_parent_id)
        send = partial(patch, new_resource=may_return_404(run, state))
        with suggest_refresh():
            folder = _retry_name(run, urn, send)
    known = {**state, "parent": inputs["parent"], "parent_id": parent_id}
    return build_outputs(project_id, folder, known, inputs)


def _retry_name(run: Run, urn: str, send: Callable[[], Folder]) -> Folder:
    """Send a PATCH; wait a little if the name is in use, because this run may change that."""
    for delay in RENAME_DELAYS:
        with suppress(ConflictError):
            return send()
        run.sleep(delay, f"the name of folder {urn} is in use")
    return send()


def delete(run: Run, id_: str, state: State) -> None:
    """Hide the folder, as deleting on the web page does; it can be restored.

    Args:
        run: The engine run.
        id_: The project's id, a slash, and the folder's.
        state: The outputs of the last run.

    Raises:
        HqError: Data Management refused it.
        UnansweredError: It sent no response; the request can be repeated.
    """
    project_id, urn = split_checked_id(id_)
    removal = plan_removal("project_folder", state)
    called = f"BIM 360: folder '{state.get('name')}' ({urn})"
    if removal.kind is RemovalKind.NONE:
        run.info(f"{called} stays: {removal.reason}.")
        return
    if state.get("hidden") or run.ownership.was_adopted(id_):
        return
    try:
        run.hq.folders.update(project_id, urn, {"hidden": True})
    except NotFoundError:
        run.info(f"{called} no longer exists.")
    except UnauthorizedError as error:
        if not is_project_inactive(error):
            raise
        run.info(f"{called} stays: the project is not active.")
