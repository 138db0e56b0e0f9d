"""Create, read, update and delete one member of a project."""

from collections.abc import Collection, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.core.create_once import try_patch
from bim360_provider.core.entity import Fields, Inputs, ReadResult, State
from bim360_provider.core.not_found import is_deleted, suggest_refresh
from bim360_provider.core.project_member.importer import (
    ImportResult,
    build_member,
    find_role_ids,
    format_emails,
    format_refusal,
    import_members,
    refuse_acc_members,
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
from bim360_provider.core.removal import RemovalKind, plan_removal
from bim360_provider.core.run import Run
from bim360_provider.core.validation import warn_about_response
from bim360_provider.errors import ConflictError, HqError, InputError, NotFoundError
from bim360_provider.hq.api.project_user import build_refused_row_error
from bim360_provider.models.project_member import PATCHABLE_FIELDS
from bim360_provider.models.project_user import MEMBER_SERVICES, ProjectUser

__all__ = [
    "apply_non_access_fields",
    "create",
    "delete",
    "find_user",
    "import_team",
    "patch_member",
    "read",
    "read_member",
    "remove_member",
    "update",
]


def patch_member(
    run: Run, project_id: str, member: Fields, inputs: Inputs, wanted: Collection[str]
) -> dict[str, Any]:
    """Send a PATCH of the wanted fields; return the member after it.

    Raises:
        InputError: The project has no such role.
        NotFoundError: The member is no longer in the project.
        HqError: HQ refused it.
        UnansweredError: HQ sent no response.
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
    run: Run, project_id: str, member: Fields, inputs: Inputs
) -> tuple[dict[str, Any], list[str]]:
    """Set company and roles of a member who was added or adopted.

    Access is not set: a change would drop access that this provider cannot see, so the next
    preview warns first. Nothing is raised.

    Returns:
        The member after it, and the arguments that are still pending.
    """
    wanted = diff_fields(member, inputs)
    now = [name for name in wanted if name not in MEMBER_SERVICES]
    pending = [name for name in wanted if name in MEMBER_SERVICES]
    send = partial(patch_member, run, project_id, member, inputs, now)
    changed, failed = try_patch(run, now, "They are in the project", send)
    return changed or dict(member), [*(now if failed else ()), *pending]


def read(run: Run, entity_id: str, state: State) -> ReadResult | None:
    """Return the member as HQ has them, or None if they or their project no longer exist.

    Args:
        run: The engine run.
        entity_id: The project's id, a colon, and HQ's id of the user.
        state: The outputs of the last run; without them this is a look-up by id, not a refresh.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    refreshing = "account_id" in state
    project_id, user_id, _ = split_id(entity_id)
    member = read_member(run, project_id, user_id, is_refresh=refreshing)
    if member is None:
        return None
    known = {**run.account_scope, **state}
    declared = state.get("declared", PATCHABLE_FIELDS) if refreshing else PATCHABLE_FIELDS
    inputs = derive_inputs(project_id, member, known, declared)
    outs = build_outputs(project_id, member, Inputs({**inputs, **dict.fromkeys(declared)}))
    unfinished = state.get("unfinished") or []
    given = {**run.account_scope, **outs, "unfinished": unfinished}
    return ReadResult(build_member_id(project_id, user_id), State(given), inputs)


def read_member(
    run: Run, project_id: str, user_id: str, *, is_refresh: bool
) -> dict[str, Any] | None:
    """Return a member of a project, or None if a refresh finds that they are no longer in it.

    Raises:
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    user = find_user(run, project_id, user_id, is_refresh=is_refresh)
    return None if user is None else build_member(user)


def find_user(run: Run, project_id: str, user_id: str, *, is_refresh: bool) -> ProjectUser | None:
    """Return a member of a project as HQ shows them, or None if a refresh cannot find them.

    Raises:
        AccProjectError: A look-up found a member of an ACC project.
        NotFoundError: A look-up found nothing, or the whole account is not visible.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    try:
        get = run.hq.project_users.get_cached if is_refresh else run.hq.project_users.get
        user = get(project_id, user_id)
    except NotFoundError as error:
        if is_refresh and is_deleted(run, error, "user"):
            return None
        raise
    if not is_refresh:
        refuse_acc_members(run, project_id, [user])
    return None if user.is_deleted and is_refresh else user


REFUSAL_ADVICE: Final = (
    "Correct it and run it again; where it is that the account does not know them, declare a "
    "Bim360AccountUser first."
)


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Add a member to a project, or adopt an existing member.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The member's id and the outputs. Once the id is known, nothing is
        raised: the output ``unfinished`` lists what could not be applied.

    Raises:
        ConfigError: There is no acting user.
        ConflictError: Another resource of this stack has the member.
        InputError: The project has no such industry role.
        HqError: HQ refused the request, or the row in a 200 response.
        UnansweredError: HQ could not be reached to check whether it acted; the next run checks.
    """
    project_id, email = inputs["project_id"], inputs["email"]
    imported = import_members(run, project_id, {email: inputs})
    if email in imported.refusals:
        raise _build_refusal(project_id, email, imported.refusals[email])
    member = _claim_member(run, imported, project_id, email)
    run.ownership.mark_owned(build_member_id(project_id, member["user_id"]))
    member, pending = apply_non_access_fields(run, project_id, member, inputs)
    if email in imported.existing_members:
        _warn_about_access(run, project_id, email, pending)
    return build_member_id(project_id, member["user_id"]), build_outputs(
        project_id, member, inputs, pending
    )


def _build_refusal(project_id: str, email: str, message: str) -> Exception:
    if message.startswith("BIM 360: "):
        return InputError(message)
    action = f"add {email} to project {project_id}"
    return build_refused_row_error(
        action, message, f"POST projects/{project_id}/users/import", REFUSAL_ADVICE
    )


def _claim_member(run: Run, imported: ImportResult, project_id: str, email: str) -> dict[str, Any]:
    if email in imported.added_members:
        return imported.added_members[email]
    member = imported.existing_members[email]
    entity_id = build_member_id(project_id, member["user_id"])
    if run.ownership.is_owned(entity_id):
        detail = f"another resource of this stack has {email} in project {project_id}"
        msg = f"BIM 360: {detail}; declare a member once."
        raise ConflictError(msg, status=409, hq_message=detail, request="GET users")
    run.ownership.mark_adopted(entity_id)
    run.info(f"BIM 360: {email} was in project {project_id} already and is adopted.")
    return member


def _warn_about_access(run: Run, project_id: str, email: str, pending: list[str]) -> None:
    if pending:
        message = f"{email} has other access in project {project_id} than declared"
        run.warn(f"BIM 360: {message}; run `pulumi up` again to change {' and '.join(pending)}.")


def update(run: Run, entity_id: str, state: State, inputs: Inputs) -> State:
    """Apply the arguments that differ and those that an earlier run left; return the outputs.

    Raises:
        InputError: The project has no such industry role.
        NotFoundError: The member no longer exists; a refresh removes it from the state.
        HqError: HQ refused a value.
        UnansweredError: HQ sent no response.
    """
    project_id, user_id, _ = split_id(entity_id)
    known = {name: state.get(name) for name in ("email", *PATCHABLE_FIELDS, "status")}
    member = {**known, "user_id": user_id}
    pending = [name for name in state.get("unfinished") or () if name in inputs]
    wanted = {*diff_fields(state, inputs), *pending}
    with suggest_refresh("they were removed"):
        member = patch_member(run, project_id, member, inputs, wanted)
    return build_outputs(project_id, member, inputs)


def delete(run: Run, entity_id: str, state: State) -> None:
    """Leave the member in the project, or try to remove them if the stack declares it.

    Args:
        run: The engine run.
        entity_id: The project's id, a colon, and HQ's id of the user.
        state: The outputs of the last run.

    Raises:
        ConfigError: There is no acting user to remove them.
        HqError: HQ failed; a later attempt may succeed.
        UnansweredError: HQ sent no response.
    """
    project_id, user_id, _ = split_id(entity_id)
    who = {**state, "user_id": user_id}
    if plan_removal("project_member", state).kind is RemovalKind.REMOVE:
        remove_member(run, project_id, who)
        return
    message = f"{state.get('email')} stays in project {project_id}"
    if state.get("on_destroy") == "retain":
        run.info(f"BIM 360: {message} (retain).")
        return
    run.warn(
        f"BIM 360: {message}: HQ documents no way to remove a member; take them out in Project "
        "Admin, or declare on_destroy='remove' to try."
    )


def remove_member(run: Run, project_id: str, member: Fields) -> bool:
    """Try to remove a member; return whether they are out of the project.

    A refusal is a warning, not an error: HQ documents the request for ACC projects only, and
    a destroy should be able to finish. A deleted or archived project needs no request.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ failed, or the whole account is not visible.
        UnansweredError: HQ sent no response.
    """
    email, user_id = member["email"], member["user_id"]
    if run.ownership.was_adopted(build_member_id(project_id, user_id)):
        message = f"{email} in project {project_id} has a new resource now; they are not removed"
        run.warn(f"BIM 360: {message}.")
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
        message = f"{error} They stay in the project; remove them in Project Admin."
        run.warn(message)
        return False
    return True


MAX_REPORTED_REFUSALS: Final = 10
"""The most refused rows that are reported; the output ``unfinished`` has all."""


def import_team(
    run: Run, project_id: str, wanted: Mapping[str, Inputs]
) -> tuple[ImportResult, set[str]]:
    """Import members; return the result and the e-mails of members with pending work.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be reached; the next run checks.
    """
    imported = import_members(run, project_id, wanted) if wanted else ImportResult()
    unfinished = set(imported.refusals)
    for email, member in {**imported.existing_members, **imported.added_members}.items():
        imported.added_members[email], left = apply_non_access_fields(
            run, project_id, member, wanted[email]
        )
        unfinished |= {email} if left else set()
    _report_import(run, project_id, imported)
    for email in imported.existing_members:
        run.ownership.mark_adopted(
            build_member_id(project_id, imported.added_members[email]["user_id"])
        )
    return imported, unfinished


def _report_import(run: Run, project_id: str, imported: ImportResult) -> None:
    if imported.existing_members:
        message = f"in project {project_id} before: {format_emails(imported.existing_members)}"
        run.info(f"BIM 360: adopted, because they were {message}.")
    for email, message in sorted(imported.refusals.items())[:MAX_REPORTED_REFUSALS]:
        line = f"{format_refusal(project_id, email, message)} The next `pulumi up` tries again."
        run.warn(line)
    if len(imported.refusals) > MAX_REPORTED_REFUSALS:
        count = len(imported.refusals) - MAX_REPORTED_REFUSALS
        message = f"{count} more were not added to project {project_id}"
        line = f"BIM 360: {message}; the output `unfinished` names all."
        run.warn(line)
