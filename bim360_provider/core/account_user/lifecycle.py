"""Create, read, update and delete an account user."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from bim360_provider.core.account_user.rules import FIELD_SPEC, build_fields, find_profile_changes
from bim360_provider.core.create_once import (
    SHARED_OWNERSHIP_RISK,
    AdoptionDecision,
    adopt_or_refuse,
    create_row,
    is_recent_leftover,
    try_patch,
    was_created_since,
)
from bim360_provider.core.entity import Fields, Inputs, ReadResult, State
from bim360_provider.core.not_found import is_deleted, may_return_404, read_row, suggest_refresh
from bim360_provider.core.removal import RemovalKind, plan_removal
from bim360_provider.core.replacements import format_replacement_message
from bim360_provider.core.run import Run
from bim360_provider.errors import Bim360Error, ConflictError, HqError, NotFoundError
from bim360_provider.models import AccountUser
from bim360_provider.models.enums import UNCONFIRMED_STATUSES

__all__ = ["create", "defer_status", "delete", "read", "update"]


def defer_status(run: Run, email: str | None, status: str | None, wanted: set[str]) -> set[str]:
    """Return the fields that HQ cannot set before the user's first sign-in, and warn about them.

    Args:
        run: The engine run.
        email: The user's e-mail.
        status: HQ's status of the user.
        wanted: The fields to change.
    """
    if status not in UNCONFIRMED_STATUSES or "status" not in wanted:
        return set()
    run.warn(
        f"BIM 360: user '{email}' has never signed in ({status}), so HQ cannot make them inactive; "
        "the next `pulumi up` tries again."
    )
    return {"status"}


def read(run: Run, user_id: str, state: State) -> ReadResult | None:
    """Return the user as HQ has them, or None if they no longer exist.

    Args:
        run: The engine run.
        user_id: HQ's id, not the uid of the Autodesk account.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    user = read_row(run, "user", run.hq.account_users, user_id, state)
    if user is None:
        return None
    fields = build_fields(user, state)
    live = FIELD_SPEC.build_read_result(user_id, fields, {**run.account_scope, **state}, state)
    return replace(live, outputs=_add_adopted(live.outputs, is_adopted=state.get("adopted", True)))


def _add_adopted(outputs: State, *, is_adopted: bool) -> State:
    """Return the outputs with whether the user was in the account before this stack."""
    return State({**outputs, "adopted": is_adopted})


def update(run: Run, user_id: str, state: State, inputs: Inputs) -> State:
    """Apply the arguments that differ and those that an earlier run left; return the outputs.

    Raises:
        NotFoundError: The user no longer exists; a refresh removes it from the state.
        HqError: HQ refused a value.
        UnansweredError: HQ sent no response.
    """
    wanted = FIELD_SPEC.find_wanted_fields(state, inputs)
    if FIELD_SPEC.is_same_value("status", inputs.get("status"), state.get("status")):
        wanted.discard("status")  # an earlier run could not set it, and the user has it now
    user = AccountUser.model_validate({**state, "id": user_id})
    status_only = {"status"} & wanted if state.get("status") in UNCONFIRMED_STATUSES else set()
    with suggest_refresh():
        if wanted - status_only:
            is_new = may_return_404(run, state)
            user = _send_patch(run, user, inputs, wanted - status_only, new_resource=is_new)
        if status_only:
            user, status_only = _try_status(run, user, inputs)
    live = build_fields(user, {**state, **inputs})
    outputs = FIELD_SPEC.build_outputs(live, state, inputs, status_only)
    return _add_adopted(outputs, is_adopted=state.get("adopted", True))


def _send_patch(
    run: Run, user: AccountUser, inputs: Inputs, wanted: set[str], *, new_resource: bool
) -> AccountUser:
    """Send a PATCH of the wanted fields; warn if HQ's response has other values."""
    body = FIELD_SPEC.build_patch_body({}, inputs, wanted)
    changed = run.hq.account_users.update(user.id, body, new_resource=new_resource)
    return _check_response(run, body, changed)


def _check_response(run: Run, sent: Fields, user: AccountUser) -> AccountUser:
    """Return HQ's response; warn if it has other values than the request."""
    FIELD_SPEC.warn_about_response(run.warn, f"user '{user.email}'", sent, user)
    return user


def _try_status(run: Run, user: AccountUser, inputs: Inputs) -> tuple[AccountUser, set[str]]:
    """Try to set a status that HQ refuses until the user has signed in."""
    body = FIELD_SPEC.build_patch_body({}, inputs, {"status"})
    try:
        return run.hq.account_users.update(user.id, body), set()
    except HqError as error:
        refused = HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if not refused or isinstance(error, NotFoundError):
            raise
        return user, defer_status(run, user.email, user.status, {"status"})


