"""The endpoints of images, of projects and of companies; only their metadata is stored."""

from hashlib import sha256

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.hq import companies, projects
from bim360_provider.emulator.http import messages
from bim360_provider.emulator.http.errors import HqApiError, build_bad_request_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row, SqlValue

IMAGE_PART_NAME = "chunk"
"""Documented in the page's example; its table of headers says application/json, an error."""

IMAGE_CONTENT_TYPES = ("image/png", "image/jpeg", "image/jpg", "image/bmp", "image/gif")
"""Documented, without a limit of the size."""


def patch_project_image(call: ApiCall) -> Reply:
    """Handle PATCH image of a project: 200 with the project (documented)."""
    before = rows.get_visible_project(call)
    if before["status"] == "archived" and call.options.archived_patch != "anything":
        raise HqApiError(
            422, ErrorCode.ARCHIVED, "the project is archived; its image cannot be changed"
        )
    _store_image(call, before["id"])
    return Reply.from_content(
        200, projects.format_project(_touch_row(call, "projects", before), call)
    )


def patch_company_image(call: ApiCall) -> Reply:
    """Handle PATCH image of a company: 200 with the company (documented)."""
    before = companies.get_company_row(call)
    _store_image(call, before["id"])
    return Reply.from_content(200, companies.format_company(_touch_row(call, "companies", before)))


def _store_image(call: ApiCall, entity_id: SqlValue) -> None:
    """Store the metadata of an upload, without the image itself."""
    part = _parse_image_part(call)
    call.hq.store.execute("DELETE FROM images WHERE id = ?", [entity_id])
    row: Row = {
        "id": entity_id,
        "filename": part.filename,
        "content_type": part.content_type,
        "size": len(part.content),
        "sha256": sha256(part.content).hexdigest(),
    }
    call.hq.store.insert("images", row)


def _parse_image_part(call: ApiCall) -> messages.FormPart:
    if not messages.is_multipart(call.request):
        raise build_bad_request_error(
            problem=f"the content type must be {messages.MULTIPART_CONTENT_TYPE}"
        )
    parts = messages.parse_parts(call.request)
    part = next((each for each in parts if each.name == IMAGE_PART_NAME), None)
    if part is None:
        raise build_bad_request_error(problem=f"the form has no part named {IMAGE_PART_NAME}")
    if not part.filename or not part.content:
        raise build_bad_request_error(
            problem=f"the part {IMAGE_PART_NAME} has no file name or no content"
        )
    if part.content_type not in IMAGE_CONTENT_TYPES:
        raise build_bad_request_error(
            problem=f"{part.content_type} is not one of {', '.join(IMAGE_CONTENT_TYPES)}"
        )
    return part


def _touch_row(call: ApiCall, table: str, before: Row) -> Row:
    now = format_timestamp(call.hq.clock.now())
    rows.update_columns(call.hq.store, table, before["seq"], {"updated_at": now})
    return {**before, "updated_at": now}
