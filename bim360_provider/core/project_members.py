"""All members of a project in one resource: check, diff, create, read, update and delete."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Diff, ReadResult
from bim360_provider.core.not_found import is_deleted
from bim360_provider.core.project_member.importer import (
    ImportResult,
    build_member,
    format_emails,
    format_refusal,
    import_members,
)
from bim360_provider.core.project_member.lifecycle import (
    apply_non_access_fields,
    patch_member,
    remove_member,
)
from bim360_provider.core.project_member.rules import (
    build_member_id,
    build_services_warnings,
    check_access,
    check_acting_user,
    derive_fields,
    diff_fields,
    find_identity_changes,
    split_id,
)
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
    "import_team",
    "read",
    "update",
]

Values = Mapping[str, Any]


def build_team_id(project_id: str) -> str:
    """Return the id of a project's members: no project has it, and no single member."""
    return f"{project_id}:members"


def build_outputs(
    project_id: str, members: Mapping[str, Values], inputs: Values, unfinished: Collection[str] = ()
) -> dict[str, Any]:
    """Return what goes into the state.

    Args:
        project_id: The project that they are in.
        members: Those who are in it, by e-mail, as HQ has them, as far as we know.
        inputs: The arguments in normal form.
        unfinished: E-mails of those about whom something is left to do.
    """
    declared = {email: sorted(each) for email, each in inputs["members"].items()}
    return {
        "project_id": project_id,
        "members": {email: _drop_email(members[email]) for email in sorted(members)},
        **{name: inputs[name] for name in TEAM_PROVIDER_ONLY_FIELDS if name in inputs},
        "unfinished": sorted(unfinished),
        DECLARED: declared,
    }


def _drop_email(member: Values) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name != "email"}


@dataclass(frozen=True)
class MemberDiff:
    """What lies between a state and the arguments.

    Attributes:
        joining: Arguments of those who are not in the state, by e-mail.
        changing: Names of the arguments that differ, by e-mail.
        leaving: Those of the state who are declared no more, by e-mail.
    """

    additions: dict[str, dict[str, Any]]
    changes: dict[str, tuple[str, ...]]
    removals: dict[str, Values]


def diff_members(state: Values, inputs: Values) -> MemberDiff:
    """Return who joins, who changes and who leaves.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    live: Mapping[str, Values] = state.get("members") or {}
    # Sorted, because Pulumi's protocol keeps no order: equal stacks are to send equal bytes.
    wanted: Mapping[str, Values] = dict(sorted(inputs["members"].items()))
    differences = {e: diff_fields(live[e], each) for e, each in wanted.items() if e in live}
    return MemberDiff(
        {e: {**each, "email": e} for e, each in wanted.items() if e not in live},
        {e: names for e, names in differences.items() if names},
        {e: each for e, each in live.items() if e not in wanted},
    )


def check(old: Values, new: Values, settings: Settings) -> tuple[dict[str, Any], list[Problem]]:
    """Return the arguments in normal form and everything that is wrong with them.

    Args:
        old: The arguments of the last run; not needed here.
        new: The arguments as written, the members as a list or by e-mail; values may be unknown.
        settings: Give the account, the region and the acting user.
    """
    del old
    given = add_account_scope(new, settings)
    inputs, problems = validate_arguments(ProjectMembersArguments, given)
    if isinstance(inputs.get("members"), (list, tuple, Mapping)):
        inputs["members"], found = _index_by_email(inputs["members"])
        problems += found
    return inputs, problems + check_account_scope(given) + check_acting_user(settings)


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


def _parse_member(number: int, row: Values) -> tuple[str, dict[str, Any], list[Problem]]:
    """Return the key of a member, their fields without the e-mail, and what is wrong."""
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


def diff(state: Values, inputs: Values) -> Diff:
    """Return what would change; the order in which members were written means nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
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
    between = diff_members(state, inputs)
    if between.additions or between.changes or between.removals:
        changed = (*changed, "members")
    warnings = () if replaces else _build_warnings(state, inputs, between)
    return Diff(changed, replaces, unfinished, warnings)


def _build_warnings(state: Values, inputs: Values, between: MemberDiff) -> tuple[str, ...]:
    where = f"in project {state.get('project_id')}"
    services = {name for names in between.changes.values() for name in names}
    who = [e for e, names in between.changes.items() if build_services_warnings("", names)]
    told = build_services_warnings(f"{format_emails(who)} {where}", services if who else ())
    # Whose e-mail is not known yet may be one of those who seem to leave.
    all_known = all("@" in email for email in inputs["members"])
    if between.removals and all_known and inputs.get("on_removal", "retain") == "retain":
        told = (*told, format_retained_members(between.removals, str(state.get("project_id"))))
    return told


def format_retained_members(emails: Collection[str], project_id: str) -> str:
    """Return what is said of members who are declared no more and stay all the same."""
    verb = "stays" if len(emails) == 1 else "stay"
    return (
        f"BIM 360: {format_emails(emails)} {verb} in project {project_id}: HQ documents no way to remove "
        "a member; take them out in Project Admin, or declare on_removal='remove' to try."
    )


MAX_REPORTED_REFUSALS: Final = 10
"""Refused rows that are told one by one; all are in the output ``unfinished``."""


