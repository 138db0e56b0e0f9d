"""Permissions of folders: one request reads them, one each creates, updates and deletes many.

https://aps.autodesk.com/en/docs/acc/v1/reference/http/document-management-projects-project_id-folders-folder_id-permissions-GET/
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bim360_provider.hq.api.base import Endpoints
from bim360_provider.hq.api.cache import Memo
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.message import Request
from bim360_provider.hq.transport.token import DATA_SCOPES
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models.folder_permissions import FolderPermission

__all__ = ["FolderPermissions"]


class FolderPermissions(Endpoints):
    """The permissions of the folders of one account's projects.

    Attributes:
        subject_ids: The ids of subjects by project and name, read once in a run.
    """

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self.subject_ids: Memo[dict[str, str]] = Memo()

    def list_for_folder(
        self, project_id: str, folder_id: str, *, new_resource: bool = False
    ) -> list[FolderPermission]:
        """Return the direct and inherited permissions of a folder: one request.

        Raises:
            NotFoundError: The folder does not exist, or the project is not visible.
            HqError: Autodesk refused the request.
            UnansweredError: No response arrived.
        """
        description = f"read the permissions of folder {folder_id}"
        path = _build_path(project_id, folder_id)
        request = Request("GET", path, description, scopes=DATA_SCOPES, new_resource=new_resource)
        return self._request_list(FolderPermission, request)

    def create(self, project_id: str, folder_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Create the permissions of subjects that have none in the folder: one POST.

        Args:
            project_id: The project's id.
            folder_id: The folder's id.
            rows: ``subjectId``, ``subjectType`` and ``actions`` of each subject.

        Raises:
            HqError: Autodesk refused it, for example because a subject has permissions.
            OpenOutcomeError: It was sent, but its outcome is unknown.
            UnreachableError: Nothing was sent.
        """
        self._send_batch("create", project_id, folder_id, rows)

    def update(self, project_id: str, folder_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Replace the direct permissions of subjects that have some: one POST.

        Raises:
            HqError: Autodesk refused it, for example because a subject has no permissions.
            UnansweredError: No response arrived; it may be sent again.
        """
        self._send_batch("update", project_id, folder_id, rows)

    def delete(self, project_id: str, folder_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Delete the direct permissions of subjects; inherited ones stay: one POST.

        Args:
            project_id: The project's id.
            folder_id: The folder's id.
            rows: ``subjectId`` and ``subjectType`` of each subject.

        Raises:
            HqError: Autodesk refused it.
            UnansweredError: No response arrived; it may be sent again.
        """
        self._send_batch("delete", project_id, folder_id, rows)

    def _send_batch(
        self, verb: str, project_id: str, folder_id: str, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        request = Request(
            "POST",
            f"{_build_path(project_id, folder_id)}:batch-{verb}",
            f"{verb} permissions of folder {folder_id}",
            json=list(rows),
            new_resource=verb == "create",
            idempotent=verb != "create",
            empty_ok=True,
            scopes=DATA_SCOPES,
        )
        self._transport.send(request)


def _build_path(project_id: str, folder_id: str) -> str:
    folder = quote(folder_id, safe="")
    return f"/bim360/docs/v1/projects/{project_id}/folders/{folder}/permissions"
