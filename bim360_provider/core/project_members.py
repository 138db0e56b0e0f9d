"""All members of a project in one resource: check, diff, create, read, update and delete."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bim360_provider.core.entity import Diff, Fields, Inputs, ReadResult, State
from bim360_provider.core.not_found import is_deleted
from bim360_provider.core.project_member.importer import (
    build_member,
    format_emails,
    format_refusal,
    refuse_acc_members,
)
from bim360_provider.core.project_member.lifecycle import (
    import_team,
    patch_member,
    remove_member,
)
from bim360_provider.core.project_member.rules import (
    build_services_warnings,
    check_access,
    check_acting_user,
    derive_fields,
    diff_fields,
    find_identity_changes,
    split_id,
)
from bim360_provider.core.removal import RemovalKind, plan_removal
from bim360_provider.core.run import Run
from bim360_provider.core.settings import (
    Settings,
    add_account_scope,
    check_account_scope,
    find_scope_changes,
)
from bim360_provider.core.validation import Problem, Unknown, is_unknown, validate_arguments
from bim360_provider.errors import Bim360Error, InputError, NotFoundError
from bim360_provider.models import normalize
from bim360_provider.models.project_member import (
    PATCHABLE_FIELDS,
    TEAM_PROVIDER_ONLY_FIELDS,
    MemberFields,
    ProjectMembersArguments,
)

__all__ = [
    "MemberDiff",
    "build_outputs",
    "build_team_id",
    "check",
    "create",
    "delete",
    "diff",
    "diff_members",
    "format_retained_members",
    "read",
    "update",
]


def build_team_id(project_id: str) -> str:
    """Return the id of a project's members: no project has it, and no single member."""
    return f"{project_id}:members"


def build_outputs(
    project_id: str, members: Mapping[str, Fields], inputs: Inputs, unfinished: Collection[str] = ()
) -> State:
    """Return the outputs to save in the state.

    Args:
        project_id: The project that they are in.
        members: Its members, by e-mail, as HQ has them, as far as known.
        inputs: The normalized arguments.
        unfinished: The e-mails of members with pending work.
    """
    declared = {email: sorted(each) for email, each in inputs["members"].items()}
    return State(
        {
            "project_id": project_id,
            "members": {email: _drop_email(members[email]) for email in sorted(members)},
            **{name: inputs[name] for name in TEAM_PROVIDER_ONLY_FIELDS if name in inputs},
            "unfinished": sorted(unfinished),
            "declared": declared,
        }
    )


def _drop_email(member: Fields) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name != "email"}


@dataclass(frozen=True)
class MemberDiff:
    """The difference between a state and the arguments.

    Attributes:
        additions: The arguments of members who are not in the state, by e-mail.
        changes: The names of the arguments that differ, by e-mail.
        removals: Members of the state who are no longer declared, by e-mail.
    """

    additions: dict[str, Inputs]
    changes: dict[str, tuple[str, ...]]
    removals: dict[str, Fields]


