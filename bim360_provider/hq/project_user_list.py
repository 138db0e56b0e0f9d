"""The users of projects as they are listed: one by one, by pages, and by e-mail.

HQ has no documented request that reads them; Autodesk's ``construction/admin`` reads them for
BIM 360 projects too. See docs/hq.md.
"""

import threading
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from bim360_provider.hq.connection import Connection
from bim360_provider.hq.endpoints import Endpoints
from bim360_provider.hq.page_watch import PageWatch
from bim360_provider.hq.question import Question
from bim360_provider.hq.snapshot import Page, Snapshot
from bim360_provider.hq.transport import Transport
from bim360_provider.models.project_user import ProjectUser, UserPage

__all__ = ["USERS_PAGE", "ProjectUserList"]

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
