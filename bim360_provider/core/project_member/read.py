"""Read: the member as HQ has them now, for a refresh or a look-up by id."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.gone import is_gone
from bim360_provider.core.place import place_of
from bim360_provider.core.project_member.joining import seen
from bim360_provider.core.project_member.outputs import (
    member_id,
    mirrored,
    outputs,
    split_id,
)
from bim360_provider.errors import NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models.project_member import MANAGED
from bim360_provider.models.project_user import ProjectUser

__all__ = ["find_user", "looked_up", "read"]

Values = Mapping[str, Any]


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
