"""A project's image: PATCH only; HQ does not return the image.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-image-PATCH/
"""

from typing import TYPE_CHECKING, Final

from bim360_provider.hq.api.base import Endpoints
from bim360_provider.hq.api.project import Projects
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models import Project

if TYPE_CHECKING:
    from bim360_provider.hq.client import HqClient

__all__ = ["ProjectImages"]

IMAGE_PART: Final = "chunk"
"""The name of the part, from the page's example; its table of headers says JSON."""


class ProjectImages(Endpoints):
    """The images of one account's projects."""

    def __init__(self, transport: Transport, connection: Connection, projects: Projects) -> None:
        super().__init__(transport, connection)
        self._projects = projects

    @classmethod
    def create_for_client(cls, client: "HqClient") -> "ProjectImages":
        """Create the endpoints for a client's account, whose projects they change."""
        return cls(client.transport, client.connection, client.projects)

    def update_image(
        self, project_id: str, content: bytes, media_type: str, *, new_resource: bool = False
    ) -> Project:
        """Set or replace the image of a project: one multipart PATCH.

        Args:
            project_id: The project's id.
            content: The whole file.
            media_type: ``image/png``, ``image/jpeg``, ``image/bmp`` or ``image/gif``.
            new_resource: Whether the project was created recently, so that a 404 is retried.

        Raises:
            HqError: HQ refused it.
            UnansweredError: No response arrived; it may be sent again.
        """
        # The file's own name is not sent: HQ does not need it, and it may reveal personal data.
        name = media_type.replace("/", ".")
        request = self._build_request(
            "PATCH",
            f"projects/{project_id}/image",
            f"set the image of project {project_id}",
            files={IMAGE_PART: (name, content, media_type)},
            new_resource=new_resource,
        )
        self._projects.record_write(project_id)
        return self._request_one(Project, request, id=project_id)
