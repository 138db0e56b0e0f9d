"""Add members to a project with HQ's import, and read its result for each row."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from bim360_provider.core.create_once import LOOKS, made_once
from bim360_provider.core.project_member.rules import import_row
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.hq import HqClient
from bim360_provider.hq.api.project_user import ROWS
from bim360_provider.models import normalize
from bim360_provider.models.project_user import SERVICES, ImportAnswer, ImportRow, ProjectUser

__all__ = ["Joined", "found", "join", "listed", "not_added", "role_ids", "seen"]


def role_ids(client: HqClient, project_id: str, names: Sequence[str], email: str) -> list[str]:
    """Return the ids of roles in a project; the look-up is one request for project and run.

    Raises:
        InputError: The project has no such role; the nearest that it has is named.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    if not names:
        return []
    known = {role.name: role.id for role in client.industry_roles.of(project_id)}
    wrong = [normalize.unknown_choice(name, tuple(known)) for name in names if name not in known]
    if wrong:
        msg = f"BIM 360: {email} in project {project_id}: industry_roles {'; '.join(wrong)}."
        raise InputError(msg)
    return [known[name] for name in names]


Values = Mapping[str, Any]

NOT_ACTIVE: Final = "(code 2000)"
"""HQ's word for a service that is neither active nor pending in the project.

https://stackoverflow.com/questions/51520301 met it just after a project was made.
"""

UNTOLD: Final = '"it was neither taken nor refused"'
"""What is said of a row that an answer leaves out."""


@dataclass
class Joined:
    """What became of those who were to join.

    Attributes:
        members: Who joined now, by e-mail: the member's fields and ``user_id``.
        present: Who was in the project before, by e-mail, as HQ has them.
        refused: Who is not in it, by e-mail, each with HQ's words.
    """

    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    present: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def join(client: HqClient, project_id: str, wanted: Mapping[str, Values]) -> Joined:
    """Add those who are not in the project yet, up to 50 with each request.

    Who is there already is not imported again: nobody says what HQ's import does to the
    access that they have.

    Args:
        client: The account that the project is in.
        project_id: Its id.
        wanted: The members' arguments in normal form, by e-mail.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    joined = Joined(present=found(client, project_id, wanted))
    rows = {e: each for e, each in wanted.items() if e not in joined.present}
    bodies = _bodies(client, project_id, rows, joined.refused)
    for batch in _batches(bodies.values()):
        try:
            answer = _patiently(client, project_id, batch)
        except Bim360Error as error:
            if not joined.members:
                raise
            joined.refused.update({row["email"]: str(error) for row in batch})
            continue
        _sort_out(joined, answer, batch, wanted)
    return joined


def found(client: HqClient, project_id: str, emails: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return those of the given e-mails who are in the project, as HQ has them."""
    asked = set(emails)
    users: Iterable[ProjectUser | None]
    if len(asked) == 1:
        users = [client.project_users.with_email(project_id, *asked)]
    else:
        users = client.project_users.walk(project_id) if asked else ()
    there = [seen(user) for user in users if user is not None]
    return {member["email"]: member for member in there if member["email"] in asked}


def seen(user: ProjectUser) -> dict[str, Any]:
    """Return a member as HQ has them, for the state."""
    return {**user.fields(), "user_id": user.id, "status": user.status}


def _bodies(
    client: HqClient, project_id: str, wanted: Mapping[str, Values], refused: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the rows to send; one with a role that the project lacks is set aside."""

    def body(inputs: Values) -> dict[str, Any] | None:
        names = inputs.get("industry_roles") or ()
        try:
            return import_row(inputs, role_ids(client, project_id, names, inputs["email"]))
        except InputError as error:
            refused[inputs["email"]] = str(error)
            return None

    bodies = {email: body(inputs) for email, inputs in wanted.items()}
    return {email: each for email, each in bodies.items() if each is not None}


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while batch := list(islice(left, ROWS)):
        yield batch


def _patiently(
    client: HqClient, project_id: str, batch: Sequence[Mapping[str, Any]]
) -> ImportAnswer:
    """Import, and once more for a while those whom HQ refuses because a service is not active yet.

    Just after a project is made or activated that passes by itself.
    """
    answer = _imported(client, project_id, batch)
    for pause in LOOKS:
        early = {row.address for row in answer.failure_items if NOT_ACTIVE in row.words}
        if not early:
            break
        client.transport.wait(pause, f"a service of project {project_id} is not active yet")
        try:
            again = _imported(client, project_id, [row for row in batch if row["email"] in early])
        except Bim360Error:
            break  # what the answers before it say is true all the same
        others = [row for row in answer.failure_items if row.address not in early]
        answer = ImportAnswer(
            success_items=[*answer.success_items, *again.success_items],
            failure_items=[*others, *again.failure_items],
        )
    return answer


def _imported(
    client: HqClient, project_id: str, batch: Sequence[Mapping[str, Any]]
) -> ImportAnswer:
    emails = [row["email"] for row in batch]

    def ours(_since: object) -> ImportAnswer | None:
        """Return who of the batch is in the project now; none of them was before."""
        there = found(client, project_id, emails).items()
        items = [ImportRow(email=email, user_id=each["user_id"]) for email, each in there]
        return ImportAnswer(success_items=items) if items else None

    def post() -> ImportAnswer:
        return client.project_users.import_rows(project_id, batch)

    called = emails[0] if len(emails) == 1 else f"{emails[0]} and {len(emails) - 1} more"
    return made_once(client, called, "member", post, ours)


def _sort_out(
    joined: Joined,
    answer: ImportAnswer,
    batch: Sequence[Mapping[str, Any]],
    wanted: Mapping[str, Values],
) -> None:
    taken = {row.address: row for row in answer.success_items if row.user}
    refused = {row.address: row.words for row in answer.failure_items}
    for row in batch:
        email = row["email"]
        if email in taken:
            joined.members[email] = _member(taken[email], row, wanted[email])
        else:
            joined.refused[email] = refused.get(email) or UNTOLD


def _member(taken: ImportRow, row: Mapping[str, Any], inputs: Values) -> dict[str, Any]:
    """Return somebody who joined: as was sent, but for what the answer says otherwise."""
    sent = set(row.get("industry_roles") or ())
    lost = taken.industry_roles is not None and not sent <= set(taken.industry_roles)
    return {
        "email": row["email"],
        "company_id": taken.company_id or row.get("company_id"),
        # Roles have been seen to get lost in an import; what is missing is set by a PATCH.
        "industry_roles": [] if lost else list(inputs.get("industry_roles") or ()),
        **{service: inputs.get(service) or None for service in SERVICES},
        "user_id": taken.user,
        "status": None,
    }


LISTED: Final = 5
"""E-mails that a line for people names; the preview shows the rest."""


def listed(emails: Collection[str]) -> str:
    """Return e-mails as a line can hold them: five of them, and how many more there are."""
    shown = sorted(emails)[:LISTED]
    more = len(emails) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else ", ".join(shown)


def not_added(project_id: str, email: str, words: str) -> str:
    """Return what is said of a row that was refused."""
    if words.startswith("BIM 360: "):
        return words
    return f"BIM 360: {email} was not added to project {project_id}: HQ answered {words}."
