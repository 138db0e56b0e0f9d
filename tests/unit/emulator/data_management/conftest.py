"""Fixtures: an active project with folders, and functions that send requests to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    COMPANY_ID,
    Emulator,
    IncomingRequest,
    Reply,
)
from tests.support.emulator import DATA_SCOPES, get_bearer

PROJECT_ID = "f0000000-0000-4000-8000-000000000001"
ACC_PROJECT_ID = "f0000000-0000-4000-8000-000000000002"
MEMBER_ID = "f0000000-0000-4000-8000-000000000003"
MEMBER_EMAIL = "bo@example.com"

DATA_FORM = f"grant_type=client_credentials&scope={DATA_SCOPES}"


@dataclass
class FolderClient:
    """Sends requests to the folders of a project."""

    emulator: Emulator
    bearer: str
    project_id: str = PROJECT_ID

    def send(
        self, method: str, path: str, body: object = None, *, query: str = "", **headers: str
    ) -> Reply:
        """Send a request; the media type is that of JSON:API but for permissions."""
        kind = "application/json" if "permissions" in path else "application/vnd.api+json"
        sent = {"authorization": self.bearer, "content-type": kind}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if body is None else json.dumps(body).encode()
        return self.emulator.handle(IncomingRequest(method, path, query, sent, content))

    @property
    def hub_path(self) -> str:
        """The path of the project in its hub."""
        return f"/project/v1/hubs/b.{ACCOUNT_ID}/projects/b.{self.project_id}"

    @property
    def path(self) -> str:
        """The path of the project's folders."""
        return f"/data/v1/projects/b.{self.project_id}/folders"

    def list_top_folders(self, **headers: str) -> dict[str, str]:
        """Return the ids of the top folders by name."""
        return self._map(self.send("GET", f"{self.hub_path}/topFolders", **headers))

    def list_contents(self, folder_id: str, query: str = "") -> dict[str, str]:
        """Return the ids of the folders in a folder by name."""
        return self._map(self.send("GET", f"{self.path}/{folder_id}/contents", query=query))

    def get(self, folder_id: str, **headers: str) -> Reply:
        """Read a folder."""
        return self.send("GET", f"{self.path}/{folder_id}", **headers)

    def create(self, parent_id: str, name: object, **headers: str) -> Reply:
        """Create a folder."""
        return self.send("POST", self.path, build_body(parent_id, name), **headers)

    def create_id(self, parent_id: str, name: str) -> str:
        """Create a folder and return its id."""
        return str(self.create(parent_id, name).parse_content()["data"]["id"])

    def patch(
        self, folder_id: str, parent: str | None = None, *, acting: str = "", **fields: object
    ) -> Reply:
        """Change a folder."""
        data: dict[str, Any] = {"type": "folders", "id": folder_id, "attributes": fields}
        if parent is not None:
            data["relationships"] = {"parent": {"data": {"type": "folders", "id": parent}}}
        body = {"jsonapi": {"version": "1.0"}, "data": data}
        headers = {"x_user_id": acting} if acting else {}
        return self.send("PATCH", f"{self.path}/{folder_id}", body, **headers)

    def list_permissions(self, folder_id: str, **headers: str) -> Reply:
        """Read the permissions of a folder."""
        return self.send("GET", self._permissions_path(folder_id), **headers)

    def change_permissions(
        self, folder_id: str, verb: str, *rows: Mapping[str, object], **headers: str
    ) -> Reply:
        """Create, update or delete the permissions of a folder."""
        path = f"{self._permissions_path(folder_id)}:batch-{verb}"
        return self.send("POST", path, [*rows], **headers)

    def _permissions_path(self, folder_id: str) -> str:
        return f"/bim360/docs/v1/projects/{self.project_id}/folders/{folder_id}/permissions"

    @staticmethod
    def _map(reply: Reply) -> dict[str, str]:
        rows = reply.parse_content()["data"]
        return {row["attributes"]["name"]: row["id"] for row in rows}


def build_body(parent_id: str, name: object) -> dict[str, Any]:
    """Return the body of a POST."""
    extension = {"type": "folders:autodesk.bim360:Folder", "version": "1.0"}
    return {
        "jsonapi": {"version": "1.0"},
        "data": {
            "type": "folders",
            "attributes": {"name": name, "extension": extension},
            "relationships": {"parent": {"data": {"type": "folders", "id": parent_id}}},
        },
    }


@pytest.fixture
def folders(emulator: Emulator) -> FolderClient:
    """Return a client of a BIM 360 project with an admin and a member; an ACC project exists."""
    state = emulator.call_control_plane("GET", "/state")
    account = state["accounts"][0]
    account["users"].append({"id": MEMBER_ID, "email": MEMBER_EMAIL, "status": "pending"})
    users = [
        {"email": ADMIN_EMAIL, "services": {"project_administration": "admin"}},
        {
            "email": MEMBER_EMAIL,
            "company_id": COMPANY_ID,
            "industry_roles": ["Architect"],
            "services": {"document_management": "user"},
        },
    ]
    account["projects"] = [
        {"id": PROJECT_ID, "name": "Tower", "users": users},
        {"id": ACC_PROJECT_ID, "name": "Bridge", "users": users, "platform": "acc"},
    ]
    emulator.call_control_plane("PUT", "/state", state)
    return FolderClient(emulator, get_bearer(emulator, DATA_FORM))


@pytest.fixture
def files(folders: FolderClient) -> str:
    """Return the id of the top folder for project files."""
    return folders.list_top_folders()["Project Files"]
