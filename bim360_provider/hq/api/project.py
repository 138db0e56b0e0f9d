"""Projects and jobs: POST, GET, list and PATCH; ``GET jobs/:job_id``."""

from collections.abc import Mapping
from typing import Any, Final

from bim360_provider.errors import NotFoundError
from bim360_provider.hq.api.base import (
    OLDEST_FIRST,
    PAGE_SIZE,
    Endpoints,
    EntityEndpoints,
    is_same_name,
)
from bim360_provider.models import Job, Project

__all__ = ["PAGE_SIZE", "Jobs", "Projects"]

NEWEST_FIRST: Final = "-created_at"


class Jobs(Endpoints):
    """The jobs of one account."""

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            HqError: HQ refused the request; a job that was just started may not be found yet.
            UnansweredError: No response arrived.
        """
        request = self._build_request("GET", f"jobs/{job_id}", f"read job {job_id}")
        return self._request_one(Job, request, id=job_id)


class Projects(EntityEndpoints[Project]):
    """The projects of one account.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/
    """

    _model = Project
    _path = "projects"
    _kind = "project"

    def create(self, body: Mapping[str, Any]) -> Project:
        """Create a project: one POST, retried only if HQ has certainly not acted.

        Raises:
            ConflictError: The name is in use.
            HqError: HQ refused it.
            OpenOutcomeError: It was sent, but its outcome is unknown; look for the name.
            UnreachableError: Nothing was sent.
        """
        description = f"create project '{body.get('name')}'"
        request = self._build_request("POST", "projects", description, json=body, idempotent=False)
        return self._request_one(Project, request, name=body.get("name"))

    def list_page(
        self, offset: int, *, sort: str = OLDEST_FIRST, limit: int = PAGE_SIZE
    ) -> list[Project]:
        """Return one page of the account's projects, without their service types.

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        params = {"limit": str(limit), "offset": str(offset), "sort": sort}
        request = self._build_request("GET", "projects", self._list_description, params=params)
        return self._request_list(Project, request)

    def search_by_name(self, name: str, *, include_new: bool = True) -> list[Project]:
        """Return all projects of exactly that name; several may be archived.

        All searches of one run share one fetch of the list, so read a project by its id before
        acting on it.

        Args:
            name: The name.
            include_new: Whether to look for projects created since the fetch if there is no match.

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        return self._list_cache.list_matching(
            lambda project: project.name == name, include_new=include_new
        )

    def find_recent_by_name(self, name: str) -> Project | None:
        """Return a project of that name among the 100 newest: one request.

        Without an exact match, a project whose name HQ has normalized is returned.
        """
        rows = self.list_page(0, sort=NEWEST_FIRST)
        exact = [project for project in rows if project.name == name]
        alike = [project for project in rows if is_same_name(project.name, name)]
        return next(iter(exact or alike), None)

    def is_account_visible(self) -> bool:
        """Return whether the account is visible to the app: one request.

        Raises:
            HqError: HQ refused the request for another reason.
            UnansweredError: No response arrived.
        """
        try:
            self.list_page(0, limit=1)
        except NotFoundError:
            return False
        return True
