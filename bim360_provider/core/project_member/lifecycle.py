"""Create, read, update and delete one member of a project."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.not_found import is_gone
from bim360_provider.core.project_member.importer import Joined, join, role_ids, seen
from bim360_provider.core.project_member.rules import (
    differing,
    member_id,
    mirrored,
    outputs,
    patch_body,
    same,
    split_id,
)
from bim360_provider.core.run import Owners
from bim360_provider.core.settings import Settings, place_of
from bim360_provider.core.validation import warn_of_stored
from bim360_provider.errors import Bim360Error, ConflictError, HqError, InputError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.hq.api.project_user import refused_row
from bim360_provider.models.project_member import MANAGED
from bim360_provider.models.project_user import SERVICES, ProjectUser

__all__ = [
    "change",
    "create",
    "delete",
    "find_user",
    "leave",
    "looked_up",
    "read",
    "settle",
    "update",
]

Values = Mapping[str, Any]


def change(
    client: HqClient, project_id: str, member: Values, inputs: Values, wanted: Collection[str]
) -> dict[str, Any]:
    """Send a PATCH of the wanted fields; return the member as they are then.

    Raises:
        InputError: The project has no such role.
        NotFoundError: They are not in the project any more.
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    email = member["email"]
    names = inputs.get("industry_roles") or () if "industry_roles" in wanted else ()
    body = patch_body(member, inputs, wanted, role_ids(client, project_id, names, email))
    if body:
        row = client.project_users.update(project_id, member["user_id"], email, body)
        if row.company_id:
            sent = {name: body[name] for name in ("company_id",) if name in body}
            warn_of_stored(client, f"{email} in project {project_id}", sent, row, same)
    return {**member, **{name: inputs[name] or None for name in wanted if name in inputs}}


def settle(
    client: HqClient, project_id: str, member: Values, inputs: Values
) -> tuple[dict[str, Any], list[str]]:
    """Finish somebody who has just joined, or was in the project before the stack knew them.

    Company and roles are set at once. Access is not: to change it takes away access that this
    provider cannot see, so the next preview says so first. Nothing is raised.

    Returns:
        The member as they are then, and the arguments that are left to do.
    """
    wanted = differing(member, inputs)
    now = [name for name in wanted if name not in SERVICES]
    left = [name for name in wanted if name in SERVICES]
    try:
        return change(client, project_id, member, inputs, now), left
    except Bim360Error as error:
        words = f"{error} They are in the project; the next `pulumi up` tries again."
        client.transport.tell(words, warning=True)
        return dict(member), [*now, *left]


def read(client: HqClient, entity_id: str, state: Values) -> Live | None:
    """Return the member as HQ has them, or None if they or their project are gone.

    Args:
        client: The account that the project is in.
        entity_id: The project's id, a colon, and HQ's id of the user.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    refreshing = "account_id" in state
    project_id, user_id, _ = split_id(entity_id)
    member = looked_up(client, project_id, user_id, refreshing=refreshing)
    if member is None:
        return None
    known = {**place_of(client), **state}
    declared = state.get(DECLARED, MANAGED) if refreshing else MANAGED
    inputs = mirrored(project_id, member, known, declared)
    outs = outputs(project_id, member, {**inputs, **dict.fromkeys(declared)})
    unfinished = state.get("unfinished") or []
    given = {**place_of(client), **outs, "unfinished": unfinished}
    return Live(member_id(project_id, user_id), given, inputs)


def looked_up(
    client: HqClient, project_id: str, user_id: str, *, refreshing: bool
) -> dict[str, Any] | None:
    """Return a member of a project, or None if a refresh finds that they are gone.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    user = find_user(client, project_id, user_id, refreshing=refreshing)
    return None if user is None else seen(user)


def find_user(
    client: HqClient, project_id: str, user_id: str, *, refreshing: bool
) -> ProjectUser | None:
    """Return a member of a project as HQ shows them, or None if a refresh cannot find them.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: No response came.
    """
    try:
        look = client.project_users.seen if refreshing else client.project_users.get
        user = look(project_id, user_id)
    except NotFoundError as error:
        if refreshing and is_gone(client, error, "user"):
            return None
        raise
    return None if user.is_gone and refreshing else user


