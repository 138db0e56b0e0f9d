"""Folders of projects: Data Management's JSON:API documents.

https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/
"""

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from bim360_provider.hq.api.base import Endpoints, Model, parse_row
from bim360_provider.hq.api.cache import ListCache, ListPage, Memo
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.message import Request, build_unreadable_error
from bim360_provider.hq.transport.token import DATA_SCOPES
from bim360_provider.hq.transport.transport import Transport
from bim360_provider.models.folder import FOLDER_EXTENSION, Folder, HubProject

__all__ = ["FOLDERS_PAGE_SIZE", "Folders"]

JSON_API: Final = "application/vnd.api+json"

READ_HEADERS: Final = {"Accept": JSON_API}

WRITE_HEADERS: Final = {"Accept": JSON_API, "Content-Type": JSON_API}

JSON_API_VERSION: Final = {"version": "1.0"}

FOLDERS_PAGE_SIZE: Final = 200
"""Rows of a page of contents: the maximum and the default."""


class Folders(Endpoints):
    """The folders of one account's projects.

    Ids of folders are Data Management's: ``urn:adsk.wipprod:fs.folder:co.…``.
    """

    def __init__(self, transport: Transport, connection: Connection) -> None:
        super().__init__(transport, connection)
        self._lock = threading.Lock()
        self._platforms: Memo[str] = Memo()
        self._top_folders: dict[str, list[Folder]] = {}
        self._top_folder_locks: dict[str, threading.Lock] = {}
        self._contents: dict[tuple[str, bool], ListCache[Folder]] = {}
        self._created_ids: set[str] = set()
        self._changed_ids: set[str] = set()
        self._awaited_project_ids: set[str] = set()

    def get_platform(self, project_id: str) -> str:
        """Return ``acc`` or ``bim360``: one request for each project and run.

        Raises:
            HqError: Data Management refused the request.
            UnansweredError: No response arrived.
        """

        def fetch() -> str:
            path = self._build_hub_path(project_id)
            request = _build_read(path, f"read the platform of project {project_id}")
            return self._request_resource(HubProject, request).platform

        return self._platforms.get(project_id, fetch)

    def list_top_folders(self, project_id: str, *, is_current: bool = False) -> list[Folder]:
        """Return the top folders of a project; they are cached once there are any.

        Args:
            project_id: The project's id.
            is_current: Whether to request them again.

        Raises:
            HqError: Data Management refused the request, possibly because the project is new.
            UnansweredError: No response arrived.
        """
        with self._lock:
            lock = self._top_folder_locks.setdefault(project_id, threading.Lock())
        with lock:
            known = self._top_folders.get(project_id)
            if known and not is_current:
                return known
            path = f"{self._build_hub_path(project_id)}/topFolders"
            request = _build_read(path, f"list the top folders of project {project_id}")
            found = self._top_folders[project_id] = self._request_page(request).rows
            return found

    def note_wait(self, project_id: str) -> None:
        """Record that this run has waited for the top folders of a project long enough."""
        with self._lock:
            self._awaited_project_ids.add(project_id)

    def has_waited(self, project_id: str) -> bool:
        """Return whether this run need not wait for the top folders of a project."""
        with self._lock:
            return project_id in self._awaited_project_ids

    def get(self, project_id: str, folder_id: str, *, new_resource: bool = False) -> Folder:
        """Return a folder: one request.

        Raises:
            NotFoundError: It does not exist, or the project is not visible.
            HqError: Data Management refused the request.
            UnansweredError: No response arrived.
        """
        path = _build_path(project_id, folder_id)
        request = _build_read(path, f"read folder {folder_id}", new_resource=new_resource)
        return self._request_resource(Folder, request, id=folder_id)

    def get_cached(
        self, project_id: str, folder_id: str, parent_id: str | None, *, new_resource: bool = False
    ) -> Folder:
        """Return a folder, from the contents of its last known parent: one request for siblings.

        Args:
            project_id: The project's id.
            folder_id: The folder's id.
            parent_id: The id of the folder that contained it; None if it is not known.
            new_resource: Whether it was created recently, so that a 404 is retried.

        Raises:
            NotFoundError: It does not exist, or the project is not visible.
            HqError: Data Management refused the request.
            UnansweredError: No response arrived.
        """

        def fetch() -> Folder:
            return self.get(project_id, folder_id, new_resource=new_resource)

        with self._lock:
            is_changed = folder_id in self._changed_ids
        if parent_id is None or is_changed:
            return fetch()
        contents = self._get_contents(project_id, parent_id, with_hidden=False)
        return contents.get(folder_id, fetch)

    def list_folders(self, project_id: str, parent_id: str) -> list[Folder]:
        """Return the folders in a folder, without hidden ones: one request for 200 folders.

        Raises:
            HqError: Data Management refused the request.
            UnansweredError: No response arrived.
        """
        contents = self._get_contents(project_id, parent_id, with_hidden=False)
        return contents.list_matching(lambda _folder: True)

    def search_by_name(
        self, project_id: str, parent_id: str, name: str, *, is_current: bool = False
    ) -> list[Folder]:
        """Return the folders of a name in a folder, ignoring case; hidden ones too.

        The contents of each parent are fetched once in a run, and not at all if this run has
        created it.

        Args:
            project_id: The project's id.
            parent_id: The id of the folder that contains them.
            name: The name.
            is_current: Whether to fetch the contents again.

        Raises:
            HqError: Data Management refused the request.
            UnansweredError: No response arrived.
        """
        if not is_current and self.was_created(parent_id):
            return []
        if is_current:
            with self._lock:
                self._contents.pop((parent_id, True), None)
        contents = self._get_contents(project_id, parent_id, with_hidden=True)
        folded = name.casefold()
        return contents.list_matching(
            lambda folder: folder.name.casefold() == folded, include_new=False
        )

    def create(self, project_id: str, parent_id: str, name: str) -> Folder:
        """Create a folder: one POST, retried only if Autodesk has certainly not acted.

        Raises:
            ConflictError: The name is in use.
            HqError: Data Management refused it.
            OpenOutcomeError: It was sent, but its outcome is unknown; look for the name.
            UnreachableError: Nothing was sent.
        """
        attributes = {"name": name, "extension": FOLDER_EXTENSION}
        body = _build_document(attributes, _build_parent(parent_id))
        request = Request(
            "POST",
            f"/data/v1/projects/b.{project_id}/folders",
            f"create folder '{name}' in project {project_id}",
            json=body,
            headers=WRITE_HEADERS,
            idempotent=False,
            scopes=DATA_SCOPES,
        )
        folder = self._request_resource(Folder, request, name=name)
        with self._lock:
            self._created_ids.add(folder.id)
            self._changed_ids.add(folder.id)
        return folder

    def update(
        self,
        project_id: str,
        folder_id: str,
        changes: Mapping[str, Any],
        parent_id: str | None = None,
        *,
        new_resource: bool = False,
    ) -> Folder:
        """Rename, move, hide or restore a folder, in any combination: one PATCH.

        https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-folder_id-PATCH/

        Args:
            project_id: The project's id.
            folder_id: The folder's id.
            changes: ``name``, ``hidden`` or both; may be empty.
            parent_id: The id of the folder to move it into.
            new_resource: Whether it was created recently, so that a 404 is retried.

        Raises:
            ConflictError: The name is in use.
            HqError: Data Management refused it.
            UnansweredError: No response arrived.
        """
        names = [*changes, *(["parent"] if parent_id else [])]
        relationships = _build_parent(parent_id) if parent_id else {}
        request = Request(
            "PATCH",
            _build_path(project_id, folder_id),
            f"change {', '.join(names)} of folder {folder_id}",
            json=_build_document(changes, relationships, folder_id),
            headers=WRITE_HEADERS,
            new_resource=new_resource,
            scopes=DATA_SCOPES,
        )
        with self._lock:
            self._changed_ids.add(folder_id)
        return self._request_resource(Folder, request, id=folder_id)

    def was_created(self, folder_id: str) -> bool:
        """Return whether this run has created the folder."""
        with self._lock:
            return folder_id in self._created_ids

    def _build_hub_path(self, project_id: str) -> str:
        return f"/project/v1/hubs/b.{self._connection.account_id}/projects/b.{project_id}"

    def _get_contents(
        self, project_id: str, parent_id: str, *, with_hidden: bool
    ) -> ListCache[Folder]:
        fetch = partial(self._request_contents, project_id, parent_id, with_hidden=with_hidden)
        description = f"list the folders in folder {parent_id}"
        with self._lock:
            return self._contents.setdefault(
                (parent_id, with_hidden),
                ListCache(fetch, self._transport.clock.monotonic, description, pages_first=True),
            )

    def _request_contents(
        self, project_id: str, parent_id: str, number: int, *, with_hidden: bool
    ) -> ListPage[Folder]:
        params = {
            "filter[type]": "folders",
            "page[number]": str(number),
            "page[limit]": str(FOLDERS_PAGE_SIZE),
            **({"includeHidden": "true"} if with_hidden else {}),
        }
        path = f"{_build_path(project_id, parent_id)}/contents"
        description = f"list the folders in folder {parent_id}"
        page = self._request_page(_build_read(path, description, params=params))
        return ListPage(page.rows, None if page.next_offset is None else number + 1)

    def _request_page(self, request: Request) -> ListPage[Folder]:
        """Return the folders of a list, and any offset if another page follows."""

        def read(body: Any) -> tuple[ListPage[Folder], str]:
            rows = body.get("data") if isinstance(body, Mapping) else None
            if not isinstance(rows, list):
                raise build_unreadable_error(request)
            folders = [
                parse_row(Folder, request, row)
                for row in rows
                if isinstance(row, Mapping) and row.get("type", "folders") == "folders"
            ]
            links = body.get("links")
            follows = isinstance(links, Mapping) and bool(links.get("next"))
            return ListPage(folders, 1 if follows else None), ""

        return self._send_until_match(request, read)

    def _request_resource(
        self, model: type[Model], request: Request, **expected: str | None
    ) -> Model:
        """Send a request, and return the resource of the JSON:API document in the response."""

        def read(body: Any) -> tuple[Model, str]:
            data = body.get("data") if isinstance(body, Mapping) else None
            row = parse_row(model, request, data)
            return row, self._find_mismatch(row, expected)

        return self._send_until_match(request, read)


def _build_path(project_id: str, folder_id: str) -> str:
    return f"/data/v1/projects/b.{project_id}/folders/{quote(folder_id, safe='')}"


def _build_read(path: str, description: str, **rest: Any) -> Request:
    return Request("GET", path, description, headers=READ_HEADERS, scopes=DATA_SCOPES, **rest)


def _build_parent(parent_id: str) -> dict[str, Any]:
    return {"parent": {"data": {"type": "folders", "id": parent_id}}}


def _build_document(
    attributes: Mapping[str, Any], relationships: Mapping[str, Any], folder_id: str = ""
) -> dict[str, Any]:
    parts = {"id": folder_id, "attributes": attributes, "relationships": relationships}
    data = {"type": "folders", **{name: part for name, part in parts.items() if part}}
    return {"jsonapi": JSON_API_VERSION, "data": data}
