"""Users of a project: HQ v1 adds an admin, HQ v2 imports and changes members."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from bim360_provider.errors import RejectedError, UnauthorizedError
from bim360_provider.hq.api.account_user import ActingUser
from bim360_provider.hq.api.base import Endpoints, Model, build_mismatch_error, find_mismatch
from bim360_provider.hq.api.cache import ListCache, ListPage, Memo, PageWatch
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.request import Request
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models.project_user import (
    ImportResponse,
    ImportRow,
    IndustryRole,
    ProjectUser,
    UserPage,
)

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient

__all__ = [
    "MAX_IMPORT_ROWS",
    "USERS_PAGE_SIZE",
    "IndustryRoles",
    "ProjectUserList",
    "ProjectUsers",
    "build_refused_row_error",
]


class IndustryRoles(Endpoints):
    """The industry roles of the account's projects: each project has ids of its own."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._memo: Memo[list[IndustryRole]] = Memo()

    def list_for_project(self, project_id: str) -> list[IndustryRole]:
        """Return the roles of a project: one request for each project and run.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        return self._memo.get(project_id, lambda: self._request_roles(project_id))

    def _request_roles(self, project_id: str) -> list[IndustryRole]:
        question = self._build_request(
            "GET",
            f"projects/{project_id}/industry_roles",
            f"list the industry roles of project {project_id}",
            version="v2",
            new_resource=True,
        )
        return self._request_list(IndustryRole, question)


USERS_PAGE_SIZE: Final = 200
"""Rows of a page of construction/admin: its maximum; its default is 20.

