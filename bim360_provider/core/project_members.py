"""All members of a project in one resource: check, diff, create, read, update and delete."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bim360_provider.core.entity import DECLARED, Difference, Live
from bim360_provider.core.not_found import is_gone
from bim360_provider.core.project_member.importer import Joined, join, listed, not_added, seen
from bim360_provider.core.project_member.lifecycle import change, leave, settle
from bim360_provider.core.project_member.rules import (
    access_problems,
    differing,
    member_id,
    mirrored_fields,
    moved_to,
    services_warnings,
    split_id,
    unacted,
)
from bim360_provider.core.run import Owners
from bim360_provider.core.settings import Settings, moved, place_of, placed, unplaced
from bim360_provider.core.validation import Problem, Unknown, is_unknown, validated
from bim360_provider.errors import Bim360Error, InputError, NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models import normalize
from bim360_provider.models.project_member import (
    MANAGED,
    TEAM_PROVIDER_ONLY,
    MemberFields,
    ProjectMembersArguments,
)

__all__ = [
    "Comparison",
    "check",
    "compared",
    "create",
    "delete",
    "diff",
    "joined_by",
    "outputs",
    "read",
    "stays",
    "team_id",
    "update",
]

Values = Mapping[str, Any]


def team_id(project_id: str) -> str:
    """Return the id of a project's members: no project has it, and no single member."""
    return f"{project_id}:members"


def outputs(
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
        "members": {email: _kept(members[email]) for email in sorted(members)},
        **{name: inputs[name] for name in TEAM_PROVIDER_ONLY if name in inputs},
        "unfinished": sorted(unfinished),
        DECLARED: declared,
    }


def _kept(member: Values) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name != "email"}


@dataclass(frozen=True)
class Comparison:
    """What lies between a state and the arguments.

    Attributes:
        joining: Arguments of those who are not in the state, by e-mail.
        changing: Names of the arguments that differ, by e-mail.
        leaving: Those of the state who are declared no more, by e-mail.
    """

    joining: dict[str, dict[str, Any]]
    changing: dict[str, tuple[str, ...]]
    leaving: dict[str, Values]


