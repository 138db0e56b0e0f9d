"""A project's picture: the six things that Pulumi asks of a provider.

``check`` and ``diff`` are pure; the others ask HQ. The policies are in docs/project_image.md.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Difference, Live
from bim360_provider.core.not_found import found, is_young, missing, seen
from bim360_provider.core.run import Owners
from bim360_provider.core.settings import Settings, moved, place_of, placed, unplaced
from bim360_provider.core.validation import Problem, validated
from bim360_provider.errors import InputError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models.display import visible
from bim360_provider.models.project_image import PROVIDER_ONLY, ProjectImageArguments, media_type

__all__ = ["check", "create", "delete", "diff", "digest_of", "read", "update"]

Values = Mapping[str, Any]

ID_ENDS: Final = "/image"
"""What a picture's id has after the project's: the project itself has that id already."""

MADE: Final = "project_created_at"
"""When HQ made the project: a young one may be denied for a moment."""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a picture, in hexadecimal.

    Raises:
        InputError: It cannot be read, it is too large, or HQ does not take its kind.
    """
    return hashlib.sha256(_picture(path)[0]).hexdigest()


def check(_old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    The file itself was looked at by the program, which computed ``sha256``.

    Args:
        _old: The arguments of the last run; nothing depends on them.
        new: The arguments as written; values may be unknown.
        settings: Give the account and the region.
    """
    given = placed(new, settings)
    inputs, problems = validated(ProjectImageArguments, given)
    return inputs, problems + unplaced(given)


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change: the content of the file, not its place.

    Args:
        state: The outputs of the last run.
        inputs: The arguments in normal form; values may be unknown.
    """
    other = () if inputs["project_id"] == state.get("project_id") else ("project_id",)
    replaces = (*other, *moved(state, inputs))
    content = () if inputs["sha256"] == state.get("sha256") else ("sha256",)
    return Difference((*content, *replaces), replaces)


def create(
    client: HqClient, inputs: Values, _settings: Settings, _owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Send the picture, which takes the place of the one that the project has.

    Args:
        client: The account that the project is in.
        inputs: The arguments in normal form.
        _settings: Nothing of them matters here.
        _owners: A picture may be sent by whoever declares it, a resource that replaces another too.

    Returns:
        The picture's id and the outputs.

    Raises:
        InputError: The file is not what the program saw.
        HqError: HQ refused it.
        UnansweredError: No answer came; sending it again does no harm.
    """
    outs = _sent(client, inputs, new_resource=True)
    return f"{inputs['project_id']}{ID_ENDS}", outs


def update(client: HqClient, _id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Send the picture as it is now; return the outputs.

    Raises:
        InputError: The file is not what the program saw.
        NotFoundError: The project is gone; a refresh finds that out.
        HqError: HQ refused it.
        UnansweredError: No answer came; sending it again does no harm.
    """
    young = is_young(client, {"created_at": state.get(MADE)})
    try:
        return _sent(client, inputs, new_resource=young)
    except NotFoundError as error:
        raise missing(error) from None


def read(client: HqClient, id_: str, state: Values) -> Live | None:
    """Return the picture as it was sent last, or None if the project is gone.

    HQ does not give pictures back, so one that somebody changed by hand cannot be told of.

    Args:
        client: The account that the project is in.
        id_: The project's id with ``/image`` behind it, or without.
        state: The outputs of the last run; without them this is a look-up.

    Raises:
        NotFoundError: A look-up found no project, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    project_id = id_.removesuffix(ID_ENDS)
    known_since = {**state, "created_at": state.get(MADE)}
    asked = {k: v for k, v in known_since.items() if k != DECLARED}  # of the picture, not of it
    project = found(
        client,
        "project",
        known_since,
        lambda young: seen(client.projects, project_id, asked, young=young),
    )
    if project is None:
        return None
    known = {**place_of(client), "project_id": project_id, **state}
    inputs = {name: known[name] for name in ProjectImageArguments.model_fields if name in known}
    declared = sorted(state.get(DECLARED, ("project_id",)))
    outs = {**inputs, MADE: project.created_at, DECLARED: declared}
    return Live(f"{project_id}{ID_ENDS}", outs, inputs)


def delete(client: HqClient, _id: str, state: Values, _owners: Owners | None = None) -> None:
    """Forget the picture: HQ cannot take one away.

    Args:
        client: The account that the project is in.
        _id: The picture's id.
        state: The outputs of the last run.
        _owners: Nothing is taken away, so whose it is does not matter.
    """
    words = f"the picture of project {state.get('project_id')} stays: HQ cannot remove one"
    client.transport.tell(f"BIM 360: {words}.")


def _sent(client: HqClient, inputs: Values, *, new_resource: bool) -> dict[str, Any]:
    content, kind = _picture(Path(inputs["path"]))
    if hashlib.sha256(content).hexdigest() != inputs["sha256"]:
        msg = (
            f"BIM 360: could not send {visible(inputs['path'])}: it has changed since the program "
            "looked at it. Run `pulumi up` again."
        )
        raise InputError(msg)
    put = client.project_images.put
    project = put(inputs["project_id"], content, kind, new_resource=new_resource)
    names = sorted(name for name in inputs if name not in PROVIDER_ONLY)
    return {**inputs, MADE: project.created_at, DECLARED: names}


def _picture(path: Path) -> tuple[bytes, str]:
    try:
        content = path.read_bytes()
        return content, media_type(content)
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
    except ValueError as error:
        why = f"it {error}"
    msg = f"BIM 360: could not send {visible(str(path))}: {why}."
    raise InputError(msg) from None