def import_team(
    run: Run, project_id: str, wanted: Mapping[str, Values]
) -> tuple[ImportResult, set[str]]:
    """Return what became of those who were to join, and of whom something is left to do.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    joined = import_members(run, project_id, wanted) if wanted else ImportResult()
    unfinished = set(joined.refusals)
    for email, member in {**joined.existing_members, **joined.added_members}.items():
        joined.added_members[email], left = apply_non_access_fields(
            run, project_id, member, wanted[email]
        )
        unfinished |= {email} if left else set()
    _report_import(run, project_id, joined)
    for email in joined.existing_members:
        run.ownership.mark_adopted(
            build_member_id(project_id, joined.added_members[email]["user_id"])
        )
    return joined, unfinished


def _report_import(run: Run, project_id: str, joined: ImportResult) -> None:
    if joined.existing_members:
        words = f"in project {project_id} before: {format_emails(joined.existing_members)}"
        run.info(f"BIM 360: taken over, because they were {words}.")
    for email, words in sorted(joined.refusals.items())[:MAX_REPORTED_REFUSALS]:
        line = f"{format_refusal(project_id, email, words)} The next `pulumi up` tries again."
        run.warn(line)
    if len(joined.refusals) > MAX_REPORTED_REFUSALS:
        words = f"{len(joined.refusals) - MAX_REPORTED_REFUSALS} more were not added to project {project_id}"
        line = f"BIM 360: {words}; the output `unfinished` names all."
        run.warn(line)


def read(run: Run, entity_id: str, state: Values) -> ReadResult | None:
    """Return the declared members as HQ has them, or None if the project is gone.

    Args:
        run: The account, and what this run knows.
        entity_id: The project's id, and ``:members``.
        state: The outputs of the last run; without them everybody in the project is returned.

    Raises:
        NotFoundError: A look-up found no project, or the whole account is not visible.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    refreshing = "account_id" in state
    project_id, _, _ = split_id(entity_id)
    try:
        live = {
            user.email.lower(): build_member(user) for user in run.hq.project_users.walk(project_id)
        }
    except NotFoundError as error:
        # Asked for people, HQ denies the project also to an app that may not see the account.
        if refreshing and is_deleted(run, error, "user"):
            return None
        raise
    everybody = dict.fromkeys(live, PATCHABLE_FIELDS)
    declared = state.get(DECLARED, everybody) if refreshing else everybody
    there = {email: live[email] for email in declared if email in live}
    kept = {
        **run.account_scope,
        **{k: state[k] for k in TEAM_PROVIDER_ONLY_FIELDS if k in state},
    }
    mirrored = {e: derive_fields(there[e], declared[e]) for e in sorted(there)}
    inputs = {**kept, "project_id": project_id, "members": mirrored}
    unfinished = state.get("unfinished") or ()
    outs = build_outputs(project_id, there, inputs, unfinished)
    return ReadResult(build_team_id(project_id), {**outs, DECLARED: dict(declared)}, inputs)


def create(run: Run, inputs: Values) -> tuple[str, dict[str, Any]]:
    """Add the members to the project; whoever is in it already is taken over.

    Args:
        run: The account, and what this run knows.
        inputs: The arguments in normal form.

    Returns:
        The id and the outputs; those who were refused are in the output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        InputError: Nobody at all could be added; the first refusal is told.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    project_id = inputs["project_id"]
    wanted = diff_members({}, inputs).additions
    joined, unfinished = import_team(run, project_id, wanted)
    if joined.refusals and not joined.added_members:
        email, words = next(iter(joined.refusals.items()))
        raise InputError(format_refusal(project_id, email, words))
    return build_team_id(project_id), build_outputs(
        project_id, joined.added_members, inputs, unfinished
    )


def update(run: Run, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments, member by member; return the outputs.

    What fails for one member undoes nothing of the others: it is told, and recorded in the
    output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first request, so that nothing was done.
        UnansweredError: No answer came to it.
    """
    project_id, _, _ = split_id(entity_id)
    between = diff_members(state, inputs)
    joined, unfinished = import_team(run, project_id, between.additions)
    members = {e: each for e, each in state["members"].items() if e in inputs["members"]}
    changed = _apply_changes(run, project_id, members, inputs, between)
    if inputs.get("on_removal") == "remove":
        for email, member in between.removals.items():
            remove_member(run, project_id, {**member, "email": email})
    unfinished |= between.changes.keys() - changed.keys()
    return build_outputs(
        project_id, {**members, **changed, **joined.added_members}, inputs, unfinished
    )


def _apply_changes(
    run: Run,
    project_id: str,
    members: Mapping[str, Values],
    inputs: Values,
    between: MemberDiff,
) -> dict[str, dict[str, Any]]:
    """Return those who could be changed, as they are now; of the others people are told."""
    errors: list[Bim360Error] = []

    def attempt(email: str, names: tuple[str, ...]) -> dict[str, Any] | None:
        member = {**members[email], "email": email}
        try:
            return patch_member(run, project_id, member, inputs["members"][email], names)
        except Bim360Error as error:
            errors.append(error)
            return None

    attempts = {email: attempt(email, names) for email, names in between.changes.items()}
    changed = {email: member for email, member in attempts.items() if member is not None}
    if errors and not changed and not between.additions:
        raise errors[0]
    for error in errors:
        run.warn(f"{error} The next `pulumi up` tries again.")
    return changed


def delete(run: Run, entity_id: str, state: Values) -> None:
    """Leave the members in the project, or try to remove them if the stack asked for that.

    Args:
        run: The account, and what this run knows.
        entity_id: The project's id, and ``:members``.
        state: The outputs of the last run.

    Raises:
        ConfigError: There is no acting user to remove them.
        HqError: HQ failed, so that it may work later.
        UnansweredError: No answer came.
    """
    project_id, _, _ = split_id(entity_id)
    members: Mapping[str, Values] = state.get("members") or {}
    if state.get("on_removal") == "remove":
        for email, member in members.items():
            remove_member(run, project_id, {**member, "email": email})
    elif members and state.get("on_removal") == "retain":
        words = f"members of project {project_id} stay: {format_emails(members)}"
        run.info(f"BIM 360: {words} (retain).")
    elif members:
        run.warn(format_retained_members(members, project_id))
