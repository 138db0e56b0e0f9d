"""References to folders: ids, names of top folders, and the wait for those of a new project."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.entity import Fields, Inputs
from bim360_provider.core.run import Run
from bim360_provider.core.settings import Settings, add_account_scope, check_account_scope
from bim360_provider.core.validation import Problem, is_unknown, validate_arguments
from bim360_provider.errors import HqError, InputError, NotFoundError, UnauthorizedError
from bim360_provider.models.base import InputModel
from bim360_provider.models.folder import Folder, is_folder_urn, split_folder_id

__all__ = [
    "TOP_FOLDER_DELAYS",
    "check_folder_arguments",
    "is_project_inactive",
    "resolve_folder",
    "split_checked_id",
]

TOP_FOLDER_DELAYS: Final = (3.0, 5.0, 8.0, 8.0, 12.0, 12.0, 12.0)
"""Seconds before each further request for the top folders of a project: a minute in all.

The vendor's set-up tool waits half a minute after it has created a project:
https://github.com/autodesk-platform-services/aps-bim360-project-setup
"""

MISSING_NAME_DELAYS: Final = TOP_FOLDER_DELAYS[:2]
"""The same for a project that has other top folders already."""


def check_folder_arguments(
    model: type[InputModel], new: Fields, settings: Settings, reference: str
) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them; send nothing.

    Args:
        model: Defines the arguments and their values.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
        reference: The argument that refers to a folder of the project.
    """
    given = add_account_scope(new, settings)
    inputs, problems = validate_arguments(model, given)
    problems += _check_project(inputs, reference)
    return Inputs(inputs), problems + check_account_scope(given)


def _check_project(inputs: dict[str, Any], argument: str) -> list[Problem]:
    """Shorten a reference to a folder to Data Management's id; its project must be the same."""
    reference, project_id = inputs.get(argument), inputs.get("project_id")
    if not isinstance(reference, str):
        return []
    owner, urn = split_folder_id(reference)
    if not owner or not is_folder_urn(urn):
        return []
    inputs[argument] = urn
    if owner == project_id or is_unknown(project_id):
        return []
    return [Problem(argument, f"is a folder of project {owner}, not of project_id")]


def split_checked_id(id_: str) -> tuple[str, str]:
    """Return the ids of the project and the folder.

    Raises:
        InputError: The id has another form.
    """
    project_id, urn = split_folder_id(id_)
    if not project_id or not is_folder_urn(urn):
        msg = (
            f"BIM 360: could not read folder '{id_}': its id has two parts, the project's id and "
            "the folder's, such as 'c17e6837-…/urn:adsk.wipprod:fs.folder:co.…'."
        )
        raise InputError(msg)
    return project_id, urn


def is_project_inactive(error: HqError) -> bool:
    """Return whether a 403 is about a project that is archived or not active yet."""
    return error.status == HTTPStatus.FORBIDDEN and "not active" in error.hq_message.casefold()


def resolve_folder(run: Run, project_id: str, reference: str) -> str:
    """Return the id of a folder; wait at most a minute for the top folders of a new project.

    Args:
        run: The engine run.
        project_id: The project's id.
        reference: The name of a top folder, or an id.

    Raises:
        InputError: The project has no such top folder.
        HqError: Data Management refused the request.
        UnansweredError: It sent no response.
    """
    if is_folder_urn(reference):
        return reference
    found = _wait_for_top_folders(run, project_id, reference)
    matches = [each.id for each in found if each.name.casefold() == reference.casefold()]
    if not matches:
        names = ", ".join(f"'{each.name}'" for each in found) or "none"
        msg = (
            f"BIM 360: project {project_id} has no top folder '{reference}' (it has {names}); "
            "write the name of a top folder, another Bim360ProjectFolder, or a folder's id."
        )
        raise InputError(msg)
    return matches[0]


def _wait_for_top_folders(run: Run, project_id: str, name: str) -> Sequence[Folder]:
    """Return the top folders of a project; a new one refuses access, or has none yet."""
    folders = run.hq.folders
    for number, delay in enumerate((*TOP_FOLDER_DELAYS, 0.0)):
        is_last = not delay or folders.has_waited(project_id)
        found: list[Folder] = []
        try:
            found = folders.list_top_folders(project_id, is_current=number > 0)
        except (NotFoundError, UnauthorizedError):
            if is_last:
                folders.note_wait(project_id)
                raise
        is_there = any(each.name.casefold() == name.casefold() for each in found)
        if is_there or is_last or (found and number >= len(MISSING_NAME_DELAYS)):
            break
        run.sleep(delay, f"project {project_id} has no folder '{name}' yet")
    folders.note_wait(project_id)
    return found