ADVICE: Final = (
    "Correct it and run it again; where it is that the account does not know them, declare a "
    "Bim360AccountUser first."
)


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Add a member to a project, or take over who is in it already.

    Args:
        client: The account that the project is in.
        inputs: The arguments in normal form.
        settings: Not needed here.
        owners: Know which members belong to other resources of this run.

    Returns:
        The member's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        ConflictError: Another resource of this stack has the member.
        InputError: The project has no such industry role.
        HqError: HQ refused it; a row refused inside a 200 counts as that.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    del settings
    owners = owners or Owners()
    project_id, email = inputs["project_id"], inputs["email"]
    joined = join(client, project_id, {email: inputs})
    if email in joined.refused:
        raise _refusal(project_id, email, joined.refused[email])
    member = _member(client, joined, project_id, email, owners)
    owners.owns(member_id(project_id, member["user_id"]))
    member, left = settle(client, project_id, member, inputs)
    if email in joined.present:
        _tell_taken(client, project_id, email, left)
    return member_id(project_id, member["user_id"]), outputs(project_id, member, inputs, left)


def _refusal(project_id: str, email: str, words: str) -> Exception:
    if words.startswith("BIM 360: "):
        return InputError(words)
    asked = f"add {email} to project {project_id}"
    return refused_row(asked, words, f"POST projects/{project_id}/users/import", ADVICE)


def _member(
    client: HqClient, joined: Joined, project_id: str, email: str, owners: Owners
) -> dict[str, Any]:
    if email in joined.members:
        return joined.members[email]
    member = joined.present[email]
    entity_id = member_id(project_id, member["user_id"])
    if owners.is_owned(entity_id):
        words = f"another resource of this stack has {email} in project {project_id}"
        msg = f"BIM 360: {words}; declare a member once."
        raise ConflictError(msg, status=409, words=words, request="GET users")
    owners.takes(entity_id)
    client.transport.tell(f"BIM 360: {email} was in project {project_id} and is taken over.")
    return member


def _tell_taken(client: HqClient, project_id: str, email: str, left: list[str]) -> None:
    if left:
        words = f"{email} has other access in project {project_id} than declared"
        client.transport.tell(
            f"BIM 360: {words}; run `pulumi up` again to change {' and '.join(left)}.",
            warning=True,
        )


def update(client: HqClient, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        InputError: The project has no such industry role.
        NotFoundError: The member is gone; a refresh finds that out.
        HqError: HQ refused a value.
        UnansweredError: No answer came.
    """
    project_id, user_id, _ = split_id(entity_id)
    known = {name: state.get(name) for name in ("email", *MANAGED, "status")}
    member = {**known, "user_id": user_id}
    left = [name for name in state.get("unfinished") or () if name in inputs]
    try:
        member = change(client, project_id, member, inputs, {*differing(state, inputs), *left})
    except NotFoundError as error:
        words = f"{error} If somebody removed them: `pulumi refresh`, then `pulumi up`."
        raise NotFoundError(
            words, status=error.status, words=error.words, request=error.request
        ) from None
    return outputs(project_id, member, inputs)


def delete(client: HqClient, entity_id: str, state: Values, owners: Owners | None = None) -> None:
    """Leave the member in the project, or try to remove them if the stack asked for that.

    Args:
        client: The account that the project is in.
        entity_id: The project's id, a colon, and HQ's id of the user.
        state: The outputs of the last run.
        owners: Know whom another resource has taken over in this run.

    Raises:
        ConfigError: There is no acting user to remove them.
        HqError: HQ failed, so that it may work later.
        UnansweredError: No answer came.
    """
    project_id, user_id, _ = split_id(entity_id)
    who = {**state, "user_id": user_id}
    if state.get("on_destroy") == "remove":
        leave(client, project_id, who, owners)
        return
    words = f"{state.get('email')} stays in project {project_id}"
    if state.get("on_destroy") == "retain":
        client.transport.tell(f"BIM 360: {words} (retain).")
        return
    client.transport.tell(
        f"BIM 360: {words}: HQ documents no way to remove a member; take them out in Project "
        "Admin, or declare on_destroy='remove' to try.",
        warning=True,
    )


def leave(client: HqClient, project_id: str, member: Values, owners: Owners | None = None) -> bool:
    """Try to remove a member; return whether they are out of the project.

    A refusal is told and is no error: HQ documents this for ACC projects only, and a stack
    has to be able to come to its end. A project that is gone or archived is done with.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ failed, so that it may work later, or the whole account is not visible.
        UnansweredError: No answer came.
    """
    email, user_id = member["email"], member["user_id"]
    if owners and owners.was_taken(member_id(project_id, user_id)):
        words = f"{email} in project {project_id} has a new resource now; they are not removed"
        client.transport.tell(f"BIM 360: {words}.", warning=True)
        return False
    try:
        client.project_users.remove(project_id, user_id, email)
    except NotFoundError as error:
        if not is_gone(client, error, "user"):
            raise
        return True
    except HqError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        words = f"{error} They stay in the project; take them out in Project Admin."
        client.transport.tell(words, warning=True)
        return False
    return True
