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


class Jobs(Endpoints):
    """The jobs of one account."""

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            HqError: HQ said no; a job that was just started may not be found yet.
            UnansweredError: No answer came.
        """
        question = self._build_request("GET", f"jobs/{job_id}", f"look at job {job_id}")
        return self._request_one(Job, question, id=job_id)


NEWEST_FIRST: Final = "-created_at"


class Projects(EntityEndpoints[Project]):
    """The projects of one account.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/
    """

    _model = Project
    _path = "projects"
    _kind = "project"

    def create(self, body: Mapping[str, Any]) -> Project:
        """Create a project: one POST, sent again only while HQ has surely not acted.

        Raises:
            ConflictError: The name is taken.
            HqError: HQ refused it.
            OpenOutcomeError: It was sent, and nobody knows whether HQ acted: look for the name.
            UnreachableError: Nothing was sent.
        """
        asked = f"create project '{body.get('name')}'"
        question = self._build_request("POST", "projects", asked, json=body, idempotent=False)
        return self._request_one(Project, question, name=body.get("name"))

    def list_page(
        self, offset: int, *, sort: str = OLDEST_FIRST, limit: int = PAGE_SIZE
    ) -> list[Project]:
        """Return one page of the account's projects, without their service types.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        params = {"limit": str(limit), "offset": str(offset), "sort": sort}
        question = self._build_request("GET", "projects", self._list_description, params=params)
        return self._request_list(Project, question)

    def search_by_name(self, name: str, *, include_new: bool = True) -> list[Project]:
        """Return all projects of exactly that name; the account may hold archived twins.

        All who look for a name in one run share one walk over the list, so whoever acts on what is
        returned gets it by its id first.

        Args:
            name: The name.
            fresh: If there is none, look at projects that were created since the walk as well.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        return self._list_cache.list_matching(
            lambda project: project.name == name, include_new=include_new
        )

    def find_recent_by_name(self, name: str) -> Project | None:
        """Return a project of that name among the 100 newest: one request.

        One whose name HQ has normalized is found if there is none of exactly that name.
        """
        rows = self.list_page(0, sort=NEWEST_FIRST)
        exact = [project for project in rows if project.name == name]
        alike = [project for project in rows if is_same_name(project.name, name)]
        return next(iter(exact or alike), None)

    def is_account_visible(self) -> bool:
        """Return whether the account can be seen at all: one request.

        Raises:
            HqError: HQ said no for another reason.
            UnansweredError: No answer came.
        """
        try:
            self.list_page(0, limit=1)
        except NotFoundError:
            return False
        return True