EMAIL_IN_USE_STATUSES: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""How HQ may refuse an e-mail that is in use; only 409 is documented."""


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Add a user to the account, or adopt the user with the e-mail, which is unique.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        HQ's id of the user and the outputs. Once the id is known, nothing is
        raised: the output ``unfinished`` lists what could not be applied.

    Raises:
        ConflictError: Another resource owns the user, or several users have the e-mail.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be reached to check whether it acted; the next run checks.
    """
    run.server_now()  # fetches a token and HQ's time before anything is created
    email, is_adopted = inputs["email"], False
    try:
        user = _create_user(run, inputs)
    except HqError as error:
        if error.status not in EMAIL_IN_USE_STATUSES:
            raise
        found = run.hq.account_users.search_by_email(email)
        if not found and not isinstance(error, ConflictError):
            raise
        decision = _decide_adoption(run, found, inputs)
        failure = f"BIM 360: could not create user '{email}':"
        user = adopt_or_refuse(run, failure, decision, error)
        before = run.ownership.find_previous_state(user.id)
        is_adopted = not decision.is_implicit if before is None else before.get("adopted", True)
        run.ownership.mark_adopted(user.id)
    run.ownership.mark_owned(user.id)
    return user.id, _add_adopted(_apply_remaining(run, user, inputs), is_adopted=is_adopted)


def _create_user(run: Run, inputs: Inputs) -> AccountUser:
    body, email = FIELD_SPEC.build_create_body(inputs), inputs["email"]

    def find_created(since: datetime) -> AccountUser | None:
        found = run.hq.account_users.search_by_email(email)
        return next((each for each in found if was_created_since(each.created_at, since)), None)

    post = partial(run.hq.account_users.create, body)
    user = create_row(run, email, "user", post, find_created)
    # Fields that a PATCH can change are compared by the caller.
    profile = {k: v for k, v in body.items() if k in FIELD_SPEC.create_only_fields}
    return _check_response(run, profile, user)


def _decide_adoption(
    run: Run, found: list[AccountUser], inputs: Inputs
) -> AdoptionDecision[AccountUser]:
    """Decide whether to adopt the user who has the e-mail already."""
    if not found:
        why = "HQ reports the e-mail as in use, but lists no such user; try again later"
        return AdoptionDecision(None, why)
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        why = f"several users have this e-mail ({ids}); ask Autodesk's support to merge them"
        return AdoptionDecision(None, why)
    (user,) = found
    if run.ownership.is_owned(user.id):
        why = f"another resource of this stack has this person ({user.id})"
        return AdoptionDecision(None, why)
    if run.ownership.find_previous_state(user.id) is not None:
        message = format_replacement_message("account_user", user.id, inputs)
        return AdoptionDecision(user, message, is_implicit=True)
    who = f"user '{user.email}' ({user.id})"
    if _is_leftover(run, user, inputs):
        message = f"{who} is a leftover of an interrupted run and is adopted"
        return AdoptionDecision(user, f"{message}. {SHARED_OWNERSHIP_RISK}", is_implicit=True)
    inactive = " and inactive" if user.status == "inactive" else ""
    message = f"{who} was in the account already{inactive}; the profile stays as it is"
    return AdoptionDecision(user, message)


def _is_leftover(run: Run, user: AccountUser, inputs: Inputs) -> bool:
    """Return whether an interrupted run of this stack added the user."""
    if user.status != "not_invited" or user.last_sign_in:
        return False
    live = user.get_fields()
    changed = {*FIELD_SPEC.diff_fields(live, inputs), *find_profile_changes(live, inputs)}
    recent = is_recent_leftover(user.created_at, run.settings, run.started_at)
    return recent and not changed - {"status"}


def _apply_remaining(run: Run, user: AccountUser, inputs: Inputs) -> State:
    """Apply the remaining arguments to an existing user; record those that fail."""
    wanted = set(FIELD_SPEC.diff_fields(build_fields(user, inputs), inputs))
    pending = defer_status(run, user.email, user.status, wanted)
    if wanted - pending:
        send = partial(_send_patch, run, user, inputs, wanted - pending, new_resource=True)
        changed, failed = try_patch(run, wanted - pending, "The user is in the account", send)
        user, pending = changed or user, pending | failed
    return FIELD_SPEC.build_outputs(build_fields(user, inputs), inputs, inputs, pending)


def delete(run: Run, user_id: str, state: State) -> None:
    """Deactivate a user that the stack added; keep a user that existed before.

    Args:
        run: The engine run.
        user_id: HQ's id.
        state: The outputs of the last run.

    Raises:
        HqError: HQ refused, and the user is neither inactive nor one who never signed in.
        UnansweredError: HQ sent no response.
    """
    who = f"BIM 360: user '{state.get('email')}' ({user_id})"
    if run.ownership.was_adopted(user_id):
        run.warn(f"{who} has a new resource now and stays as they are.")
        return
    removal = plan_removal("account_user", state)
    if removal.kind is RemovalKind.NONE:
        run.warn(f"{who} stays in the account as they are: {removal.reason}.")
        return
    try:
        is_new = may_return_404(run, state)
        run.hq.account_users.update(user_id, {"status": "inactive"}, new_resource=is_new)
    except NotFoundError as error:
        if not is_deleted(run, error, "user"):
            raise
    except HqError as error:
        status = _read_refused_status(run, user_id, error)
        if status in UNCONFIRMED_STATUSES:
            why = f"HQ cannot delete or deactivate a user who has never signed in ({status})"
            run.warn(f"{who} stays in the account: {why}.")
        elif status != "inactive":
            raise


def _read_refused_status(run: Run, user_id: str, error: HqError) -> str | None:
    """Return the status of a user that HQ refused to deactivate."""
    if not HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    try:
        return run.hq.account_users.get(user_id).status
    except Bim360Error:
        return None
