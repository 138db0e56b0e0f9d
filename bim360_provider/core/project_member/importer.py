"""Add members to a project with HQ's import, and read its result for each row."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from bim360_provider.core.create_once import LOOKUP_DELAYS, create_once
from bim360_provider.core.project_member.rules import build_import_row
from bim360_provider.core.run import Run
from bim360_provider.errors import Bim360Error, InputError
from bim360_provider.hq.api.project_user import MAX_IMPORT_ROWS
from bim360_provider.models import normalize
from bim360_provider.models.project_user import (
    MEMBER_SERVICES,
    ImportResponse,
    ImportRow,
    ProjectUser,
)

__all__ = [
    "ImportResult",
    "build_member",
    "find_members",
    "find_role_ids",
    "format_emails",
    "format_refusal",
    "import_members",
]


def find_role_ids(run: Run, project_id: str, names: Sequence[str], email: str) -> list[str]:
    """Return the ids of roles in a project; the look-up is one request for project and run.

    Raises:
        InputError: The project has no such role; the nearest that it has is named.
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    if not names:
        return []
    known = {role.name: role.id for role in run.hq.industry_roles.list_for_project(project_id)}
    wrong = [
        normalize.describe_unknown_choice(name, tuple(known)) for name in names if name not in known
    ]
    if wrong:
        msg = f"BIM 360: {email} in project {project_id}: industry_roles {'; '.join(wrong)}."
        raise InputError(msg)
    return [known[name] for name in names]


Values = Mapping[str, Any]

INACTIVE_SERVICE_CODE: Final = "(code 2000)"
"""HQ's word for a service that is neither active nor pending in the project.

https://stackoverflow.com/questions/51520301 met it just after a project was made.
"""

NO_ROW_RESULT: Final = '"it was neither taken nor refused"'
"""What is said of a row that an answer leaves out."""


@dataclass
class ImportResult:
    """What became of those who were to join.

    Attributes:
        members: Who joined now, by e-mail: the member's fields and ``user_id``.
        present: Who was in the project before, by e-mail, as HQ has them.
        refused: Who is not in it, by e-mail, each with HQ's words.
    """

    added_members: dict[str, dict[str, Any]] = field(default_factory=dict)
    existing_members: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)


def import_members(run: Run, project_id: str, wanted: Mapping[str, Values]) -> ImportResult:
    """Add those who are not in the project yet, up to 50 with each request.

    Who is there already is not imported again: nobody says what HQ's import does to the
    access that they have.

    Args:
        run: The account, and what this run knows.
        project_id: Its id.
        wanted: The members' arguments in normal form, by e-mail.

    Raises:
        ConfigError: There is no acting user.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be asked; the next run finds out.
    """
    joined = ImportResult(existing_members=find_members(run, project_id, wanted))
    rows = {e: each for e, each in wanted.items() if e not in joined.existing_members}
    bodies = _build_rows(run, project_id, rows, joined.refusals)
    for batch in _split_batches(bodies.values()):
        try:
            answer = _import_with_retry(run, project_id, batch)
        except Bim360Error as error:
            if not joined.added_members:
                raise
            joined.refusals.update({row["email"]: str(error) for row in batch})
            continue
        _record_rows(joined, answer, batch, wanted)
    return joined


