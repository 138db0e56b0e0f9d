"""Create, read, update and delete one member of a project."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, ReadResult
from bim360_provider.core.not_found import is_deleted
from bim360_provider.core.project_member.importer import (
    ImportResult,
    build_member,
    find_role_ids,
    import_members,
)
from bim360_provider.core.project_member.rules import (
    build_member_id,
    build_outputs,
    build_patch_body,
    derive_inputs,
    diff_fields,
    is_same_value,
    split_id,
)
from bim360_provider.core.run import Run
from bim360_provider.core.validation import warn_about_response
from bim360_provider.errors import Bim360Error, ConflictError, HqError, InputError, NotFoundError
from bim360_provider.hq.api.project_user import build_refused_row_error
from bim360_provider.models.project_member import PATCHABLE_FIELDS
from bim360_provider.models.project_user import MEMBER_SERVICES, ProjectUser

__all__ = [
    "apply_non_access_fields",
    "create",
    "delete",
    "find_user",
    "patch_member",
    "read",
    "read_member",
    "remove_member",
    "update",
]

Values = Mapping[str, Any]


def patch_member(
    run: Run, project_id: str, member: Values, inputs: Values, wanted: Collection[str]
) -> dict[str, Any]:
    """Send a PATCH of the wanted fields; return the member as they are then.

    Raises:
        InputError: The project has no such role.
        NotFoundError: They are not in the project any more.
        HqError: HQ refused it.
        UnansweredError: No answer came.
    """
    email = member["email"]
    names = inputs.get("industry_roles") or () if "industry_roles" in wanted else ()
    body = build_patch_body(member, inputs, wanted, find_role_ids(run, project_id, names, email))
    if body:
        row = run.hq.project_users.update(project_id, member["user_id"], email, body)
        if row.company_id:
            sent = {name: body[name] for name in ("company_id",) if name in body}
            warn_about_response(
                run.warn, f"{email} in project {project_id}", sent, row, is_same_value
            )
    return {**member, **{name: inputs[name] or None for name in wanted if name in inputs}}


def apply_non_access_fields(
    run: Run, project_id: str, member: Values, inputs: Values
) -> tuple[dict[str, Any], list[str]]:
    """Finish somebody who has just joined, or was in the project before the stack knew them.

    Company and roles are set at once. Access is not: to change it takes away access that this
    provider cannot see, so the next preview says so first. Nothing is raised.

    Returns:
        The member as they are then, and the arguments that are left to do.
    """
    wanted = diff_fields(member, inputs)
    now = [name for name in wanted if name not in MEMBER_SERVICES]
    left = [name for name in wanted if name in MEMBER_SERVICES]
    try:
        return patch_member(run, project_id, member, inputs, now), left
    except Bim360Error as error:
        words = f"{error} They are in the project; the next `pulumi up` tries again."
        run.warn(words)
        return dict(member), [*now, *left]


def read(run: Run, entity_id: str, state: Values) -> ReadResult | None:
    """Return the member as HQ has them, or None if they or their project are gone.

    Args:
        run: The account, and what this run knows.
        entity_id: The project's id, a colon, and HQ's id of the user.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    refreshing = "account_id" in state
    project_id, user_id, _ = split_id(entity_id)
    member = read_member(run, project_id, user_id, is_refresh=refreshing)
    if member is None:
        return None
    known = {**run.account_scope, **state}
    declared = state.get(DECLARED, PATCHABLE_FIELDS) if refreshing else PATCHABLE_FIELDS
    inputs = derive_inputs(project_id, member, known, declared)
    outs = build_outputs(project_id, member, {**inputs, **dict.fromkeys(declared)})
    unfinished = state.get("unfinished") or []
    given = {**run.account_scope, **outs, "unfinished": unfinished}
    return ReadResult(build_member_id(project_id, user_id), given, inputs)


def read_member(
    run: Run, project_id: str, user_id: str, *, is_refresh: bool
) -> dict[str, Any] | None:
    """Return a member of a project, or None if a refresh finds that they are gone.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    user = find_user(run, project_id, user_id, is_refresh=is_refresh)
    return None if user is None else build_member(user)


def find_user(run: Run, project_id: str, user_id: str, *, is_refresh: bool) -> ProjectUser | None:
    """Return a member of a project as HQ shows them, or None if a refresh cannot find them.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: No response came.
    """
    try:
        look = run.hq.project_users.get_cached if is_refresh else run.hq.project_users.get
        user = look(project_id, user_id)
    except NotFoundError as error:
        if is_refresh and is_deleted(run, error, "user"):
            return None
        raise
    return None if user.is_deleted and is_refresh else user


REFUSAL_ADVICE: Final = (
    "Correct it and run it again; where it is that the account does not know them, declare a "
    "Bim360AccountUser first."
)


def create(run: Run, inputs: Values) -> tuple[str, dict[str, Any]]:
    """Add a member to a project, or take over who is in it already.

    Args:
        run: The account, and what this run knows.
        inputs: The arguments in normal form.

    Returns:
        The member's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        ConflictError: Another resource of this stack has the member.
        InputError: The project has no such industry role.
        HqError: HQ refused it; a row refused inside a 200 counts as that.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    project_id, email = inputs["project_id"], inputs["email"]
    joined = import_members(run, project_id, {email: inputs})
    if email in joined.refusals:
        raise _build_refusal(project_id, email, joined.refusals[email])
    member = _claim_member(run, joined, project_id, email)
    run.ownership.mark_owned(build_member_id(project_id, member["user_id"]))
    member, left = apply_non_access_fields(run, project_id, member, inputs)
    if email in joined.existing_members:
        _warn_about_access(run, project_id, email, left)
    return build_member_id(project_id, member["user_id"]), build_outputs(
        project_id, member, inputs, left
    )


