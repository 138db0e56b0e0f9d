"""Delete: deactivate where HQ lets us, because its API cannot take a person out of an account."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bim360_provider.core.gone import is_gone
from bim360_provider.core.owners import Owners
from bim360_provider.core.young import is_young
from bim360_provider.errors import Bim360Error, HqError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models.account_user import NEVER_SIGNED_IN

__all__ = ["delete"]

Values = Mapping[str, Any]


def delete(client: HqClient, user_id: str, state: Values, owners: Owners | None = None) -> None:
    """Deactivate whom the stack added, and leave whom it found.

    Args:
        client: The account that they are in.
        user_id: HQ's id of them.
        state: The outputs of the last run.
        owners: Know which users another resource has taken over in this run.

    Raises:
        HqError: HQ refused, and the user is neither inactive nor one who never signed in.
        UnansweredError: No answer came.
    """
    who = f"BIM 360: user '{state.get('email')}' ({user_id})"
    if owners and owners.was_taken(user_id):
        client.transport.tell(f"{who} has a new resource now and stays as they are.", warning=True)
        return
    why = _spared(state)
    if why:
        client.transport.tell(f"{who} stays in the account as they are: {why}.", warning=True)
        return
    try:
        young = is_young(client, state)
        client.account_users.update(user_id, {"status": "inactive"}, new_resource=young)
    except NotFoundError as error:
        if not is_gone(client, error, "user"):
            raise
    except HqError as error:
        status = _status_after(client, user_id, error)
        if status in NEVER_SIGNED_IN:
            why = f"HQ can neither delete nor deactivate who has never signed in ({status})"
            client.transport.tell(f"{who} stays in the account: {why}.", warning=True)
        elif status != "inactive":
            raise


def _spared(state: Values) -> str:
    """Return why a person is not deactivated, or nothing."""
    wish = state.get("on_destroy")
    if wish == "retain":
        return "on_destroy='retain'"
    if wish == "deactivate":
        return ""
    if state.get("role") == "account_admin":
        return "an account admin is deactivated only with on_destroy='deactivate'"
    if state.get("adopted"):
        return (
            "they were in it before this stack, and are deactivated only with "
            "on_destroy='deactivate'"
        )
    return ""


def _status_after(client: HqClient, user_id: str, error: HqError) -> str | None:
    """Return the status of a user whom HQ refused to deactivate."""
    if not HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    try:
        return client.account_users.get(user_id).status
    except Bim360Error:
        return None