def compared(state: Values, inputs: Values) -> Comparison:
    """Return who joins, who changes and who leaves.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    live: Mapping[str, Values] = state.get("members") or {}
    # Sorted, because Pulumi's protocol keeps no order: equal stacks are to send equal bytes.
    wanted: Mapping[str, Values] = dict(sorted(inputs["members"].items()))
    differences = {e: differing(live[e], each) for e, each in wanted.items() if e in live}
    return Comparison(
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
    given = placed(new, settings)
    inputs, problems = validated(ProjectMembersArguments, given)
    if isinstance(inputs.get("members"), (list, tuple, Mapping)):
        inputs["members"], found = _by_email(inputs["members"])
        problems += found
    return inputs, problems + unplaced(given) + unacted(settings)


def _by_email(written: Any) -> tuple[dict[str, Any], list[Problem]]:
    members: dict[str, Any] = {}
    problems: list[Problem] = []
    for number, row in enumerate(_rows(written), 1):
        if not isinstance(row, Mapping):
            problems.append(_no_member(number, row))
            continue
        key, fields, found = _member(number, row)
        problems += found
        if key in members:
            problems.append(Problem(key, "is in the list twice; write each member once"))
        members[key] = fields
    return dict(sorted(members.items())), problems


def _rows(written: Any) -> Iterator[Any]:
    if not isinstance(written, Mapping):
        yield from written
        return
    for email, row in written.items():
        yield {**row, "email": email} if isinstance(row, Mapping) else row


def _member(number: int, row: Values) -> tuple[str, dict[str, Any], list[Problem]]:
    """Return the key of a member, their fields without the e-mail, and what is wrong."""
    given = {name: value for name, value in row.items() if value is not None}
    fields, problems = validated(MemberFields, given)
    email = fields.pop("email", None)
    nameless = not isinstance(email, str) or any(each.argument == "email" for each in problems)
    key = f"member {number}" if nameless else email
    problems += access_problems(given)
    return key, fields, [Problem(key, str(problem)) for problem in problems]


def _no_member(number: int, row: object) -> Problem:
    if isinstance(row, Unknown) or is_unknown(row):
        return Problem("members", f"holds something that is not known yet at place {number}")
    shown = normalize.shown(row)
    return Problem("members", f"holds {shown}; write each member as {{'email': …}}")


def diff(state: Values, inputs: Values) -> Difference:
    """Return what would change; the order in which members were written means nothing.

    Args:
        state: The outputs of the last run or refresh.
        inputs: The arguments in normal form; values may be unknown.
    """
    replaces = (*moved(state, inputs), *moved_to(state, inputs, ("project_id",)))
    unfinished = bool(state.get("unfinished"))
    changed: tuple[str, ...] = replaces
    if inputs.get("on_removal", "retain") != state.get("on_removal", "retain"):
        changed = (*changed, "on_removal")
    if isinstance(inputs["members"], Unknown):
        return Difference((*changed, "members"), replaces, unfinished)
    between = compared(state, inputs)
    if between.joining or between.changing or between.leaving:
        changed = (*changed, "members")
    warnings = () if replaces else _warnings(state, inputs, between)
    return Difference(changed, replaces, unfinished, warnings)


def _warnings(state: Values, inputs: Values, between: Comparison) -> tuple[str, ...]:
    where = f"in project {state.get('project_id')}"
    services = {name for names in between.changing.values() for name in names}
    who = [e for e, names in between.changing.items() if services_warnings("", names)]
    told = services_warnings(f"{listed(who)} {where}", services if who else ())
    # Whose e-mail is not known yet may be one of those who seem to leave.
    all_known = all("@" in email for email in inputs["members"])
    if between.leaving and all_known and inputs.get("on_removal", "retain") == "retain":
        told = (*told, stays(between.leaving, str(state.get("project_id"))))
    return told


def stays(emails: Collection[str], project_id: str) -> str:
    """Return what is said of members who are declared no more and stay all the same."""
    verb = "stays" if len(emails) == 1 else "stay"
    return (
        f"BIM 360: {listed(emails)} {verb} in project {project_id}: HQ documents no way to remove "
        "a member; take them out in Project Admin, or declare on_removal='remove' to try."
    )


TOLD: Final = 10
"""Refused rows that are told one by one; all are in the output ``unfinished``."""


def joined_by(
    client: HqClient, project_id: str, wanted: Mapping[str, Values], owners: Owners
) -> tuple[Joined, set[str]]:
    """Return what became of those who were to join, and of whom something is left to do.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    joined = join(client, project_id, wanted) if wanted else Joined()
    unfinished = set(joined.refused)
    for email, member in {**joined.present, **joined.members}.items():
        joined.members[email], left = settle(client, project_id, member, wanted[email])
        unfinished |= {email} if left else set()
    _tell(client, project_id, joined)
    for email in joined.present:
        owners.takes(member_id(project_id, joined.members[email]["user_id"]))
    return joined, unfinished


def _tell(client: HqClient, project_id: str, joined: Joined) -> None:
    if joined.present:
        words = f"in project {project_id} before: {listed(joined.present)}"
        client.transport.tell(f"BIM 360: taken over, because they were {words}.")
    for email, words in sorted(joined.refused.items())[:TOLD]:
        line = f"{not_added(project_id, email, words)} The next `pulumi up` tries again."
        client.transport.tell(line, warning=True)
    if len(joined.refused) > TOLD:
        words = f"{len(joined.refused) - TOLD} more were not added to project {project_id}"
        line = f"BIM 360: {words}; the output `unfinished` names all."
        client.transport.tell(line, warning=True)