def find_members(run: Run, project_id: str, emails: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return those of the given e-mails who are in the project, as HQ has them."""
    asked = set(emails)
    users: Iterable[ProjectUser | None]
    if len(asked) == 1:
        users = [run.hq.project_users.search_by_email(project_id, *asked)]
    else:
        users = run.hq.project_users.walk(project_id) if asked else ()
    there = [build_member(user) for user in users if user is not None]
    return {member["email"]: member for member in there if member["email"] in asked}


def build_member(user: ProjectUser) -> dict[str, Any]:
    """Return a member as HQ has them, for the state."""
    return {**user.get_fields(), "user_id": user.id, "status": user.status}


def _build_rows(
    run: Run, project_id: str, wanted: Mapping[str, Values], refused: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the rows to send; one with a role that the project lacks is set aside."""

    def body(inputs: Values) -> dict[str, Any] | None:
        names = inputs.get("industry_roles") or ()
        try:
            return build_import_row(inputs, find_role_ids(run, project_id, names, inputs["email"]))
        except InputError as error:
            refused[inputs["email"]] = str(error)
            return None

    bodies = {email: body(inputs) for email, inputs in wanted.items()}
    return {email: each for email, each in bodies.items() if each is not None}


def _split_batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while batch := list(islice(left, MAX_IMPORT_ROWS)):
        yield batch


def _import_with_retry(
    run: Run, project_id: str, batch: Sequence[Mapping[str, Any]]
) -> ImportResponse:
    """Import, and once more for a while those whom HQ refuses because a service is not active yet.

    Just after a project is made or activated that passes by itself.
    """
    answer = _import_batch(run, project_id, batch)
    for pause in LOOKUP_DELAYS:
        early = {
            row.row_email
            for row in answer.failure_items
            if INACTIVE_SERVICE_CODE in row.error_message
        }
        if not early:
            break
        run.sleep(pause, f"a service of project {project_id} is not active yet")
        try:
            again = _import_batch(run, project_id, [row for row in batch if row["email"] in early])
        except Bim360Error:
            break  # what the answers before it say is true all the same
        others = [row for row in answer.failure_items if row.row_email not in early]
        answer = ImportResponse(
            success_items=[*answer.success_items, *again.success_items],
            failure_items=[*others, *again.failure_items],
        )
    return answer


def _import_batch(run: Run, project_id: str, batch: Sequence[Mapping[str, Any]]) -> ImportResponse:
    emails = [row["email"] for row in batch]

    def ours(_since: object) -> ImportResponse | None:
        """Return who of the batch is in the project now; none of them was before."""
        there = find_members(run, project_id, emails).items()
        items = [ImportRow(email=email, user_id=each["user_id"]) for email, each in there]
        return ImportResponse(success_items=items) if items else None

    def post() -> ImportResponse:
        return run.hq.project_users.import_rows(project_id, batch)

    called = emails[0] if len(emails) == 1 else f"{emails[0]} and {len(emails) - 1} more"
    return create_once(run, called, "member", post, ours)


def _record_rows(
    joined: ImportResult,
    answer: ImportResponse,
    batch: Sequence[Mapping[str, Any]],
    wanted: Mapping[str, Values],
) -> None:
    taken = {row.row_email: row for row in answer.success_items if row.row_user_id}
    refused = {row.row_email: row.error_message for row in answer.failure_items}
    for row in batch:
        email = row["email"]
        if email in taken:
            joined.added_members[email] = _build_added_member(taken[email], row, wanted[email])
        else:
            joined.refusals[email] = refused.get(email) or NO_ROW_RESULT


def _build_added_member(taken: ImportRow, row: Mapping[str, Any], inputs: Values) -> dict[str, Any]:
    """Return somebody who joined: as was sent, but for what the answer says otherwise."""
    sent = set(row.get("industry_roles") or ())
    lost = taken.industry_roles is not None and not sent <= set(taken.industry_roles)
    return {
        "email": row["email"],
        "company_id": taken.company_id or row.get("company_id"),
        # Roles have been seen to get lost in an import; what is missing is set by a PATCH.
        "industry_roles": [] if lost else list(inputs.get("industry_roles") or ()),
        **{service: inputs.get(service) or None for service in MEMBER_SERVICES},
        "user_id": taken.row_user_id,
        "status": None,
    }


MAX_LISTED_EMAILS: Final = 5
"""E-mails that a line for people names; the preview shows the rest."""


def format_emails(emails: Collection[str]) -> str:
    """Return e-mails as a line can hold them: five of them, and how many more there are."""
    shown = sorted(emails)[:MAX_LISTED_EMAILS]
    more = len(emails) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else ", ".join(shown)


def format_refusal(project_id: str, email: str, words: str) -> str:
    """Return what is said of a row that was refused."""
    if words.startswith("BIM 360: "):
        return words
    return f"BIM 360: {email} was not added to project {project_id}: HQ answered {words}."
