"""Delete: HQ documents no way to remove a member, so by default they stay, and that is said."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bim360_provider.core.gone import is_gone
from bim360_provider.core.owners import Owners
from bim360_provider.core.project_member.outputs import member_id, split_id
from bim360_provider.errors import HqError, NotFoundError
from bim360_provider.hq import HqClient

__all__ = ["delete", "leave"]

Values = Mapping[str, Any]


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
