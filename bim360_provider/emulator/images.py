"""Images of projects and companies: taken, weighed, and not kept.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-image-PATCH/
"""

from hashlib import sha256

from bim360_provider.emulator import companies, multipart, project_rows, projects, rows
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.errors import HqError, invalid
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row, Value

PART = "chunk"
"""Documented in the page's example; its table of headers says application/json, which is a slip."""

TYPES = ("image/png", "image/jpeg", "image/jpg", "image/bmp", "image/gif")
"""Documented; a limit of the size is not."""


def project(call: Call) -> Reply:
    """Answer PATCH image of a project: 200 with the project (documented)."""
    before = project_rows.visible(call)
    if before["status"] == "archived" and call.options.archived_patch != "anything":
        raise HqError(422, Code.ARCHIVED, "the project is archived; its image cannot be changed")
    _keep(call, before["id"])
    return Reply.json(200, projects.public(_touched(call, "projects", before), call))


def company(call: Call) -> Reply:
    """Answer PATCH image of a company: 200 with the company (documented)."""
    before = companies.named(call)
    _keep(call, before["id"])
    return Reply.json(200, companies.public(_touched(call, "companies", before)))


def _keep(call: Call, entity_id: Value) -> None:
    """Note what was uploaded; the image itself is not stored."""
    part = _part(call)
    call.backend.store.run("DELETE FROM images WHERE id = ?", [entity_id])
    row: Row = {
        "id": entity_id,
        "filename": part.filename,
        "content_type": part.content_type,
        "size": len(part.content),
        "sha256": sha256(part.content).hexdigest(),
    }
    call.backend.store.insert("images", row)


def _part(call: Call) -> multipart.Part:
    if not multipart.is_multipart(call.request):
        raise invalid(problem=f"the content type must be {multipart.KIND}")
    parts = multipart.parts(call.request)
    part = next((each for each in parts if each.name == PART), None)
    if part is None:
        raise invalid(problem=f"the form has no part named {PART}")
    if not part.filename or not part.content:
        raise invalid(problem=f"the part {PART} has no file name or no content")
    if part.content_type not in TYPES:
        raise invalid(problem=f"{part.content_type} is not one of {', '.join(TYPES)}")
    return part


def _touched(call: Call, table: str, before: Row) -> Row:
    now = stamp(call.backend.clock.now())
    rows.overwrite(call.backend.store, table, before["seq"], {"updated_at": now})
    return {**before, "updated_at": now}
