"""A project's picture: the six operations of a Pulumi provider.

``check`` and ``diff`` send nothing; the others send requests to HQ.
The policies are in docs/reference/project_image.md.
"""

import hashlib
from pathlib import Path
from typing import Final

from bim360_provider.core.entity import Diff, Fields, Inputs, ReadResult, State
from bim360_provider.core.not_found import may_return_404, read_row, suggest_refresh
from bim360_provider.core.run import Run
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
)
from bim360_provider.core.validation import Problem, validate_arguments
from bim360_provider.errors import AccProjectError, InputError
from bim360_provider.models import Project
from bim360_provider.models.display import escape_text
from bim360_provider.models.project_image import (
    PROVIDER_ONLY_FIELDS,
    ProjectImageArguments,
    detect_media_type,
)

__all__ = ["check", "compute_digest", "create", "delete", "diff", "read", "update"]


ID_SUFFIX: Final = "/image"
"""The suffix of a picture's id: the project itself has the id without it."""

PROJECT_CREATED_AT: Final = "project_created_at"
"""The time of the project's creation: HQ may return 404 for a recent project."""


def compute_digest(path: Path) -> str:
    """Return the SHA-256 of a picture, in hexadecimal.

    Raises:
        InputError: The file cannot be read, is too large, or has a type that HQ does not accept.
    """
    return hashlib.sha256(_read_picture(path)[0]).hexdigest()


def check(_old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    The program has read the file and computed ``sha256``.

    Args:
        _old: The arguments of the last run; nothing depends on them.
        new: The arguments as written; values may be unknown.
        settings: The account and the region.
    """
    given = add_account_scope(new, settings)
    inputs, problems = validate_arguments(ProjectImageArguments, given)
    return Inputs(inputs), problems + check_account_scope(given)


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the content of the file with the state, not its path; send nothing.

    Args:
        state: The outputs of the last run.
        inputs: The normalized arguments; values may be unknown.
    """
    other = () if inputs["project_id"] == state.get("project_id") else ("project_id",)
    replaces = (*other, *find_scope_changes(state, inputs))
    content = () if inputs["sha256"] == state.get("sha256") else ("sha256",)
    return Diff((*content, *replaces), replaces)


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Send the picture; it replaces the one that the project has.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The picture's id and the outputs.

    Raises:
        InputError: The file is not what the program saw.
        HqError: HQ refused the picture.
        UnansweredError: HQ sent no response; the request can be repeated.
    """
    outs = _send_picture(run, inputs, new_resource=True)
    return f"{inputs['project_id']}{ID_SUFFIX}", outs


def update(run: Run, _id: str, state: State, inputs: Inputs) -> State:
    """Send the picture as it is now; return the outputs.

    Raises:
        InputError: The file is not what the program saw.
        NotFoundError: The project no longer exists; a refresh removes it from the state.
        HqError: HQ refused the picture.
        UnansweredError: HQ sent no response; the request can be repeated.
    """
    is_new = may_return_404(run, {"created_at": state.get(PROJECT_CREATED_AT)})
    with suggest_refresh():
        return _send_picture(run, inputs, new_resource=is_new)


def read(run: Run, id_: str, state: State) -> ReadResult | None:
    """Return the picture as it was last sent, or None if the project no longer exists.

    HQ's API does not return pictures, so a manual change cannot be detected.

    Args:
        run: The engine run.
        id_: The project's id, with or without ``/image``.
        state: The outputs of the last run; without them this is a look-up.

    Raises:
        NotFoundError: A look-up found no project, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    project_id = id_.removesuffix(ID_SUFFIX)
    # The declared names are arguments of the picture, not of the project.
    of_project = {name: value for name, value in state.items() if name != "declared"}
    created_at = state.get(PROJECT_CREATED_AT)
    try:
        project = read_row(
            run,
            "project",
            run.hq.projects,
            project_id,
            State({**of_project, "created_at": created_at}),
        )
    except AccProjectError:  # It exists: HQ accepts its picture, but does not show the project.
        project = Project(id=project_id, created_at=created_at)
    if project is None:
        return None
    known = {**run.account_scope, "project_id": project_id, **state}
    inputs = {name: known[name] for name in ProjectImageArguments.model_fields if name in known}
    declared = sorted(state.get("declared", ("project_id",)))
    outs = {**inputs, PROJECT_CREATED_AT: project.created_at, "declared": declared}
    return ReadResult(f"{project_id}{ID_SUFFIX}", State(outs), Inputs(inputs))


def delete(run: Run, _id: str, state: State) -> None:
    """Leave the picture: HQ's API cannot delete one.

    Args:
        run: The engine run.
        _id: The picture's id.
        state: The outputs of the last run.
    """
    message = f"the picture of project {state.get('project_id')} stays: HQ cannot remove one"
    run.info(f"BIM 360: {message}.")


def _send_picture(run: Run, inputs: Inputs, *, new_resource: bool) -> State:
    content, kind = _read_picture(Path(inputs["path"]))
    if hashlib.sha256(content).hexdigest() != inputs["sha256"]:
        msg = (
            f"BIM 360: could not send {escape_text(inputs['path'])}: it has changed since the "
            "program read it. Run `pulumi up` again."
        )
        raise InputError(msg)
    put = run.hq.project_images.update_image
    project = put(inputs["project_id"], content, kind, new_resource=new_resource)
    names = sorted(name for name in inputs if name not in PROVIDER_ONLY_FIELDS)
    return State({**inputs, PROJECT_CREATED_AT: project.created_at, "declared": names})


def _read_picture(path: Path) -> tuple[bytes, str]:
    try:
        content = path.read_bytes()
        return content, detect_media_type(content)
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
    except ValueError as error:
        why = f"it {error}"
    msg = f"BIM 360: could not send {escape_text(str(path))}: {why}."
    raise InputError(msg) from None
