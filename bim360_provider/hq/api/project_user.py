"""Users of a project: HQ v1 adds an admin, HQ v2 imports and changes members."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from bim360_provider.errors import RejectedError, UnauthorizedError
from bim360_provider.hq.api.account_user import ActingUser
from bim360_provider.hq.api.base import Endpoints, Model, foreign, mismatch
from bim360_provider.hq.api.cache import AskOnce, Page, PageWatch, Snapshot
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.request import Question
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models.project_user import (
    ImportAnswer,
    ImportRow,
    IndustryRole,
    ProjectUser,
    UserPage,
)

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient

__all__ = ["ROWS", "USERS_PAGE", "IndustryRoles", "ProjectUserList", "ProjectUsers", "refused_row"]


class IndustryRoles(Endpoints):
    """The industry roles of the account's projects: each project has ids of its own."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._known: AskOnce[list[IndustryRole]] = AskOnce()

    def of(self, project_id: str) -> list[IndustryRole]:
        """Return the roles of a project: one request for each project and run.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        return self._known.answer(project_id, lambda: self._asked(project_id))

    def _asked(self, project_id: str) -> list[IndustryRole]:
        question = self._question(
            "GET",
            f"projects/{project_id}/industry_roles",
            f"list the industry roles of project {project_id}",
            version="v2",
            new_resource=True,
        )
        return self._rows(IndustryRole, question)


USERS_PAGE: Final = 200
"""Rows of a page of construction/admin: its maximum; its default is 20.

https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
"""


class ProjectUserList(Endpoints):
    """The users of the projects of one account, for reading."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._lock = threading.Lock()
        self._snapshots: dict[str, Snapshot[ProjectUser]] = {}
        self._changed: set[str] = set()

    def get(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member, by HQ's id.

        Raises:
            NotFoundError: They are not in the project, or the project is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        asked = f"read member {user_id} of project {project_id}"
        question = self._admin("GET", project_id, f"/{user_id}", asked)
        return self._one(ProjectUser, question, id=user_id)

    def with_services(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member with the services that they have access to, by HQ's id.

        "GET Project Users is finally here", https://aps.autodesk.com/blog, March 2020

        Raises:
            NotFoundError: They are not in the project, or the project is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        asked = f"read the services of member {user_id} of project {project_id}"
        path = f"/bim360/admin/v1/projects/{project_id}/users/{user_id}"
        question = Question("GET", path, asked, headers=self._connection.headers())
        return self._one(ProjectUser, question)

    def seen(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member as this run has seen them: from a page where that saves requests.

        Raises:
            NotFoundError: They are not in the project, or the project is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        with self._lock:
            changed = project_id in self._changed
            snapshot = self._snapshots.setdefault(project_id, self._snapshot_of(project_id))
        if changed:
            return self.get(project_id, user_id)
        return snapshot.get(user_id, lambda: self.get(project_id, user_id))

    def walk(self, project_id: str) -> Iterator[ProjectUser]:
        """Yield everybody in a project, 200 to a request.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        return self._all(project_id, {})

    def with_email(self, project_id: str, email: str) -> ProjectUser | None:
        """Return the member with exactly that e-mail, in whatever case: one request.

        More pages follow only where the filter was not applied.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        users = self._all(project_id, {"filter[email]": email, "filterTextMatch": "equals"})
        return next((user for user in users if user.email.lower() == email), None)

    def _all(self, project_id: str, filters: Mapping[str, str]) -> Iterator[ProjectUser]:
        watch = PageWatch(_listing(project_id))
        offset: int | None = 0
        while offset is not None:
            page = self._page_at(project_id, offset, filters)
            fresh = watch.new(page.rows, offset, last=page.following is None)
            yield from (user for user in fresh if not user.is_gone)
            offset = page.following

    def _written(self, project_id: str) -> None:
        """Note that users of a project are about to change: from then on they are asked alone."""
        with self._lock:
            self._changed.add(project_id)

    def _snapshot_of(self, project_id: str) -> Snapshot[ProjectUser]:
        # A project that is gone is not waited for: its users are asked for alone.
        page = partial(self._page_at, project_id, new_resource=False)
        return Snapshot(page, self._transport.clock.monotonic, _listing(project_id))

    def _page_at(
        self,
        project_id: str,
        offset: int,
        filters: Mapping[str, str] | None = None,
        *,
        new_resource: bool = True,
    ) -> Page[ProjectUser]:
        params = {"offset": str(offset), **(filters or {})}
        page = self._page(project_id, params, new_resource=new_resource)
        following = offset + len(page.results)
        total = page.pagination.total
        ended = following >= total if total is not None else len(page.results) < USERS_PAGE
        return Page(page.results, None if ended or not page.results else following)

    def _page(
        self, project_id: str, params: Mapping[str, str], *, new_resource: bool = True
    ) -> UserPage:
        asked = _listing(project_id)
        full = {"limit": str(USERS_PAGE), "sort": "email", **params}
        question = self._admin("GET", project_id, "", asked, params=full, new_resource=new_resource)
        return self._one(UserPage, question)

    def _admin(
        self,
        method: str,
        project_id: str,
        tail: str,
        asked: str,
        acting: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> Question:
        """Return a question to construction/admin, which knows projects without their account."""
        path = f"/construction/admin/v1/projects/{project_id}/users{tail}"
        headers = {**self._connection.headers(), **(acting or {})}
        return Question(method, path, asked, headers=headers, **rest)


def _listing(project_id: str) -> str:
    return f"list the members of project {project_id}"


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
