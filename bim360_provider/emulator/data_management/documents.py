"""JSON:API documents: read the bodies of requests, build those of replies.

Documented: datamanagement.yaml of https://github.com/autodesk-platform-services/aps-sdk-openapi
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from pydantic import JsonValue

from bim360_provider.emulator.data_management.values import FOLDER_TYPE
from bim360_provider.emulator.hq import body
from bim360_provider.emulator.hq.values import BodyField
from bim360_provider.emulator.http.errors import JSON_API_CONTENT_TYPE
from bim360_provider.emulator.http.messages import IncomingRequest, Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage.database import Row, SqlValue

JSON_API_VERSION = "1.0"

EXTENSION_VERSION = "1.0"

PROJECT_TYPES = {"bim360": "BIM360", "acc": "ACC"}
"""Documented: "Verify the project type", https://aps.autodesk.com/en/docs/acc/v1/tutorials"""

WEB_PAGES = {"bim360": "https://docs.b360.autodesk.com", "acc": "https://acc.autodesk.com/docs"}

Json: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class DocumentReader:
    """Reads the members of a JSON:API document and collects its problems."""

    call: ApiCall
    document: Json
    problems: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, call: ApiCall) -> "DocumentReader":
        """Return a reader of the body of a call.

        Raises:
            HqApiError: 400, the body is not JSON, or its media type is another one.
        """
        reader = cls(call, body.parse_object(call.request, JSON_API_CONTENT_TYPE))
        reader.require_value("jsonapi.version", JSON_API_VERSION)
        reader.require_value("data.type", "folders")
        return reader

    def find(self, path: str) -> JsonValue:
        """Return the value at a path such as ``data.attributes.name``, None if there is none."""
        value: Any = self.document
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        found: JsonValue = value
        return found

    def require_value(self, path: str, wanted: str) -> None:
        """Note a problem unless the value at a path is the wanted one."""
        if self.find(path) != wanted:
            self.problems.append(f"{path} must be {wanted}")

    def read_field(self, path: str, known: BodyField) -> SqlValue:
        """Read the value of a field at a path."""
        named = BodyField(path, known.reader, known.is_required)
        return body.parse_field(named, self.find(path), self.call.options, self.problems)

    def read_id(self, path: str) -> str:
        """Read a folder's id."""
        value = self.find(path)
        if not isinstance(value, str) or not value:
            self.problems.append(f"{path} must be the id of a folder")
        return str(value)

    def refuse_unknown_members(self, path: str, known: Sequence[str]) -> None:
        """Note a problem for each unknown member of an object, unless an option allows it."""
        value = self.find(path)
        if isinstance(value, dict):
            self.problems += body.find_unknown_fields(value, known, self.call.options)

    def finish(self) -> None:
        """Refuse a document that has problems.

        Raises:
            HqApiError: 400 with all problems.
        """
        body.refuse_problems(self.problems)


def build_reply(status: int, call: ApiCall, content: Json, self_url: str | None = None) -> Reply:
    """Return a reply with a JSON:API document; ``links.self`` is the URL of the request."""
    document = {
        "jsonapi": {"version": JSON_API_VERSION},
        "links": {"self": _link(self_url or build_base_url(call.request) + call.request.path)},
    }
    document["links"] |= content.pop("links", {})
    return Reply.from_content(
        status, {**document, **content}, {"content-type": JSON_API_CONTENT_TYPE}
    )


def build_base_url(request: IncomingRequest) -> str:
    """Return the base URL by which the client reached the emulator."""
    return f"http://{request.get_header('host') or 'localhost'}"


def build_folder_url(call: ApiCall, project_id: SqlValue, folder_id: SqlValue) -> str:
    """Return the URL of a folder."""
    path = f"/data/v1/projects/b.{project_id}/folders/{quote(str(folder_id), safe='')}"
    return build_base_url(call.request) + path


