"""Users of a project: version 1 adds an admin, version 2 imports and changes members.

HQ has no documented request that removes them; Autodesk's ``construction/admin`` has one for ACC
projects. See docs/hq.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from bim360_provider.errors import RejectedError, UnauthorizedError
from bim360_provider.hq.acting_user import ActingUser
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.endpoints import Model
from bim360_provider.hq.foreign import foreign, mismatch
from bim360_provider.hq.project_user_list import USERS_PAGE, ProjectUserList
from bim360_provider.hq.question import Question
from bim360_provider.hq.transport import Transport
from bim360_provider.models.project_user import ImportAnswer, ImportRow

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient

__all__ = ["ROWS", "USERS_PAGE", "ProjectUsers", "refused_row"]

ROWS: Final = 50
"""Rows of an import: HQ's maximum.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
"""

CORRECT: Final = "Correct it and run it again."


class ProjectUsers(ProjectUserList):
    """The users of the projects of one account."""

    def __init__(
        self, transport: Transport, connection: Connection, acting_user: ActingUser
    ) -> None:
        super().__init__(transport, connection)
        self._acting_user = acting_user

    @classmethod
    def made_for(cls, client: "HqClient") -> "ProjectUsers":
        """Make those of a client's account, which has one acting user."""
        acting_user = ActingUser(client.connection, client.account_users)
        return cls(client.transport, client.connection, acting_user)

    def add_admin(self, project_id: str, body: Mapping[str, Any]) -> ImportRow:
        """Add an admin and activate a service: one POST.

        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-POST/

        Raises:
            NotFoundError: The project is not visible, or lacks the service.
            HqError: HQ refused it, for example because the person has the service already.
            OpenOutcomeError: It was sent, and nobody knows whether HQ acted.
            UnreachableError: Nothing was sent.
        """
        question = self._question(
            "POST",
            f"projects/{project_id}/users",
            f"add admin {body.get('email')} to project {project_id}",
            json=body,
            repeatable=False,
        )
        self._written(project_id)
        return self._one(ImportRow, question, project_id=project_id, email=body.get("email"))

    def import_rows(self, project_id: str, rows: Sequence[Mapping[str, Any]]) -> ImportAnswer:
        """Add up to 50 members: one POST, whose answer may refuse some rows and take others.

        Raises:
            ConfigError: There is no acting user.
            HqError: HQ refused it as a whole.
            OpenOutcomeError: It was sent, and nobody knows whether HQ acted.
            UnreachableError: Nothing was sent.
        """
        first = rows[0].get("email")
        others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        asked = f"add {first}{others} to project {project_id}"
        path = f"projects/{project_id}/users/import"
        question = self._acting(
            "POST", path, asked, json=list(rows), repeatable=False, new_resource=True
        )
        self._written(project_id)
        answer = self._acted(ImportAnswer, question)
        if why := _about_others(answer, project_id, rows):
            raise foreign(question, why)
        return answer

    def update(
        self, project_id: str, user_id: str, email: str, changes: Mapping[str, Any]
    ) -> ImportRow:
        """Change the given fields of a member and no others: one PATCH.

        ``services`` takes away what it does not name, other modules included:
        https://aps.autodesk.com/blog/bim360-hq-patch-project-user

        Raises:
            ConfigError: There is no acting user.
            HqError: HQ refused it, if need be inside an answer of 200.
            UnansweredError: No answer came.
        """
        asked = f"change {', '.join(changes)} of {email} in project {project_id}"
        path = f"projects/{project_id}/users/{user_id}"
        question = self._acting("PATCH", path, asked, json=changes, new_resource=True)
        self._written(project_id)
        row = self._acted(ImportRow, question, project_id=project_id, user_id=user_id)
        if row.words:
            raise refused_row(question.asked, row.words, f"PATCH {question.path}")
        return row

    def remove(self, project_id: str, user_id: str, email: str) -> None:
        """Take a member out of a project; documented for ACC projects only.

        https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-userId-DELETE/

        Raises:
            ConfigError: There is no acting user.
            HqError: HQ refused it.
            UnansweredError: No answer came.
        """
        asked = f"remove {email} from project {project_id}"
        acting = {"User-Id": self._acting_user.header()}
        question = self._admin("DELETE", project_id, f"/{user_id}", asked, acting, bodyless=True)
        self._written(project_id)
        try:
            self._transport.ask(question)
        except UnauthorizedError as error:
            raise self._acting_user.told(error) from None

    def _acted(self, model: type[Model], question: Question, **expected: str | None) -> Model:
        """Ask on behalf of the acting user, and return the one object that is answered."""
        try:
            return self._one(model, question, **expected)
        except UnauthorizedError as error:
            raise self._acting_user.told(error) from None

    def _acting(self, method: str, tail: str, asked: str, **rest: Any) -> Question:
        question = self._question(method, tail, asked, version="v2", **rest)
        headers = {**(question.headers or {}), "x-user-id": self._acting_user.header()}
        return replace(question, headers=headers)


def _about_others(answer: ImportAnswer, project_id: str, sent: Sequence[Mapping[str, Any]]) -> str:
    """Return what shows that the response to an import is about other people or projects."""
    rows = [*answer.success_items, *answer.failure_items]
    for row in rows:
        if why := mismatch(row, {"project_id": project_id}):
            return why
    named = {row.address for row in rows if row.address}
    emails = {str(row.get("email")).lower() for row in sent}
    return f"it names {min(named)}" if named and not named & emails else ""


def refused_row(asked: str, words: str, request: str, advice: str = CORRECT) -> RejectedError:
    """Return the error for a row that HQ refused inside an answer of 200."""
    msg = f"BIM 360: could not {asked}: HQ answered {words}. {advice}"
    return RejectedError(msg, status=HTTPStatus.OK, words=words, request=request)