def diff_members(state: State, inputs: Inputs) -> MemberDiff:
    """Return which members to add, change and remove.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    live: Mapping[str, Fields] = state.get("members") or {}
    # Sorted, because Pulumi's protocol keeps no order: equal stacks should send equal bytes.
    wanted: Mapping[str, Inputs] = dict(sorted(inputs["members"].items()))
    differences = {e: diff_fields(live[e], each) for e, each in wanted.items() if e in live}
    return MemberDiff(
        {e: Inputs({**each, "email": e}) for e, each in wanted.items() if e not in live},
        {e: names for e, names in differences.items() if names},
        {e: each for e, each in live.items() if e not in wanted},
    )


def check(old: Fields, new: Fields, settings: Settings) -> tuple[Inputs, list[Problem]]:
    """Return the normalized arguments and every problem with them.

    Args:
        old: The arguments of the last run; not needed here.
        new: The arguments as written, the members as a list or by e-mail; values may be unknown.
        settings: The account, the region and the acting user.
    """
    del old
    given = add_account_scope(new, settings)
    inputs, problems = validate_arguments(ProjectMembersArguments, given)
    if isinstance(inputs.get("members"), (list, tuple, Mapping)):
        inputs["members"], found = _index_by_email(inputs["members"])
        problems += found
    return Inputs(inputs), problems + check_account_scope(given) + check_acting_user(settings)


def _index_by_email(written: Any) -> tuple[dict[str, Any], list[Problem]]:
    members: dict[str, Any] = {}
    problems: list[Problem] = []
    for number, row in enumerate(_iterate_rows(written), 1):
        if not isinstance(row, Mapping):
            problems.append(_describe_invalid_member(number, row))
            continue
        key, fields, found = _parse_member(number, row)
        problems += found
        if key in members:
            problems.append(Problem(key, "is in the list twice; write each member once"))
        members[key] = fields
    return dict(sorted(members.items())), problems


def _iterate_rows(written: Any) -> Iterator[Any]:
    if not isinstance(written, Mapping):
        yield from written
        return
    for email, row in written.items():
        yield {**row, "email": email} if isinstance(row, Mapping) else row


def _parse_member(number: int, row: Fields) -> tuple[str, dict[str, Any], list[Problem]]:
    """Return the key of a member, their fields without the e-mail, and the problems."""
    given = {name: value for name, value in row.items() if value is not None}
    fields, problems = validate_arguments(MemberFields, given)
    email = fields.pop("email", None)
    nameless = not isinstance(email, str) or any(each.argument == "email" for each in problems)
    key = f"member {number}" if nameless else email
    problems += check_access(given)
    return key, fields, [Problem(key, str(problem)) for problem in problems]


def _describe_invalid_member(number: int, row: object) -> Problem:
    if isinstance(row, Unknown) or is_unknown(row):
        return Problem("members", f"holds something that is not known yet at place {number}")
    shown = normalize.quote_value(row)
    return Problem("members", f"holds {shown}; write each member as {{'email': …}}")


def diff(state: State, inputs: Inputs) -> Diff:
    """Compare the members with the state, regardless of their order; send nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The normalized arguments; values may be unknown.
    """
    replaces = (
        *find_scope_changes(state, inputs),
        *find_identity_changes(state, inputs, ("project_id",)),
    )
    unfinished = bool(state.get("unfinished"))
    changed: tuple[str, ...] = replaces
    if inputs.get("on_removal", "retain") != state.get("on_removal", "retain"):
        changed = (*changed, "on_removal")
    if isinstance(inputs["members"], Unknown):
        return Diff((*changed, "members"), replaces, unfinished)
    member_diff = diff_members(state, inputs)
    if member_diff.additions or member_diff.changes or member_diff.removals:
        changed = (*changed, "members")
    warnings = () if replaces else _build_warnings(state, inputs, member_diff)
    return Diff(changed, replaces, unfinished, warnings)


def _build_warnings(state: State, inputs: Inputs, member_diff: MemberDiff) -> tuple[str, ...]:
    where = f"in project {state.get('project_id')}"
    services = {name for names in member_diff.changes.values() for name in names}
    emails = [e for e, names in member_diff.changes.items() if build_services_warnings("", names)]
    warnings = build_services_warnings(
        f"{format_emails(emails)} {where}", services if emails else ()
    )
    # A member whose e-mail is unknown may be one of the members to remove.
    all_known = all("@" in email for email in inputs["members"])
    if member_diff.removals and all_known and inputs.get("on_removal", "retain") == "retain":
        warnings = (
            *warnings,
            format_retained_members(member_diff.removals, str(state.get("project_id"))),
        )
    return warnings


def format_retained_members(emails: Collection[str], project_id: str) -> str:
    """Return the warning about members who are no longer declared and stay in the project."""
    verb = "stays" if len(emails) == 1 else "stay"
    return (
        f"BIM 360: {format_emails(emails)} {verb} in project {project_id}: HQ documents no way to "
        "remove a member; remove them in Project Admin, or declare on_removal='remove' to try."
    )


def read(run: Run, entity_id: str, state: State) -> ReadResult | None:
    """Return the declared members as HQ has them, or None if the project no longer exists.

    Args:
        run: The engine run.
        entity_id: The project's id, and ``:members``.
        state: The outputs of the last run; without them all members are returned.

    Raises:
        NotFoundError: A look-up found no project, or the whole account is not visible.
        AccProjectError: A look-up found the members of an ACC project.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    refreshing = "account_id" in state
    project_id, _, _ = split_id(entity_id)
    try:
        users = list(run.hq.project_users.walk(project_id))
    except NotFoundError as error:
        # HQ returns 404 for the users of a project also if the app may not see the account.
        if refreshing and is_deleted(run, error, "user"):
            return None
        raise
    if not refreshing:
        refuse_acc_members(run, project_id, users)
    live = {user.email.lower(): build_member(user) for user in users}
    everyone = dict.fromkeys(live, PATCHABLE_FIELDS)
    declared = state.get("declared", everyone) if refreshing else everyone
    present = {email: live[email] for email in declared if email in live}
    kept = {
        **run.account_scope,
        **{k: state[k] for k in TEAM_PROVIDER_ONLY_FIELDS if k in state},
    }
    mirrored = {e: derive_fields(present[e], declared[e]) for e in sorted(present)}
    inputs = Inputs({**kept, "project_id": project_id, "members": mirrored})
    unfinished = state.get("unfinished") or ()
    outs = build_outputs(project_id, present, inputs, unfinished)
    return ReadResult(
        build_team_id(project_id), State({**outs, "declared": dict(declared)}), inputs
    )


