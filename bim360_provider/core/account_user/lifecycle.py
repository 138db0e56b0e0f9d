"""Create, read, update and delete an account user."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from bim360_provider.core.account_user.rules import (
    FIELD_SPEC,
    build_create_body,
    build_fields,
    build_patch_body,
    diff_fields,
    is_same_value,
    warn_about_user,
)
from bim360_provider.core.create_once import (
    SHARED_OWNERSHIP_RISK,
    create_once,
    is_recent_leftover,
    was_created_since,
)
from bim360_provider.core.entity import Fields, Inputs, ReadResult, State
from bim360_provider.core.field_spec import is_same_text
from bim360_provider.core.not_found import (
    add_refresh_hint,
    is_deleted,
    may_return_404,
    read_cached,
    read_or_none,
)
from bim360_provider.core.replacements import format_replacement_message
from bim360_provider.core.run import Run, claim_row, claim_row_or_none
from bim360_provider.errors import Bim360Error, ConflictError, HqError, NotFoundError
from bim360_provider.models import AccountUser
from bim360_provider.models.account_user import PROFILE_FIELDS, UNCONFIRMED_STATUSES

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
    user = read_or_none(
        run,
        "user",
        state,
        lambda is_new: read_cached(run.hq.account_users, user_id, state, new_resource=is_new),
    )
    if user is None:
        return None
    fields = build_fields(user, state)
    live = FIELD_SPEC.build_read_result(user_id, fields, {**run.account_scope, **state}, state)
    adopted = state.get("adopted", True)
    return ReadResult(
        user_id, State({**live.outputs, "adopted": adopted}), _normalize_inputs(live.inputs, fields)
    )


def _normalize_inputs(inputs: Inputs, fields: Fields) -> Inputs:
    """Return the arguments in normal form; an inactive user always has its status."""
    normal = {k: v.lower() if k in ("email", "company_id") else v for k, v in inputs.items()}
    if fields.get("status") == "inactive":
        normal["status"] = "inactive"
    elif "status" in normal and is_same_value("status", "active", fields.get("status")):
        normal["status"] = "active"
    return Inputs(normal)


def update(run: Run, user_id: str, state: State, inputs: Inputs) -> State:
    """Apply the arguments that differ and those that an earlier run left; return the outputs.

    Raises:
        NotFoundError: The user no longer exists; a refresh removes it from the state.
        HqError: HQ refused a value.
        UnansweredError: HQ sent no response.
    """
    wanted = {*diff_fields(state, inputs), *_find_pending_fields(state, inputs)}
    user = AccountUser.model_validate({**state, "id": user_id})
    status_only = {"status"} & wanted if state.get("status") in UNCONFIRMED_STATUSES else set()
    try:
        if wanted - status_only:
            body = build_patch_body(inputs, wanted - status_only)
            is_new = may_return_404(run, state)
            user = run.hq.account_users.update(user_id, body, new_resource=is_new)
            warn_about_user(run, body, user)
        if status_only:
            user, status_only = _try_status(run, user, build_patch_body(inputs, status_only))
    except NotFoundError as error:
        raise add_refresh_hint(error) from None
    known = {**state, **inputs}
    return State(
        {
            **FIELD_SPEC.build_outputs(build_fields(user, known), state, inputs, status_only),
            "adopted": state.get("adopted", True),
        }
    )


def _find_pending_fields(state: State, inputs: Inputs) -> set[str]:
    """Return the fields that an earlier run could not set and that are still wanted.

    A user who is no longer declared as inactive needs no change of status.
    """
    pending = {name for name in state.get("unfinished") or () if name in inputs}
    done = "status" in pending and is_same_value("status", inputs["status"], state.get("status"))
    return pending - {"status"} if done else pending


def _try_status(run: Run, user: AccountUser, body: Fields) -> tuple[AccountUser, set[str]]:
    """Try to set a status that HQ refuses until the user has signed in."""
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
    adopted = False
    try:
        user = _create_user(run, inputs)
        # Fields that a PATCH can change are compared below.
        profile = {k: v for k, v in build_create_body(inputs).items() if k in PROFILE_FIELDS}
        warn_about_user(run, profile, user)
    except HqError as error:
        if error.status not in EMAIL_IN_USE_STATUSES:
            raise
        user = _find_existing_user(run, inputs, error)
        before = run.ownership.find_previous_state(user.id)
        if before is None:
            adopted = not _is_leftover(run, user, inputs)
            _report_adoption(run, user, is_adopted=adopted)
        else:
            adopted = bool(before.get("adopted", True))
            message = format_replacement_message("account_user", user.id, inputs)
            run.warn(f"BIM 360: {message}.")
        run.ownership.mark_adopted(user.id)
    run.ownership.mark_owned(user.id)
    return user.id, State({**_apply_remaining(run, user, inputs), "adopted": adopted})


def _create_user(run: Run, inputs: Inputs) -> AccountUser:
    body, email = build_create_body(inputs), inputs["email"]

    def find_created(since: datetime) -> AccountUser | None:
        found = run.hq.account_users.search_by_email(email)
        created = [each for each in found if was_created_since(each.created_at, since)]
        return claim_row_or_none(run.ownership, next(iter(created), None))

    def post() -> AccountUser:
        return claim_row(run.ownership, run.hq.account_users.create(body))

    return create_once(run, email, "user", post, find_created)


def _find_existing_user(run: Run, inputs: Inputs, error: HqError) -> AccountUser:
    """Return the user who has the e-mail already; otherwise raise HQ's refusal."""
    email = inputs["email"]
    found = run.hq.account_users.search_by_email(email)
    if len(found) == 1 and not run.ownership.is_owned(found[0].id):
        return found[0]
    if not found and not isinstance(error, ConflictError):
        raise error
    if len(found) == 1:
        why = f"another resource of this stack has this person ({found[0].id})"
    elif found:
        ids = ", ".join(each.id for each in found)
        why = f"several users have this e-mail ({ids}); ask Autodesk's support to merge them"
    else:
        why = "HQ reports the e-mail as in use, but lists no such user; try again later"
    msg = f"BIM 360: could not create user '{email}': {why}."
    raise ConflictError(
        msg, status=error.status, hq_message=error.hq_message, request=error.request
    )


