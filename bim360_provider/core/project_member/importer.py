"""Add members to a project with HQ's import and evaluate the result of each row."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from bim360_provider.core.create_once import LOOKUP_DELAYS, create_once
from bim360_provider.core.entity import Inputs
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
    "refuse_acc_members",
]


def find_role_ids(run: Run, project_id: str, names: Sequence[str], email: str) -> list[str]:
    """Return the ids of roles in a project; one request for each project and run.

    Raises:
        InputError: The project has no such role; the message suggests the nearest.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
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


INACTIVE_SERVICE_CODE: Final = "(code 2000)"
"""HQ's code for a service that is neither active nor pending in the project.

Seen just after a project was created: https://stackoverflow.com/questions/51520301.
"""

NO_ROW_RESULT: Final = '"it was neither taken nor refused"'
"""The message for a row that the response leaves out."""


@dataclass
class ImportResult:
    """The result of an import.

    Attributes:
        added_members: Members who were added, by e-mail: their fields and ``user_id``.
        present: Members who were in the project before, by e-mail, as HQ has them.
        refusals: HQ's messages about refused rows, by e-mail.
    """

    added_members: dict[str, dict[str, Any]] = field(default_factory=dict)
    existing_members: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)


def import_members(run: Run, project_id: str, wanted: Mapping[str, Inputs]) -> ImportResult:
    """Add the members who are not in the project yet, up to 50 with each request.

    Existing members are not imported again: it is not documented what HQ's import does to
    their access.

    Args:
        run: The engine run.
        project_id: Its id.
        wanted: The members' arguments in normal form, by e-mail.

    Raises:
        ConfigError: There is no acting user.
        AccProjectError: The project is one of ACC.
        HqError: HQ refused the first import as a whole.
        UnansweredError: HQ could not be reached; the next run checks.
    """
    result = ImportResult(existing_members=find_members(run, project_id, wanted))
    rows = {e: each for e, each in wanted.items() if e not in result.existing_members}
    bodies = _build_rows(run, project_id, rows, result.refusals)
    for batch in _split_batches(bodies.values()):
        try:
            response = _import_with_retry(run, project_id, batch)
        except Bim360Error as error:
            if not result.added_members:
                raise
            result.refusals.update({row["email"]: str(error) for row in batch})
            continue
        _record_rows(result, response, batch, wanted)
    return result


def find_members(run: Run, project_id: str, emails: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the members of a project with the given e-mails, as HQ has them.

    Raises:
        AccProjectError: The project is one of ACC.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    wanted_emails = set(emails)
    users: Iterable[ProjectUser | None]
    if len(wanted_emails) == 1:
        users = [run.hq.project_users.search_by_email(project_id, *wanted_emails)]
    else:
        users = run.hq.project_users.walk(project_id) if wanted_emails else ()
    found = [user for user in users if user is not None]
    refuse_acc_members(run, project_id, found)
    present = [build_member(user) for user in found]
    return {member["email"]: member for member in present if member["email"] in wanted_emails}


def refuse_acc_members(run: Run, project_id: str, users: Iterable[ProjectUser]) -> None:
    """Check that members were not found in an ACC project, which construction/admin also serves.

    Only members with products of ACC cause a request.

    Raises:
        AccProjectError: The project is one of ACC.
    """
    if any(user.has_acc_products for user in users):
        run.hq.platforms.require_bim360(project_id, f"read members of project {project_id}")


def build_member(user: ProjectUser) -> dict[str, Any]:
    """Return the outputs of a member."""
    return {**user.get_fields(), "user_id": user.id, "status": user.status}


def _build_rows(
    run: Run, project_id: str, wanted: Mapping[str, Inputs], refusals: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the rows to send; refuse those with a role that the project lacks."""

    def body(inputs: Inputs) -> dict[str, Any] | None:
        names = inputs.get("industry_roles") or ()
        try:
            return build_import_row(inputs, find_role_ids(run, project_id, names, inputs["email"]))
        except InputError as error:
            refusals[inputs["email"]] = str(error)
            return None

    bodies = {email: body(inputs) for email, inputs in wanted.items()}
    return {email: each for email, each in bodies.items() if each is not None}


def _split_batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, MAX_IMPORT_ROWS)):
        yield batch


def _import_with_retry(
    run: Run, project_id: str, batch: Sequence[Mapping[str, Any]]
) -> ImportResponse:
    """Import; retry rows that HQ refuses because a service is not active yet.

    Just after a project was created or activated, this is temporary.
    """
    response = _import_batch(run, project_id, batch)
    for delay in LOOKUP_DELAYS:
        retryable = {
            row.row_email
            for row in response.failure_items
            if INACTIVE_SERVICE_CODE in row.error_message
        }
        if not retryable:
            break
        run.sleep(delay, f"a service of project {project_id} is not active yet")
        try:
            retried = _import_batch(
                run, project_id, [row for row in batch if row["email"] in retryable]
            )
        except Bim360Error:
            break  # the earlier responses remain valid
        others = [row for row in response.failure_items if row.row_email not in retryable]
        response = ImportResponse(
            success_items=[*response.success_items, *retried.success_items],
            failure_items=[*others, *retried.failure_items],
        )
    return response


def _import_batch(run: Run, project_id: str, batch: Sequence[Mapping[str, Any]]) -> ImportResponse:
    emails = [row["email"] for row in batch]

    def find_created(_since: object) -> ImportResponse | None:
        """Return the members of the batch who are in the project now; none was before."""
        present = find_members(run, project_id, emails).items()
        items = [ImportRow(email=email, user_id=each["user_id"]) for email, each in present]
        return ImportResponse(success_items=items) if items else None

    def post() -> ImportResponse:
        return run.hq.project_users.import_rows(project_id, batch)

    label = emails[0] if len(emails) == 1 else f"{emails[0]} and {len(emails) - 1} more"
    return create_once(run, label, "member", post, find_created)


def _record_rows(
    result: ImportResult,
    response: ImportResponse,
    batch: Sequence[Mapping[str, Any]],
    wanted: Mapping[str, Inputs],
) -> None:
    taken = {row.row_email: row for row in response.success_items if row.row_user_id}
    refusals = {row.row_email: row.error_message for row in response.failure_items}
    for row in batch:
        email = row["email"]
        if email in taken:
            result.added_members[email] = _build_added_member(taken[email], row, wanted[email])
        else:
            result.refusals[email] = refusals.get(email) or NO_ROW_RESULT


def _build_added_member(taken: ImportRow, row: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    """Return an added member: the sent values, corrected by HQ's response."""
    sent = set(row.get("industry_roles") or ())
    lost = taken.industry_roles is not None and not sent <= set(taken.industry_roles)
    return {
        "email": row["email"],
        "company_id": taken.company_id or row.get("company_id"),
        # An import may lose roles; a PATCH sets those that are missing.
        "industry_roles": [] if lost else list(inputs.get("industry_roles") or ()),
        **{service: inputs.get(service) or None for service in MEMBER_SERVICES},
        "user_id": taken.row_user_id,
        "status": None,
    }


MAX_LISTED_EMAILS: Final = 5
"""The most e-mails that a message lists; the preview shows the rest."""


def format_emails(emails: Collection[str]) -> str:
    """Return the first five e-mails and the number of the others."""
    shown = sorted(emails)[:MAX_LISTED_EMAILS]
    more = len(emails) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else ", ".join(shown)


def format_refusal(project_id: str, email: str, message: str) -> str:
    """Return the message about a refused row."""
    if message.startswith("BIM 360: "):
        return message
    return f"BIM 360: {email} was not added to project {project_id}: HQ answered {message}."
