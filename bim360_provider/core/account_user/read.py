"""Read: the user as HQ has them now, for a refresh or a look-up by id."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.account_user.fields import SHAPE, fields_of, same
from bim360_provider.core.entity import Live
from bim360_provider.core.gone import found, seen
from bim360_provider.core.place import place_of
from bim360_provider.hq import HqClient

__all__ = ["read"]

Values = Mapping[str, Any]


def read(client: HqClient, user_id: str, state: Values) -> Live | None:
    """Return the user as HQ has them, or None if they are gone.

    Args:
        client: The account that they are in.
        user_id: HQ's id, not the uid of the Autodesk account.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nobody, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    user = found(
        client, "user", state, lambda young: seen(client.account_users, user_id, state, young=young)
    )
    if user is None:
        return None
    fields = fields_of(user, state)
    live = SHAPE.live(user_id, fields, {**place_of(client), **state}, state)
    adopted = state.get("adopted", True)
    return Live(user_id, {**live.outputs, "adopted": adopted}, _as_declared(live.inputs, fields))


def _as_declared(inputs: dict[str, Any], fields: Values) -> dict[str, Any]:
    """Return the arguments in normal form; whom somebody deactivated shows it in any case."""
    normal = {k: v.lower() if k in ("email", "company_id") else v for k, v in inputs.items()}
    if fields.get("status") == "inactive":
        normal["status"] = "inactive"
    elif "status" in normal and same("status", "active", fields.get("status")):
        normal["status"] = "active"
    return normal
