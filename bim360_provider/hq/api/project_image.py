"""A project's picture: PATCH and nothing else, for HQ does not give it back.

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
"""The name of the part: the page's example has it, while its table of headers says JSON."""


class ProjectImages(Endpoints):
    """The pictures of one account's projects."""

    def __init__(self, transport: Transport, connection: Connection, projects: Projects) -> None:
        super().__init__(transport, connection)
        self._projects = projects

    @classmethod
    def create_for_client(cls, client: "HqClient") -> "ProjectImages":
        """Make those of a client's account, whose projects they change."""
        return cls(client.transport, client.connection, client.projects)

    def update_image(
        self, project_id: str, content: bytes, media_type: str, *, new_resource: bool = False
    ) -> Project:
        """Give a project a picture in place of the one it has: one PATCH, multipart.

        Args:
            project_id: The project's id.
            content: The file, whole.
            media_type: ``image/png``, ``image/jpeg``, ``image/bmp`` or ``image/gif``.
            new_resource: The project was made a moment ago, so that a 404 is not believed at once.

        Raises:
            HqError: HQ refused it.
            UnansweredError: No answer came; sending it again does no harm.
        """
        # The file's own name stays here: it says nothing to HQ, and may say much of its owner.
        name = media_type.replace("/", ".")
        question = self._build_request(
            "PATCH",
            f"projects/{project_id}/image",
            f"give project {project_id} a picture",
            files={IMAGE_PART: (name, content, media_type)},
            new_resource=new_resource,
        )
        self._projects.record_write(project_id)
        return self._request_one(Project, question, id=project_id)