https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
"""


class ProjectUserList(Endpoints):
    """The users of the projects of one account, for reading."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._lock = threading.Lock()
        self._list_caches: dict[str, ListCache[ProjectUser]] = {}
        self._changed_projects: set[str] = set()

    def get(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member, by HQ's id.

        Raises:
            NotFoundError: They are not in the project, or the project is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        asked = f"read member {user_id} of project {project_id}"
        question = self._build_admin_request("GET", project_id, f"/{user_id}", asked)
        return self._request_one(ProjectUser, question, id=user_id)

    def get_with_services(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member with the services that they have access to, by HQ's id.

        "GET Project Users is finally here", https://aps.autodesk.com/blog, March 2020

        Raises:
            NotFoundError: They are not in the project, or the project is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        asked = f"read the services of member {user_id} of project {project_id}"
        path = f"/bim360/admin/v1/projects/{project_id}/users/{user_id}"
        question = Request("GET", path, asked, headers=self._connection.build_headers())
        return self._request_one(ProjectUser, question)

    def get_cached(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member as this run has seen them: from a page where that saves requests.

        Raises:
            NotFoundError: They are not in the project, or the project is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        with self._lock:
            changed = project_id in self._changed_projects
            snapshot = self._list_caches.setdefault(project_id, self._create_list_cache(project_id))
        if changed:
            return self.get(project_id, user_id)
        return snapshot.get(user_id, lambda: self.get(project_id, user_id))

    def walk(self, project_id: str) -> Iterator[ProjectUser]:
        """Yield everybody in a project, 200 to a request.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        return self._walk_filtered(project_id, {})

    def search_by_email(self, project_id: str, email: str) -> ProjectUser | None:
        """Return the member with exactly that e-mail, in whatever case: one request.

        More pages follow only where the filter was not applied.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        users = self._walk_filtered(
            project_id, {"filter[email]": email, "filterTextMatch": "equals"}
        )
        return next((user for user in users if user.email.lower() == email), None)

    def _walk_filtered(self, project_id: str, filters: Mapping[str, str]) -> Iterator[ProjectUser]:
        watch = PageWatch(_describe_list(project_id))
        offset: int | None = 0
        while offset is not None:
            page = self._request_page(project_id, offset, filters)
            fresh = watch.filter_new_rows(page.rows, offset, is_last=page.next_offset is None)
            yield from (user for user in fresh if not user.is_deleted)
            offset = page.next_offset

    def _record_write(self, project_id: str) -> None:
        """Note that users of a project are about to change: from then on they are asked alone."""
        with self._lock:
            self._changed_projects.add(project_id)

    def _create_list_cache(self, project_id: str) -> ListCache[ProjectUser]:
        # A project that is gone is not waited for: its users are asked for alone.
        page = partial(self._request_page, project_id, new_resource=False)
        return ListCache(page, self._transport.clock.monotonic, _describe_list(project_id))

    def _request_page(
        self,
        project_id: str,
        offset: int,
        filters: Mapping[str, str] | None = None,
        *,
        new_resource: bool = True,
    ) -> ListPage[ProjectUser]:
        params = {"offset": str(offset), **(filters or {})}
        page = self._request_user_page(project_id, params, new_resource=new_resource)
        following = offset + len(page.results)
        total = page.pagination.total
        ended = following >= total if total is not None else len(page.results) < USERS_PAGE_SIZE
        return ListPage(page.results, None if ended or not page.results else following)

    def _request_user_page(
        self, project_id: str, params: Mapping[str, str], *, new_resource: bool = True
    ) -> UserPage:
        asked = _describe_list(project_id)
        full = {"limit": str(USERS_PAGE_SIZE), "sort": "email", **params}
        question = self._build_admin_request(
            "GET", project_id, "", asked, params=full, new_resource=new_resource
        )
        return self._request_one(UserPage, question)

    def _build_admin_request(
        self,
        method: str,
        project_id: str,
        tail: str,
        asked: str,
        acting: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> Request:
        """Return a question to construction/admin, which knows projects without their account."""
        path = f"/construction/admin/v1/projects/{project_id}/users{tail}"
        headers = {**self._connection.build_headers(), **(acting or {})}
        return Request(method, path, asked, headers=headers, **rest)


def _describe_list(project_id: str) -> str:
    return f"list the members of project {project_id}"


MAX_IMPORT_ROWS: Final = 50
"""Rows of an import: HQ's maximum.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
"""

CORRECTION_ADVICE: Final = "Correct it and run it again."


class ProjectUsers(ProjectUserList):
    """The users of the projects of one account."""

    def __init__(
        self, transport: Transport, connection: Connection, acting_user: ActingUser
    ) -> None:
        super().__init__(transport, connection)
        self._acting_user = acting_user

    @classmethod
    def create_for_client(cls, client: "HqClient") -> "ProjectUsers":
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
        question = self._build_request(
            "POST",
            f"projects/{project_id}/users",
            f"add admin {body.get('email')} to project {project_id}",
            json=body,
            idempotent=False,
        )
        self._record_write(project_id)
        return self._request_one(
            ImportRow, question, project_id=project_id, email=body.get("email")
        )

    def import_rows(self, project_id: str, rows: Sequence[Mapping[str, Any]]) -> ImportResponse:
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
        question = self._build_acting_request(
            "POST", path, asked, json=list(rows), idempotent=False, new_resource=True
        )
        self._record_write(project_id)
        answer = self._request_as_acting_user(ImportResponse, question)
        if why := _find_import_mismatch(answer, project_id, rows):
            raise build_mismatch_error(question, why)
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
        question = self._build_acting_request("PATCH", path, asked, json=changes, new_resource=True)
        self._record_write(project_id)
        row = self._request_as_acting_user(
            ImportRow, question, project_id=project_id, user_id=user_id
        )
        if row.error_message:
            raise build_refused_row_error(
                question.description, row.error_message, f"PATCH {question.path}"
            )
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
        acting = {"User-Id": self._acting_user.get_header()}
        question = self._build_admin_request(
            "DELETE", project_id, f"/{user_id}", asked, acting, empty_ok=True
        )
        self._record_write(project_id)
        try:
            self._transport.send(question)
        except UnauthorizedError as error:
            raise self._acting_user.explain_forbidden(error) from None

    def _request_as_acting_user(
        self, model: type[Model], question: Request, **expected: str | None
    ) -> Model:
        """Ask on behalf of the acting user, and return the one object that is answered."""
        try:
            return self._request_one(model, question, **expected)
        except UnauthorizedError as error:
            raise self._acting_user.explain_forbidden(error) from None

    def _build_acting_request(self, method: str, tail: str, asked: str, **rest: Any) -> Request:
        question = self._build_request(method, tail, asked, version="v2", **rest)
        headers = {**(question.headers or {}), "x-user-id": self._acting_user.get_header()}
        return replace(question, headers=headers)


def _find_import_mismatch(
    answer: ImportResponse, project_id: str, sent: Sequence[Mapping[str, Any]]
) -> str:
    """Return what shows that the response to an import is about other people or projects."""
    rows = [*answer.success_items, *answer.failure_items]
    for row in rows:
        if why := find_mismatch(row, {"project_id": project_id}):
            return why
    named = {row.row_email for row in rows if row.row_email}
    emails = {str(row.get("email")).lower() for row in sent}
    return f"it names {min(named)}" if named and not named & emails else ""


def build_refused_row_error(
    asked: str, words: str, request: str, advice: str = CORRECTION_ADVICE
) -> RejectedError:
    """Return the error for a row that HQ refused inside an answer of 200."""
    msg = f"BIM 360: could not {asked}: HQ answered {words}. {advice}"
    return RejectedError(msg, status=HTTPStatus.OK, hq_message=words, request=request)
