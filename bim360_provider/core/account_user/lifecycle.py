"""Create, read, update and delete an account user."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

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
from bim360_provider.core.entity import ReadResult
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
    """Return what cannot be set before the person has signed in, having said so.

    Args:
        run: The account, and what this run knows.
        email: Whose status it is.
        status: HQ's word for how far they have come.
        wanted: The fields to be changed.
    """
    if status not in UNCONFIRMED_STATUSES or "status" not in wanted:
        return set()
    run.warn(
        f"BIM 360: user '{email}' has never signed in ({status}), so HQ cannot make them inactive; "
        "the next `pulumi up` tries again."
    )
    return {"status"}


Values = Mapping[str, Any]


def read(run: Run, user_id: str, state: Values) -> ReadResult | None:
    """Return the user as HQ has them, or None if they are gone.

    Args:
        run: The account, and what this run knows.
        user_id: HQ's id, not the uid of the Autodesk account.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nobody, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    user = read_or_none(
        run,
        "user",
        state,
        lambda young: read_cached(run.hq.account_users, user_id, state, new_resource=young),
    )
    if user is None:
        return None
    fields = build_fields(user, state)
    live = FIELD_SPEC.build_read_result(user_id, fields, {**run.account_scope, **state}, state)
    adopted = state.get("adopted", True)
    return ReadResult(
        user_id, {**live.outputs, "adopted": adopted}, _normalize_inputs(live.inputs, fields)
    )


def _normalize_inputs(inputs: dict[str, Any], fields: Values) -> dict[str, Any]:
    """Return the arguments in normal form; whom somebody deactivated shows it in any case."""
    normal = {k: v.lower() if k in ("email", "company_id") else v for k, v in inputs.items()}
    if fields.get("status") == "inactive":
        normal["status"] = "inactive"
    elif "status" in normal and is_same_value("status", "active", fields.get("status")):
        normal["status"] = "active"
    return normal


