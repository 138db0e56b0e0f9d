"""Read: the members as HQ has them now, page by page."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.entity import DECLARED, Live
from bim360_provider.core.gone import is_gone
from bim360_provider.core.place import place_of
from bim360_provider.core.project_member.joining import seen
from bim360_provider.core.project_member.outputs import mirrored_fields, split_id
from bim360_provider.core.project_members.outputs import outputs, team_id
from bim360_provider.errors import NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models.project_member import MANAGED
from bim360_provider.models.project_members import PROVIDER_ONLY

__all__ = ["read"]

Values = Mapping[str, Any]


def read(client: HqClient, entity_id: str, state: Values) -> Live | None:
    """Return the declared members as HQ has them, or None if the project is gone.

    Args:
        client: The account that the project is in.
        entity_id: The project's id, and ``:members``.
        state: The outputs of the last run; without them everybody in the project is returned.

    Raises:
        NotFoundError: A look-up found no project, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    refreshing = "account_id" in state
    project_id, _, _ = split_id(entity_id)
    try:
        live = {user.email.lower(): seen(user) for user in client.project_users.walk(project_id)}
    except NotFoundError as error:
        # Asked for people, HQ denies the project also to an app that may not see the account.
        if refreshing and is_gone(client, error, "user"):
            return None
        raise
    everybody = dict.fromkeys(live, MANAGED)
    declared = state.get(DECLARED, everybody) if refreshing else everybody
    there = {email: live[email] for email in declared if email in live}
    kept = {**place_of(client), **{k: state[k] for k in PROVIDER_ONLY if k in state}}
    mirrored = {e: mirrored_fields(there[e], declared[e]) for e in sorted(there)}
    inputs = {**kept, "project_id": project_id, "members": mirrored}
    unfinished = state.get("unfinished") or ()
    outs = outputs(project_id, there, inputs, unfinished)
    return Live(team_id(project_id), {**outs, DECLARED: dict(declared)}, inputs)
