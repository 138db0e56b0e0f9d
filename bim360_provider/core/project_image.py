"""A project's picture: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ.
The policies are in docs/reference/project_image.md.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Diff, ReadResult
from bim360_provider.core.not_found import (
    add_refresh_hint,
    may_return_404,
    read_cached,
    read_or_none,
)
from bim360_provider.core.run import Run
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
)
from bim360_provider.core.validation import Problem, validate_arguments
from bim360_provider.errors import InputError, NotFoundError
from bim360_provider.models.display import escape_text
from bim360_provider.models.project_image import (
    PROVIDER_ONLY_FIELDS,
    ProjectImageArguments,
    detect_media_type,
)

__all__ = ["check", "compute_digest", "create", "delete", "diff", "read", "update"]

Values = Mapping[str, Any]

ID_SUFFIX: Final = "/image"
"""What a picture's id has after the project's: the project itself has that id already."""

PROJECT_CREATED_AT: Final = "project_created_at"
"""When HQ made the project: a young one may be denied for a moment."""


def compute_digest(path: Path) -> str:
    """Return the SHA-256 of a picture, in hexadecimal.

    Raises:
        InputError: It cannot be read, it is too large, or HQ does not take its kind.
    """
    return hashlib.sha256(_read_picture(path)[0]).hexdigest()


def check(_old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    The file itself was looked at by the program, which computed ``sha256``.

    Args:
        _old: The arguments of the last run; nothing depends on them.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = add_account_scope(new, settings)
    inputs, problems = validate_arguments(ProjectImageArguments, given)
    return inputs, problems + check_account_scope(given)


def diff(state: Values, inputs: Values) -> Diff:
    """Return what would change: the content of the file, not its place.

    Args:
        state: The outputs of the last run.
        inputs: The arguments in normal form; values may be unknown.
    """
    other = () if inputs["project_id"] == state.get("project_id") else ("project_id",)
    replaces = (*other, *find_scope_changes(state, inputs))
    content = () if inputs["sha256"] == state.get("sha256") else ("sha256",)
    return Diff((*content, *replaces), replaces)


def create(run: Run, inputs: Values) -> tuple[str, dict[str, Any]]:
    """Send the picture, which takes the place of the one that the project has.

    Args:
        run: The account, and what this run knows.
        inputs: The arguments in normal form.

    Returns:
        The picture's id and the outputs.

    Raises:
        InputError: The file is not what the program saw.
        HqError: HQ refused it.
        UnansweredError: No answer came; sending it again does no harm.
    """
    outs = _send_picture(run, inputs, new_resource=True)
    return f"{inputs['project_id']}{ID_SUFFIX}", outs


def update(run: Run, _id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Send the picture as it is now; return the outputs.

    Raises:
        InputError: The file is not what the program saw.
        NotFoundError: The project is gone; a refresh finds that out.
        HqError: HQ refused it.
        UnansweredError: No answer came; sending it again does no harm.
    """
    young = may_return_404(run, {"created_at": state.get(PROJECT_CREATED_AT)})
    try:
        return _send_picture(run, inputs, new_resource=young)
    except NotFoundError as error:
        raise add_refresh_hint(error) from None


def read(run: Run, id_: str, state: Values) -> ReadResult | None:
    """Return the picture as it was sent last, or None if the project is gone.

    HQ does not give pictures back, so one that somebody changed by hand cannot be told of.

    Args:
        run: The account, and what this run knows.
        id_: The project's id with ``/image`` behind it, or without.
        state: The outputs of the last run; without them this is a look-up.

    Raises:
        NotFoundError: A look-up found no project, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    project_id = id_.removesuffix(ID_SUFFIX)
    known_since = {**state, "created_at": state.get(PROJECT_CREATED_AT)}
    asked = {k: v for k, v in known_since.items() if k != DECLARED}  # of the picture, not of it
    project = read_or_none(
        run,
        "project",
        known_since,
        lambda young: read_cached(run.hq.projects, project_id, asked, new_resource=young),
    )
    if project is None:
        return None
    known = {**run.account_scope, "project_id": project_id, **state}
    inputs = {name: known[name] for name in ProjectImageArguments.model_fields if name in known}
    declared = sorted(state.get(DECLARED, ("project_id",)))
    outs = {**inputs, PROJECT_CREATED_AT: project.created_at, DECLARED: declared}
    return ReadResult(f"{project_id}{ID_SUFFIX}", outs, inputs)


def delete(run: Run, _id: str, state: Values) -> None:
    """Forget the picture: HQ cannot take one away.

    Args:
        run: The account, and what this run knows.
        _id: The picture's id.
        state: The outputs of the last run.
    """
    words = f"the picture of project {state.get('project_id')} stays: HQ cannot remove one"
    run.info(f"BIM 360: {words}.")


def _send_picture(run: Run, inputs: Values, *, new_resource: bool) -> dict[str, Any]:
    content, kind = _read_picture(Path(inputs["path"]))
    if hashlib.sha256(content).hexdigest() != inputs["sha256"]:
        msg = (
            f"BIM 360: could not send {escape_text(inputs['path'])}: it has changed since the program "
            "looked at it. Run `pulumi up` again."
        )
        raise InputError(msg)
    put = run.hq.project_images.update_image
    project = put(inputs["project_id"], content, kind, new_resource=new_resource)
    names = sorted(name for name in inputs if name not in PROVIDER_ONLY_FIELDS)
    return {**inputs, PROJECT_CREATED_AT: project.created_at, DECLARED: names}


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
