"""Update: a PATCH of only what changed, and of what HQ lets one change."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bim360_provider.core.account_user.fields import (
    SHAPE,
    differing,
    fields_of,
    patch_body,
    same,
    warn_of_user,
)
from bim360_provider.core.account_user.status import wait_for_sign_in
from bim360_provider.core.gone import missing
from bim360_provider.core.young import is_young
from bim360_provider.errors import HqError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models import AccountUser
from bim360_provider.models.account_user import NEVER_SIGNED_IN

__all__ = ["update"]

Values = Mapping[str, Any]


def update(client: HqClient, user_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        NotFoundError: The user is gone; a refresh finds that out.
        HqError: HQ refused a value.
        UnansweredError: No answer came.
    """
    wanted = {*differing(state, inputs), *_left(state, inputs)}
    user = AccountUser.model_validate({**state, "id": user_id})
    apart = {"status"} & wanted if state.get("status") in NEVER_SIGNED_IN else set()
    try:
        if wanted - apart:
            body = patch_body(inputs, wanted - apart)
            young = is_young(client, state)
            user = client.account_users.update(user_id, body, new_resource=young)
            warn_of_user(client, body, user)
        if apart:
            user, apart = _status(client, user, patch_body(inputs, apart))
    except NotFoundError as error:
        raise missing(error) from None
    known = {**state, **inputs}
    return {
        **SHAPE.outputs(fields_of(user, known), state, inputs, apart),
        "adopted": state.get("adopted", True),
    }


def _left(state: Values, inputs: Values) -> set[str]:
    """Return what an earlier run could not do and is still wanted.

    Whoever was to be inactive before their first sign-in, and no longer is, is as they should be.
    """
    left = {name for name in state.get("unfinished") or () if name in inputs}
    done = "status" in left and same("status", inputs["status"], state.get("status"))
    return left - {"status"} if done else left


def _status(client: HqClient, user: AccountUser, body: Values) -> tuple[AccountUser, set[str]]:
    """Try a status that HQ refuses until the person has signed in; they may have, meanwhile."""
    try:
        return client.account_users.update(user.id, body), set()
    except HqError as error:
        refused = HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if not refused or isinstance(error, NotFoundError):
            raise
        return user, wait_for_sign_in(client, user.email, user.status, {"status"})