def read(client: HqClient, entity_id: str, state: Values) -> Live | None:
    """Return the declared members as HQ has them, or None if the project is gone.

    Args:
        client: The account that the project is in.
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
        live = {user.email.lower(): seen(user) for user in client.project_users.walk(project_id)}
    except NotFoundError as error:
        # Asked for people, HQ denies the project also to an app that may not see the account.
        if refreshing and is_gone(client, error, "user"):
            return None
        raise
    everybody = dict.fromkeys(live, MANAGED)
    declared = state.get(DECLARED, everybody) if refreshing else everybody
    there = {email: live[email] for email in declared if email in live}
    kept = {**place_of(client), **{k: state[k] for k in TEAM_PROVIDER_ONLY if k in state}}
    mirrored = {e: mirrored_fields(there[e], declared[e]) for e in sorted(there)}
    inputs = {**kept, "project_id": project_id, "members": mirrored}
    unfinished = state.get("unfinished") or ()
    outs = outputs(project_id, there, inputs, unfinished)
    return Live(team_id(project_id), {**outs, DECLARED: dict(declared)}, inputs)


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Add the members to the project; whoever is in it already is taken over.

    Args:
        client: The account that the project is in.
        inputs: The arguments in normal form.
        settings: Not needed here.
        owners: Are told whom this run has taken over.

    Returns:
        The id and the outputs; those who were refused are in the output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        InputError: Nobody at all could be added; the first refusal is told.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    del settings
    project_id = inputs["project_id"]
    wanted = compared({}, inputs).joining
    joined, unfinished = joined_by(client, project_id, wanted, owners or Owners())
    if joined.refused and not joined.members:
        email, words = next(iter(joined.refused.items()))
        raise InputError(not_added(project_id, email, words))
    return team_id(project_id), outputs(project_id, joined.members, inputs, unfinished)


def update(client: HqClient, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments, member by member; return the outputs.

    What fails for one member undoes nothing of the others: it is told, and recorded in the
    output ``unfinished``.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first request, so that nothing was done.
        UnansweredError: No answer came to it.
    """
    project_id, _, _ = split_id(entity_id)
    between = compared(state, inputs)
    joined, unfinished = joined_by(client, project_id, between.joining, Owners())
    members = {e: each for e, each in state["members"].items() if e in inputs["members"]}
    changed = _changed(client, project_id, members, inputs, between)
    if inputs.get("on_removal") == "remove":
        for email, member in between.leaving.items():
            leave(client, project_id, {**member, "email": email})
    unfinished |= between.changing.keys() - changed.keys()
    return outputs(project_id, {**members, **changed, **joined.members}, inputs, unfinished)


def _changed(
    client: HqClient,
    project_id: str,
    members: Mapping[str, Values],
    inputs: Values,
    between: Comparison,
) -> dict[str, dict[str, Any]]:
    """Return those who could be changed, as they are now; of the others people are told."""
    errors: list[Bim360Error] = []

    def attempt(email: str, names: tuple[str, ...]) -> dict[str, Any] | None:
        member = {**members[email], "email": email}
        try:
            return change(client, project_id, member, inputs["members"][email], names)
        except Bim360Error as error:
            errors.append(error)
            return None

    attempts = {email: attempt(email, names) for email, names in between.changing.items()}
    changed = {email: member for email, member in attempts.items() if member is not None}
    if errors and not changed and not between.joining:
        raise errors[0]
    for error in errors:
        client.transport.tell(f"{error} The next `pulumi up` tries again.", warning=True)
    return changed


def delete(client: HqClient, entity_id: str, state: Values, owners: Owners | None = None) -> None:
    """Leave the members in the project, or try to remove them if the stack asked for that.

    Args:
        client: The account that the project is in.
        entity_id: The project's id, and ``:members``.
        state: The outputs of the last run.
        owners: Know whom another resource has taken over in this run.

    Raises:
        ConfigError: There is no acting user to remove them.
        HqError: HQ failed, so that it may work later.
        UnansweredError: No answer came.
    """
    project_id, _, _ = split_id(entity_id)
    members: Mapping[str, Values] = state.get("members") or {}
    if state.get("on_removal") == "remove":
        for email, member in members.items():
            leave(client, project_id, {**member, "email": email}, owners)
    elif members and state.get("on_removal") == "retain":
        words = f"members of project {project_id} stay: {listed(members)}"
        client.transport.tell(f"BIM 360: {words} (retain).")
    elif members:
        client.transport.tell(stays(members, project_id), warning=True)