def update(run: Run, user_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        NotFoundError: The user is gone; a refresh finds that out.
        HqError: HQ refused a value.
        UnansweredError: No answer came.
    """
    wanted = {*diff_fields(state, inputs), *_find_pending_fields(state, inputs)}
    user = AccountUser.model_validate({**state, "id": user_id})
    apart = {"status"} & wanted if state.get("status") in UNCONFIRMED_STATUSES else set()
    try:
        if wanted - apart:
            body = build_patch_body(inputs, wanted - apart)
            young = may_return_404(run, state)
            user = run.hq.account_users.update(user_id, body, new_resource=young)
            warn_about_user(run, body, user)
        if apart:
            user, apart = _try_status(run, user, build_patch_body(inputs, apart))
    except NotFoundError as error:
        raise add_refresh_hint(error) from None
    known = {**state, **inputs}
    return {
        **FIELD_SPEC.build_outputs(build_fields(user, known), state, inputs, apart),
        "adopted": state.get("adopted", True),
    }


def _find_pending_fields(state: Values, inputs: Values) -> set[str]:
    """Return what an earlier run could not do and is still wanted.

    Whoever was to be inactive before their first sign-in, and no longer is, is as they should be.
    """
    left = {name for name in state.get("unfinished") or () if name in inputs}
    done = "status" in left and is_same_value("status", inputs["status"], state.get("status"))
    return left - {"status"} if done else left


def _try_status(run: Run, user: AccountUser, body: Values) -> tuple[AccountUser, set[str]]:
    """Try a status that HQ refuses until the person has signed in; they may have, meanwhile."""
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
"""Documented is 409; what HQ really says of an e-mail that is taken, nobody has published."""


def create(run: Run, inputs: Values) -> tuple[str, dict[str, Any]]:
    """Add a person to the account, or take over the one who has the e-mail: a person exists once.

    Args:
        run: The account, and what this run knows.
        inputs: The arguments in normal form.

    Returns:
        HQ's id of the user and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConflictError: The e-mail is another resource's, or that of several users.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    run.server_now()  # fetches the token, and with it HQ's time, before anything is made
    adopted = False
    try:
        user = _create_user(run, inputs)
        # What a PATCH can change is sent once more below, and judged then.
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
            words = format_replacement_message("account_user", user.id, inputs)
            run.warn(f"BIM 360: {words}.")
        run.ownership.mark_adopted(user.id)
    run.ownership.mark_owned(user.id)
    return user.id, {**_apply_remaining(run, user, inputs), "adopted": adopted}


def _create_user(run: Run, inputs: Values) -> AccountUser:
    body, email = build_create_body(inputs), inputs["email"]

    def ours(since: datetime) -> AccountUser | None:
        found = run.hq.account_users.search_by_email(email)
        made = [each for each in found if was_created_since(each.created_at, since)]
        return claim_row_or_none(run.ownership, next(iter(made), None))

    def post() -> AccountUser:
        return claim_row(run.ownership, run.hq.account_users.create(body))

    return create_once(run, email, "user", post, ours)


def _find_existing_user(run: Run, inputs: Values, error: HqError) -> AccountUser:
    """Return the user who has the e-mail already; without one, HQ's refusal stands."""
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
        why = "HQ says the e-mail is taken, yet no such user is to be seen; try again later"
    msg = f"BIM 360: could not create user '{email}': {why}."
    raise ConflictError(
        msg, status=error.status, hq_message=error.hq_message, request=error.request
    )


def _is_leftover(run: Run, user: AccountUser, inputs: Values) -> bool:
    """Return whether an interrupted run added the person, who was in no account before."""
    if user.status != "not_invited" or user.last_sign_in:
        return False
    live = user.get_fields()
    as_declared = all(is_same_text(inputs[k], live.get(k)) for k in PROFILE_FIELDS if k in inputs)
    began = run.started_at
    recent = is_recent_leftover(user.created_at, run.settings, began)
    return recent and as_declared and not set(diff_fields(live, inputs)) - {"status"}


def _report_adoption(run: Run, user: AccountUser, *, is_adopted: bool) -> None:
    who = f"BIM 360: user '{user.email}' ({user.id})"
    if is_adopted:
        inactive = " and inactive" if user.status == "inactive" else ""
        words = f"was in the account already{inactive}; the profile stays as it is"
        run.info(f"{who} {words}.")
    else:
        words = f"is what an interrupted run left behind; it is adopted. {SHARED_OWNERSHIP_RISK}"
        run.warn(f"{who} {words}.")


def _apply_remaining(run: Run, user: AccountUser, inputs: Values) -> dict[str, Any]:
    """Do what is left to do on a user who exists; record what cannot be done now."""
    wanted = set(diff_fields(build_fields(user, inputs), inputs))
    left = defer_status(run, user.email, user.status, wanted)
    body = build_patch_body(inputs, wanted - left)
    if body:
        try:
            user = run.hq.account_users.update(user.id, body, new_resource=True)
            warn_about_user(run, body, user)
        except Bim360Error as error:
            left = wanted
            words = f"{error} The user is in the account; the next `pulumi up` tries again."
            run.warn(words)
    return FIELD_SPEC.build_outputs(build_fields(user, inputs), inputs, inputs, left)


def delete(run: Run, user_id: str, state: Values) -> None:
    """Deactivate whom the stack added, and leave whom it found.

    Args:
        run: The account, and what this run knows.
        user_id: HQ's id of them.
        state: The outputs of the last run.

    Raises:
        HqError: HQ refused, and the user is neither inactive nor one who never signed in.
        UnansweredError: No answer came.
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
        young = may_return_404(run, state)
        run.hq.account_users.update(user_id, {"status": "inactive"}, new_resource=young)
    except NotFoundError as error:
        if not is_deleted(run, error, "user"):
            raise
    except HqError as error:
        status = _read_refused_status(run, user_id, error)
        if status in UNCONFIRMED_STATUSES:
            why = f"HQ can neither delete nor deactivate who has never signed in ({status})"
            run.warn(f"{who} stays in the account: {why}.")
        elif status != "inactive":
            raise


def _find_reason_to_keep(state: Values) -> str:
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


def _read_refused_status(run: Run, user_id: str, error: HqError) -> str | None:
    """Return the status of a user whom HQ refused to deactivate."""
    if not HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    try:
        return run.hq.account_users.get(user_id).status
    except Bim360Error:
        return None