def create(run: Run, inputs: Inputs) -> tuple[str, State]:
    """Add the members to the project; adopt those who are in it already.

    Args:
        run: The engine run.
        inputs: The normalized arguments.

    Returns:
        The id and the outputs; the output ``unfinished`` has the refused members.

    Raises:
        ConfigError: There is no acting user.
        InputError: No member could be added; the message has the first refusal.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be reached; the next run checks.
    """
    project_id = inputs["project_id"]
    wanted = diff_members(State({}), inputs).additions
    imported, unfinished = import_team(run, project_id, wanted)
    if imported.refusals and not imported.added_members:
        email, message = next(iter(imported.refusals.items()))
        raise InputError(format_refusal(project_id, email, message))
    return build_team_id(project_id), build_outputs(
        project_id, imported.added_members, inputs, unfinished
    )


def update(run: Run, entity_id: str, state: State, inputs: Inputs) -> State:
    """Make HQ equal to the arguments, member by member; return the outputs.

    A failure for one member does not affect the others: it is a warning, and the output
    ``unfinished`` has the member.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first request, so that nothing was done.
        UnansweredError: HQ sent no response to it.
    """
    project_id, _, _ = split_id(entity_id)
    member_diff = diff_members(state, inputs)
    imported, unfinished = import_team(run, project_id, member_diff.additions)
    members = {e: each for e, each in state["members"].items() if e in inputs["members"]}
    changed = _apply_changes(run, project_id, members, inputs, member_diff)
    if inputs.get("on_removal") == "remove":
        for email, member in member_diff.removals.items():
            remove_member(run, project_id, {**member, "email": email})
    unfinished |= member_diff.changes.keys() - changed.keys()
    return build_outputs(
        project_id, {**members, **changed, **imported.added_members}, inputs, unfinished
    )


def _apply_changes(
    run: Run,
    project_id: str,
    members: Mapping[str, Fields],
    inputs: Inputs,
    member_diff: MemberDiff,
) -> dict[str, dict[str, Any]]:
    """Change members; return the changed ones, and warn about the others."""
    errors: list[Bim360Error] = []

    def attempt(email: str, names: tuple[str, ...]) -> dict[str, Any] | None:
        member = {**members[email], "email": email}
        try:
            return patch_member(run, project_id, member, inputs["members"][email], names)
        except Bim360Error as error:
            errors.append(error)
            return None

    attempts = {email: attempt(email, names) for email, names in member_diff.changes.items()}
    changed = {email: member for email, member in attempts.items() if member is not None}
    if errors and not changed and not member_diff.additions:
        raise errors[0]
    for error in errors:
        run.warn(f"{error} The next `pulumi up` tries again.")
    return changed


def delete(run: Run, entity_id: str, state: State) -> None:
    """Leave the members in the project, or try to remove them if the stack declares it.

    Args:
        run: The engine run.
        entity_id: The project's id, and ``:members``.
        state: The outputs of the last run.

    Raises:
        ConfigError: There is no acting user to remove them.
        HqError: HQ failed; a later attempt may succeed.
        UnansweredError: HQ sent no response.
    """
    project_id, _, _ = split_id(entity_id)
    members: Mapping[str, Fields] = state.get("members") or {}
    if plan_removal("project_members", state).kind is RemovalKind.REMOVE:
        for email, member in members.items():
            remove_member(run, project_id, {**member, "email": email})
    elif members and state.get("on_removal") == "retain":
        message = f"members of project {project_id} stay: {format_emails(members)}"
        run.info(f"BIM 360: {message} (retain).")
    elif members:
        run.warn(format_retained_members(members, project_id))