def _build_refusal(project_id: str, email: str, words: str) -> Exception:
    if words.startswith("BIM 360: "):
        return InputError(words)
    asked = f"add {email} to project {project_id}"
    return build_refused_row_error(
        asked, words, f"POST projects/{project_id}/users/import", REFUSAL_ADVICE
    )


def _claim_member(run: Run, joined: ImportResult, project_id: str, email: str) -> dict[str, Any]:
    if email in joined.added_members:
        return joined.added_members[email]
    member = joined.existing_members[email]
    entity_id = build_member_id(project_id, member["user_id"])
    if run.ownership.is_owned(entity_id):
        words = f"another resource of this stack has {email} in project {project_id}"
        msg = f"BIM 360: {words}; declare a member once."
        raise ConflictError(msg, status=409, hq_message=words, request="GET users")
    run.ownership.mark_adopted(entity_id)
    run.info(f"BIM 360: {email} was in project {project_id} and is taken over.")
    return member


def _warn_about_access(run: Run, project_id: str, email: str, left: list[str]) -> None:
    if left:
        words = f"{email} has other access in project {project_id} than declared"
        run.warn(f"BIM 360: {words}; run `pulumi up` again to change {' and '.join(left)}.")


def update(run: Run, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        InputError: The project has no such industry role.
        NotFoundError: The member is gone; a refresh finds that out.
        HqError: HQ refused a value.
        UnansweredError: No answer came.
    """
    project_id, user_id, _ = split_id(entity_id)
    known = {name: state.get(name) for name in ("email", *PATCHABLE_FIELDS, "status")}
    member = {**known, "user_id": user_id}
    left = [name for name in state.get("unfinished") or () if name in inputs]
    try:
        member = patch_member(run, project_id, member, inputs, {*diff_fields(state, inputs), *left})
    except NotFoundError as error:
        words = f"{error} If somebody removed them: `pulumi refresh`, then `pulumi up`."
        raise NotFoundError(
            words, status=error.status, hq_message=error.hq_message, request=error.request
        ) from None
    return build_outputs(project_id, member, inputs)


def delete(run: Run, entity_id: str, state: Values) -> None:
    """Leave the member in the project, or try to remove them if the stack asked for that.

    Args:
        run: The account, and what this run knows.
        entity_id: The project's id, a colon, and HQ's id of the user.
        state: The outputs of the last run.

    Raises:
        ConfigError: There is no acting user to remove them.
        HqError: HQ failed, so that it may work later.
        UnansweredError: No answer came.
    """
    project_id, user_id, _ = split_id(entity_id)
    who = {**state, "user_id": user_id}
    if state.get("on_destroy") == "remove":
        remove_member(run, project_id, who)
        return
    words = f"{state.get('email')} stays in project {project_id}"
    if state.get("on_destroy") == "retain":
        run.info(f"BIM 360: {words} (retain).")
        return
    run.warn(
        f"BIM 360: {words}: HQ documents no way to remove a member; take them out in Project "
        "Admin, or declare on_destroy='remove' to try."
    )


def remove_member(run: Run, project_id: str, member: Values) -> bool:
    """Try to remove a member; return whether they are out of the project.

    A refusal is told and is no error: HQ documents this for ACC projects only, and a stack
    has to be able to come to its end. A project that is gone or archived is done with.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ failed, so that it may work later, or the whole account is not visible.
        UnansweredError: No answer came.
    """
    email, user_id = member["email"], member["user_id"]
    if run.ownership.was_adopted(build_member_id(project_id, user_id)):
        words = f"{email} in project {project_id} has a new resource now; they are not removed"
        run.warn(f"BIM 360: {words}.")
        return False
    try:
        run.hq.project_users.remove(project_id, user_id, email)
    except NotFoundError as error:
        if not is_deleted(run, error, "user"):
            raise
        return True
    except HqError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        words = f"{error} They stay in the project; take them out in Project Admin."
        run.warn(words)
        return False
    return True
