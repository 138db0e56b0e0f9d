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
from bim360_provider.hq.transport.message import Request
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

USERS_PAGE_SIZE: Final = 200
"""Rows of a page of construction/admin: the maximum; the default is 20.

https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
"""

MAX_IMPORT_ROWS: Final = 50
"""Rows of an import: HQ's maximum.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
"""

CORRECTION_ADVICE: Final = "Correct it and run it again."


class IndustryRoles(Endpoints):
    """The industry roles of the account's projects; their ids differ between projects."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._memo: Memo[list[IndustryRole]] = Memo()

    def list_for_project(self, project_id: str) -> list[IndustryRole]:
        """Return the roles of a project: one request for each project and run.

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        return self._memo.get(project_id, lambda: self._request_roles(project_id))

    def _request_roles(self, project_id: str) -> list[IndustryRole]:
        request = self._build_request(
            "GET",
            f"projects/{project_id}/industry_roles",
            f"list the industry roles of project {project_id}",
            version="v2",
            new_resource=True,
        )
        return self._request_list(IndustryRole, request)


class ProjectUserList(Endpoints):
    """The endpoints that read the users of projects."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._lock = threading.Lock()
        self._list_caches: dict[str, ListCache[ProjectUser]] = {}
        self._changed_projects: set[str] = set()

    def get(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member by HQ's id.

        Raises:
            NotFoundError: The user is not in the project, or the project is not visible.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        description = f"read member {user_id} of project {project_id}"
        request = self._build_admin_request("GET", project_id, f"/{user_id}", description)
        return self._request_one(ProjectUser, request, id=user_id)

    def get_with_services(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member by HQ's id, with the services that they have access to.

        "GET Project Users is finally here", https://aps.autodesk.com/blog, March 2020

        Raises:
            NotFoundError: The user is not in the project, or the project is not visible.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        description = f"read the services of member {user_id} of project {project_id}"
        path = f"/bim360/admin/v1/projects/{project_id}/users/{user_id}"
        request = Request("GET", path, description, headers=self._connection.build_headers())
        return self._request_one(ProjectUser, request)

    def get_cached(self, project_id: str, user_id: str) -> ProjectUser:
        """Return a member, from a page of the list if that saves requests.

        Raises:
            NotFoundError: The user is not in the project, or the project is not visible.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        with self._lock:
            changed = project_id in self._changed_projects
            list_cache = self._list_caches.setdefault(
                project_id, self._create_list_cache(project_id)
            )
        if changed:
            return self.get(project_id, user_id)
        return list_cache.get(user_id, lambda: self.get(project_id, user_id))

    def walk(self, project_id: str) -> Iterator[ProjectUser]:
        """Yield all members of a project, 200 per request.

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        return self._walk_filtered(project_id, {})

    def search_by_email(self, project_id: str, email: str) -> ProjectUser | None:
        """Return the member with exactly that e-mail, ignoring case: one request.

        Further pages are fetched only if HQ did not apply the filter.

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
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
        """Record a write to the users of a project: from now on each is read by its own request."""
        with self._lock:
            self._changed_projects.add(project_id)

    def _create_list_cache(self, project_id: str) -> ListCache[ProjectUser]:
        # Without waiting for a deleted project: its users are then read one by one.
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
        description = _describe_list(project_id)
        full = {"limit": str(USERS_PAGE_SIZE), "sort": "email", **params}
        request = self._build_admin_request(
            "GET", project_id, "", description, params=full, new_resource=new_resource
        )
        return self._request_one(UserPage, request)

    def _build_admin_request(
        self,
        method: str,
        project_id: str,
        tail: str,
        description: str,
        acting: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> Request:
        """Return a request to construction/admin, whose paths do not contain the account."""
        path = f"/construction/admin/v1/projects/{project_id}/users{tail}"
        headers = {**self._connection.build_headers(), **(acting or {})}
        return Request(method, path, description, headers=headers, **rest)


def _describe_list(project_id: str) -> str:
    return f"list the members of project {project_id}"


class ProjectUsers(ProjectUserList):
    """The endpoints that read and change the users of projects."""

    def __init__(
        self, transport: Transport, connection: Connection, acting_user: ActingUser
    ) -> None:
        super().__init__(transport, connection)
        self._acting_user = acting_user

    @classmethod
    def create_for_client(cls, client: "HqClient") -> "ProjectUsers":
        """Create the endpoints for a client's account, with its acting user."""
        acting_user = ActingUser(client.connection, client.account_users)
        return cls(client.transport, client.connection, acting_user)

    def add_admin(self, project_id: str, body: Mapping[str, Any]) -> ImportRow:
        """Add an admin and activate a service: one POST.

        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-POST/

        Raises:
            NotFoundError: The project is not visible, or lacks the service.
            HqError: HQ refused it, for example because the user already has the service.
            OpenOutcomeError: It was sent, but its outcome is unknown.
            UnreachableError: Nothing was sent.
        """
        request = self._build_request(
            "POST",
            f"projects/{project_id}/users",
            f"add admin {body.get('email')} to project {project_id}",
            json=body,
            idempotent=False,
        )
        self._record_write(project_id)
        return self._request_one(ImportRow, request, project_id=project_id, email=body.get("email"))

    def import_rows(self, project_id: str, rows: Sequence[Mapping[str, Any]]) -> ImportResponse:
        """Add up to 50 members: one POST, whose response may refuse some of the rows.

        Raises:
            ConfigError: No acting user is set.
            HqError: HQ refused the whole import.
            OpenOutcomeError: It was sent, but its outcome is unknown.
            UnreachableError: Nothing was sent.
        """
        first = rows[0].get("email")
        others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        description = f"add {first}{others} to project {project_id}"
        path = f"projects/{project_id}/users/import"
        request = self._build_acting_request(
            "POST", path, description, json=list(rows), idempotent=False, new_resource=True
        )
        self._record_write(project_id)
        response = self._request_as_acting_user(ImportResponse, request)
        if why := _find_import_mismatch(response, project_id, rows):
            raise build_mismatch_error(request, why)
        return response

    def update(
        self, project_id: str, user_id: str, email: str, changes: Mapping[str, Any]
    ) -> ImportRow:
        """Change only the given fields of a member: one PATCH.

        ``services`` removes every service that it does not name, other modules included:
        https://aps.autodesk.com/blog/bim360-hq-patch-project-user

        Raises:
            ConfigError: No acting user is set.
            HqError: HQ refused it, possibly inside a response of 200.
            UnansweredError: No response arrived.
        """
        description = f"change {', '.join(changes)} of {email} in project {project_id}"
        path = f"projects/{project_id}/users/{user_id}"
        request = self._build_acting_request(
            "PATCH", path, description, json=changes, new_resource=True
        )
        self._record_write(project_id)
        row = self._request_as_acting_user(
            ImportRow, request, project_id=project_id, user_id=user_id
        )
        if row.error_message:
            raise build_refused_row_error(
                request.description, row.error_message, f"PATCH {request.path}"
            )
        return row

    def remove(self, project_id: str, user_id: str, email: str) -> None:
        """Remove a member from a project; documented for ACC projects only.

        https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-userId-DELETE/

        Raises:
            ConfigError: No acting user is set.
            HqError: HQ refused it.
            UnansweredError: No response arrived.
        """
        description = f"remove {email} from project {project_id}"
        acting = {"User-Id": self._acting_user.get_header()}
        request = self._build_admin_request(
            "DELETE", project_id, f"/{user_id}", description, acting, empty_ok=True
        )
        self._record_write(project_id)
        try:
            self._transport.send(request)
        except UnauthorizedError as error:
            raise self._acting_user.explain_forbidden(error) from None

    def _request_as_acting_user(
        self, model: type[Model], request: Request, **expected: str | None
    ) -> Model:
        """Send a request on behalf of the acting user, and return the object in the response."""
        try:
            return self._request_one(model, request, **expected)
        except UnauthorizedError as error:
            raise self._acting_user.explain_forbidden(error) from None

    def _build_acting_request(
        self, method: str, tail: str, description: str, **rest: Any
    ) -> Request:
        request = self._build_request(method, tail, description, version="v2", **rest)
        headers = {**(request.headers or {}), "x-user-id": self._acting_user.get_header()}
        return replace(request, headers=headers)


def _find_import_mismatch(
    response: ImportResponse, project_id: str, sent: Sequence[Mapping[str, Any]]
) -> str:
    """Return why the response to an import is about other users or projects."""
    rows = [*response.success_items, *response.failure_items]
    for row in rows:
        if why := find_mismatch(row, {"project_id": project_id}):
            return why
    named = {row.row_email for row in rows if row.row_email}
    emails = {str(row.get("email")).lower() for row in sent}
    return f"it names {min(named)}" if named and not named & emails else ""


def build_refused_row_error(
    description: str, hq_message: str, request: str, advice: str = CORRECTION_ADVICE
) -> RejectedError:
    """Return the error for a row that HQ refused inside a response of 200."""
    msg = f"BIM 360: could not {description}: HQ answered {hq_message}. {advice}"
    return RejectedError(msg, status=HTTPStatus.OK, hq_message=hq_message, request=request)