def build_page_links(call: ApiCall, number: int, *, is_last: bool) -> Json:
    """Return the links between the pages of a list.

    Documented: ``first``, ``prev`` and ``next`` only where there is more than one page.
    """
    pages = {"self": number}
    if number or not is_last:
        pages["first"] = 0
    if number:
        pages["prev"] = number - 1
    if not is_last:
        pages["next"] = number + 1
    url = build_base_url(call.request) + quote(call.request.path, safe="/:")
    query = call.request.parse_query()
    return {
        name: _link(f"{url}?{urlencode({**query, 'page[number]': str(page)})}")
        for name, page in pages.items()
    }


def format_folders(call: ApiCall, project: Row, folders: Iterable[Row]) -> list[Json]:
    """Return the resource objects of folders."""
    return [format_folder(call, project, folder) for folder in folders]


def format_folder(call: ApiCall, project: Row, folder: Row) -> Json:
    """Return the resource object of a folder."""
    url = build_folder_url(call, project["id"], folder["id"])
    page = f"{WEB_PAGES[str(project['platform'])]}/projects/{project['id']}/folders/{folder['id']}"
    return {
        "type": "folders",
        "id": folder["id"],
        "attributes": {**_format_attributes(folder), "extension": _format_folder_extension()},
        "links": {"self": _link(url), "webView": _link(page)},
        "relationships": {
            "parent": {"links": {"related": _link(f"{url}/parent")}, **_format_parent(folder)},
            "refs": {
                "links": {
                    "self": _link(f"{url}/relationships/refs"),
                    "related": _link(f"{url}/refs"),
                }
            },
            "links": {"links": {"self": _link(f"{url}/relationships/links")}},
            "contents": {"links": {"related": _link(f"{url}/contents")}},
        },
    }


def _format_parent(folder: Row) -> Json:
    parent_id = folder["parent_id"]
    return {} if parent_id is None else {"data": {"type": "folders", "id": parent_id}}


def _format_attributes(folder: Row) -> Json:
    return {
        "name": folder["name"],
        "displayName": folder["name"],
        "createTime": folder["created_at"],
        "createUserId": folder["created_by"],
        "createUserName": folder["created_by"],
        "lastModifiedTime": folder["updated_at"],
        "lastModifiedUserId": folder["updated_by"],
        "lastModifiedUserName": folder["updated_by"],
        "lastModifiedTimeRollup": folder["rolled_up_at"],
        "objectCount": folder["object_count"],
        "hidden": bool(folder["hidden"]),
    }


def _format_folder_extension() -> Json:
    extension = _format_extension(FOLDER_TYPE)
    files = "items:autodesk.bim360:File"
    data = {"allowedTypes": ["folders", files], "visibleTypes": ["folders", files]}
    return {**extension, "data": {**data, "namingStandardIds": []}}


def _format_extension(kind: str) -> Json:
    schema = f"https://developer.api.autodesk.com/schema/v1/versions/{quote(kind, safe='')}-1.0"
    return {"type": kind, "version": EXTENSION_VERSION, "schema": _link(schema)}


def format_project(call: ApiCall, project: Row, root_id: str) -> Json:
    """Return the resource object of a project, with its type."""
    project_type = PROJECT_TYPES[str(project["platform"])]
    extension = _format_extension("projects:autodesk.bim360:Project")
    base = build_base_url(call.request)
    hub = f"{base}/project/v1/hubs/b.{project['account_id']}"
    url = f"{hub}/projects/b.{project['id']}"
    page = f"{WEB_PAGES[str(project['platform'])]}/projects/{project['id']}"
    return {
        "type": "projects",
        "id": f"b.{project['id']}",
        "attributes": {
            "name": project["name"],
            "scopes": [f"b360project.{project['id']}", f"O2tenant.{project['account_id']}"],
            "extension": {**extension, "data": {"projectType": project_type}},
        },
        "links": {"self": _link(url), "webView": _link(page)},
        "relationships": {
            "hub": {
                "data": {"type": "hubs", "id": f"b.{project['account_id']}"},
                "links": {"related": _link(hub)},
            },
            "rootFolder": {
                "data": {"type": "folders", "id": root_id},
                "meta": {"link": _link(build_folder_url(call, project["id"], root_id))},
            },
            "topFolders": {"links": {"related": _link(f"{url}/topFolders")}},
        },
    }


def _link(url: str) -> Json:
    return {"href": url}
