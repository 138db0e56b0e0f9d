"""Platforms of projects: construction/admin serves those of BIM 360 and of ACC, HQ does not.

https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projects-projectId-GET/
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from bim360_provider.errors import AccProjectError, Bim360Error, HqError
from bim360_provider.hq.api.base import Endpoints
from bim360_provider.hq.api.cache import ListPage, Memo, PageWatch
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.message import Request
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models.platform import ACC, PlatformPage, PlatformProject

__all__ = ["PLATFORMS_PAGE_SIZE", "Platforms"]

PLATFORMS_PAGE_SIZE: Final = 200
"""Projects of a page: the maximum; the default is 20."""

INCOMPATIBLE_PATH: Final = re.compile(
    r"/hq/v[12]/(?:regions/eu/)?accounts/[^/]+/projects/([^/]+)"
    r"(?:/users|/users/[^/]+|/industry_roles)?"
)
"""HQ's endpoints that are not compatible with ACC projects; pictures and companies are:
https://aps.autodesk.com/en/docs/acc/v1/overview/bim-360-compatibility/"""

REFUSAL_STATUSES: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
"""How HQ may refuse an ACC project; the page does not say."""


class Platforms(Endpoints):
    """The platforms of projects."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._memo: Memo[PlatformProject | None] = Memo()

    def find(self, project_id: str) -> PlatformProject | None:
        """Return a project of either platform: one request for each project and run.

        A project that construction/admin does not show is None, for the rest of the run.
        """
        return self._memo.get(project_id.lower(), lambda: self._request_project(project_id))

    def list_acc(self, name: str | None = None) -> list[PlatformProject]:
        """Return the ACC projects of the account: one request for each 200 of them.

        Archived ones may be absent, and templates are; the page does not say otherwise.

        Args:
            name: Only projects of this name, ignoring case.

        Raises:
            HqError: construction/admin refused the request.
            UnansweredError: No response arrived.
        """
        named = {"filter[name]": name, "filterTextMatch": "equals"} if name else {}
        description = "list the ACC projects"
        watch, found = PageWatch(description), list[PlatformProject]()
        offset: int | None = 0
        while offset is not None:
            page = self._request_page(description, offset, named)
            rows = watch.filter_new_rows(page.rows, offset, is_last=page.next_offset is None)
            found += [row for row in rows if row.platform == ACC]
            offset = page.next_offset
        return found

    def require_bim360(self, project_id: str, description: str) -> None:
        """Check that a project is not one of ACC, if that can be found out.

        Args:
            project_id: The project's id.
            description: What could not be done, for the message: ``read project …``.

        Raises:
            AccProjectError: The project is one of ACC.
        """
        project = self.find(project_id)
        if project is not None and project.platform == ACC:
            raise _build_error(project, description, f"GET {_build_path(project_id)}")

    def explain(self, request: Request, error: HqError) -> HqError:
        """Return why HQ refused a request: its project may be one of ACC.

        Args:
            request: The refused request.
            error: The refusal, which is returned for any other reason.
        """
        found = INCOMPATIBLE_PATH.fullmatch(request.path)
        is_about_account = "account" in error.hq_message.casefold()
        if found is None or error.status not in REFUSAL_STATUSES or is_about_account:
            return error
        try:
            self.require_bim360(found[1], request.description)
        except AccProjectError as explained:
            return explained
        return error

    def _request_project(self, project_id: str) -> PlatformProject | None:
        path, description = _build_path(project_id), f"read the platform of project {project_id}"
        request = Request("GET", path, description, headers=self._connection.build_headers())
        try:
            return self._request_one(PlatformProject, request, id=project_id)
        except Bim360Error:
            return None

    def _request_page(
        self, description: str, offset: int, filters: Mapping[str, str]
    ) -> ListPage[PlatformProject]:
        params = {
            "filter[platform]": ACC,
            "limit": str(PLATFORMS_PAGE_SIZE),
            "offset": str(offset),
            "sort": "name",
            **filters,
        }
        request = Request(
            "GET",
            f"/construction/admin/v1/accounts/{self._connection.account_id}/projects",
            description,
            params=params,
            headers=self._connection.build_headers(),
        )
        page = self._request_one(PlatformPage, request)
        following = offset + len(page.results)
        total = page.pagination.total
        ended = following >= total if total is not None else not page.results
        return ListPage(page.results, None if ended or not page.results else following)


def _build_path(project_id: str) -> str:
    return f"/construction/admin/v1/projects/{project_id}"


def _build_error(project: PlatformProject, description: str, request: str) -> AccProjectError:
    detail = f"'{project.name}' is an ACC project"
    msg = (
        f"BIM 360: could not {description}: {detail}, not one of BIM 360. Declare only its "
        "folders (Bim360ProjectFolder, Bim360ProjectFolderTree), their permissions "
        "(Bim360FolderPermissions) and its picture (Bim360ProjectImage); projects, members and "
        "admins of ACC are not supported."
    )
    return AccProjectError(msg, status=HTTPStatus.NOT_FOUND, hq_message=detail, request=request)