def _is_leftover(run: Run, user: AccountUser, inputs: Inputs) -> bool:
    """Return whether an interrupted run of this stack added the user."""
    if user.status != "not_invited" or user.last_sign_in:
        return False
    live = user.get_fields()
    as_declared = all(is_same_text(inputs[k], live.get(k)) for k in PROFILE_FIELDS if k in inputs)
    run_start = run.started_at
    recent = is_recent_leftover(user.created_at, run.settings, run_start)
    return recent and as_declared and not set(diff_fields(live, inputs)) - {"status"}


def _report_adoption(run: Run, user: AccountUser, *, is_adopted: bool) -> None:
    who = f"BIM 360: user '{user.email}' ({user.id})"
    if is_adopted:
        inactive = " and inactive" if user.status == "inactive" else ""
        message = f"was in the account already{inactive}; the profile stays as it is"
        run.info(f"{who} {message}.")
    else:
        message = f"is a leftover of an interrupted run and is adopted. {SHARED_OWNERSHIP_RISK}"
        run.warn(f"{who} {message}.")


def _apply_remaining(run: Run, user: AccountUser, inputs: Inputs) -> State:
    """Apply the remaining arguments to an existing user; record those that fail."""
    wanted = set(diff_fields(build_fields(user, inputs), inputs))
    pending = defer_status(run, user.email, user.status, wanted)
    body = build_patch_body(inputs, wanted - pending)
    if body:
        try:
            user = run.hq.account_users.update(user.id, body, new_resource=True)
            warn_about_user(run, body, user)
        except Bim360Error as error:
            pending = wanted
            message = f"{error} The user is in the account; the next `pulumi up` tries again."
            run.warn(message)
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
    why = _find_reason_to_keep(state)
    if why:
        run.warn(f"{who} stays in the account as they are: {why}.")
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


def _find_reason_to_keep(state: State) -> str:
    """Return why a user is not deactivated, or an empty text."""
    policy = state.get("on_destroy")
    if policy == "retain":
        return "on_destroy='retain'"
    if policy == "deactivate":
        return ""
    if state.get("role") == "account_admin":
        return "an account admin is deactivated only with on_destroy='deactivate'"
    if state.get("adopted"):
        return (
            "they were in it before this stack, and are deactivated only with "
            "on_destroy='deactivate'"
        )
    return ""


def _read_refused_status(run: Run, user_id: str, error: HqError) -> str | None:
    """Return the status of a user that HQ refused to deactivate."""
    if not HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    try:
        return run.hq.account_users.get(user_id).status
    except Bim360Error:
        return None
