"""Industry roles: ``GET projects/:project_id/industry_roles``, version 2.

https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool shows it at work.
"""

from bim360_provider.hq.ask_once import AskOnce
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.endpoints import Endpoints
from bim360_provider.hq.transport import Transport
from bim360_provider.models.industry_role import IndustryRole

__all__ = ["IndustryRoles"]


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
