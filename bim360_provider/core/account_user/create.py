"""Create: a person is added once, or taken over if the account has them already."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.account_user.fields import (
    SHAPE,
    create_body,
    differing,
    fields_of,
    patch_body,
    warn_of_user,
)
from bim360_provider.core.account_user.status import wait_for_sign_in
from bim360_provider.core.claim import claimed, claimed_or_none
from bim360_provider.core.once import SHARED_RISK, is_recent, made_once, was_made_since
from bim360_provider.core.owners import Owners
from bim360_provider.core.replacements import replacement_message
from bim360_provider.core.settings import Settings
from bim360_provider.core.shape import same_text
from bim360_provider.errors import Bim360Error, ConflictError, HqError
from bim360_provider.hq import HqClient
from bim360_provider.models import AccountUser
from bim360_provider.models.account_user import PROFILE

__all__ = ["create"]

Values = Mapping[str, Any]

MAY_MEAN_TAKEN: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""Documented is 409; what HQ really says of an e-mail that is taken, nobody has published."""


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Add a person to the account, or take over the one who has the e-mail: a person exists once.

    Args:
        client: The account that they are to be in.
        inputs: The arguments in normal form.
        settings: Say whether what an interrupted run left counts as added by this one.
        owners: Know which users belong to other resources of this run.

    Returns:
        HQ's id of the user and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConflictError: The e-mail is another resource's, or that of several users.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    owners = owners or Owners()
    client.transport.now()  # fetches the token, and with it HQ's time, before anything is made
    adopted = False
    try:
        user = _made(client, inputs, owners)
        # What a PATCH can change is sent once more below, and judged then.
        profile = {k: v for k, v in create_body(inputs).items() if k in PROFILE}
        warn_of_user(client, profile, user)
    except HqError as error:
        if error.status not in MAY_MEAN_TAKEN:
            raise
        user = _present(client, inputs, owners, error)
        before = owners.had(user.id)
        if before is None:
            adopted = not _is_leftover(client, user, inputs, settings)
            _tell(client, user, adopted=adopted)
        else:
            adopted = bool(before.get("adopted", True))
            words = replacement_message("account_user", user.id, inputs)
            client.transport.tell(f"BIM 360: {words}.", warning=True)
        owners.takes(user.id)
    owners.owns(user.id)
    return user.id, {**_finished(client, user, inputs), "adopted": adopted}


def _made(client: HqClient, inputs: Values, owners: Owners) -> AccountUser:
    body, email = create_body(inputs), inputs["email"]

    def ours(since: datetime) -> AccountUser | None:
        found = client.account_users.with_email(email)
        made = [each for each in found if was_made_since(each.created_at, since)]
        return claimed_or_none(owners, next(iter(made), None))

    def post() -> AccountUser:
        return claimed(owners, client.account_users.create(body))

    return made_once(client, email, "user", post, ours)


def _present(client: HqClient, inputs: Values, owners: Owners, error: HqError) -> AccountUser:
    """Return the user who has the e-mail already; without one, HQ's refusal stands."""
    email = inputs["email"]
    found = client.account_users.with_email(email)
    if len(found) == 1 and not owners.is_owned(found[0].id):
        return found[0]
    if not found and not isinstance(error, ConflictError):
        raise error
    if len(found) == 1:
        why = f"another resource of this stack has this person ({found[0].id})"
    elif found:
        ids = ", ".join(each.id for each in found)
        why = f"several users have this e-mail ({ids}); ask Autodesk's support to merge them"
    else:
        why = "HQ says the e-mail is taken, yet no such user is to be seen; try again later"
    msg = f"BIM 360: could not create user '{email}': {why}."
    raise ConflictError(msg, status=error.status, words=error.words, request=error.request)


def _is_leftover(client: HqClient, user: AccountUser, inputs: Values, settings: Settings) -> bool:
    """Return whether an interrupted run added the person, who was in no account before."""
    if user.status != "not_invited" or user.last_sign_in:
        return False
    live = user.fields()
    as_declared = all(same_text(inputs[k], live.get(k)) for k in PROFILE if k in inputs)
    began = client.transport.server_clock.began
    recent = is_recent(user.created_at, settings, began)
    return recent and as_declared and not set(differing(live, inputs)) - {"status"}


def _tell(client: HqClient, user: AccountUser, *, adopted: bool) -> None:
    who = f"BIM 360: user '{user.email}' ({user.id})"
    if adopted:
        inactive = " and inactive" if user.status == "inactive" else ""
        words = f"was in the account already{inactive}; the profile stays as it is"
        client.transport.tell(f"{who} {words}.")
    else:
        words = f"is what an interrupted run left behind; it is adopted. {SHARED_RISK}"
        client.transport.tell(f"{who} {words}.", warning=True)


def _finished(client: HqClient, user: AccountUser, inputs: Values) -> dict[str, Any]:
    """Do what is left to do on a user who exists; record what cannot be done now."""
    wanted = set(differing(fields_of(user, inputs), inputs))
    left = wait_for_sign_in(client, user.email, user.status, wanted)
    body = patch_body(inputs, wanted - left)
    if body:
        try:
            user = client.account_users.update(user.id, body, new_resource=True)
            warn_of_user(client, body, user)
        except Bim360Error as error:
            left = wanted
            words = f"{error} The user is in the account; the next `pulumi up` tries again."
            client.transport.tell(words, warning=True)
    return SHAPE.outputs(fields_of(user, inputs), inputs, inputs, left)
