"""The endpoints of projects, their images and the jobs that copy a template."""

from hashlib import sha256

from bim360_provider.emulator.assumptions import (
    COPY_FAILED_MESSAGE,
    COPY_JOB_NAME,
    ErrorCode,
    JobState,
)
from bim360_provider.emulator.clock import format_timestamp
from bim360_provider.emulator.hq import companies, members, project_rules
from bim360_provider.emulator.hq.body import join_services
from bim360_provider.emulator.hq.listing import parse_page
from bim360_provider.emulator.hq.project_rules import (
    CREATE_ONLY_FIELDS,
    parse_create_body,
    parse_patch_body,
)
from bim360_provider.emulator.http import messages
from bim360_provider.emulator.http.errors import (
    HqApiError,
    build_bad_request_error,
    build_not_found_error,
)
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row, SqlValue
from bim360_provider.emulator.storage.schema import PROJECT_FIELDS

STATUS_TRANSITIONS = {
    # Documented: only the first project admin activates a pending project, see
    # https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ ; that a PATCH
    # returns 200 and leaves it pending is an inference.
    ("pending", "active"): "pending",
    # Observed in a client's test teardown: it archives a project without users.
    ("pending", "archived"): "archived",
    # Observed in the API's 2016 draft reference.
    ("active", "inactive"): "inactive",
    ("active", "archived"): "archived",
    ("inactive", "active"): "active",
    ("inactive", "archived"): "archived",
    # Inference from the "restore" function of the web pages.
    ("archived", "active"): "active",
}
"""The new status by (current status, sent status); other changes are refused."""

QUEUED_SHARE = 0.25
"""The queued part of ``job_duration``; polling can observe both states."""

IMAGE_PART_NAME = "chunk"
"""Documented in the page's example; its table of headers says application/json, an error."""

IMAGE_CONTENT_TYPES = ("image/png", "image/jpeg", "image/jpg", "image/bmp", "image/gif")
"""Documented, without a limit of the size."""


def find_next_status(now: str, sent: str) -> str:
    """Return the status of a project after a PATCH; its own status changes nothing.

    Raises:
        HqApiError: 422, the change is unknown.
    """
    if sent == now:
        return now
    if (now, sent) not in STATUS_TRANSITIONS:
        message = f"a project that is {now} cannot become {sent}"
        raise HqApiError(422, ErrorCode.TRANSITION, message)
    return STATUS_TRANSITIONS[now, sent]


def create_job_id(call: ApiCall) -> str:
    """Return a new id: 32 hexadecimal digits without dashes, as in the documented example."""
    return call.hq.ids.create_id("job").hex


def start_job(call: ApiCall, job_id: str, project: Row) -> None:
    """Start the copy of a template into a new project."""
    row: Row = {
        "id": job_id,
        "account_id": call.account.id,
        "project_id": project["id"],
        "started": call.hq.clock.now(),
    }
    call.hq.store.insert("jobs", row)


def get_job(call: ApiCall) -> Reply:
    """Handle GET job."""
    sql = "SELECT * FROM jobs WHERE account_id = ? AND id = ?"
    job = call.hq.store.fetch_one(sql, [call.account.id, call.params["job_id"]])
    if job is None:
        raise build_not_found_error(entity="job")
    age = call.hq.clock.now() - float(job["started"] or 0)
    state, message = _compute_job_state(age, call)
    return Reply.from_content(
        200,
        {
            "id": job["id"],
            "account_id": job["account_id"],
            "name": COPY_JOB_NAME,
            "status": state.value,
            "message": message,
            "details": {"project_id": job["project_id"]},
        },
    )


def _compute_job_state(age: float, call: ApiCall) -> tuple[JobState, str | None]:
    duration = call.options.job_duration
    if age < duration * QUEUED_SHARE:
        return JobState.QUEUED, None
    if age < duration:
        return JobState.PROCESSING, None
    if call.options.job_outcome == "failed":
        return JobState.FAILED, COPY_FAILED_MESSAGE
    return JobState.SUCCESS, None


def create_project(call: ApiCall) -> Reply:
    """Handle POST projects: 201 with a pending project, without its services (documented)."""
    project = parse_create_body(call.request, call.options)
    create_only = {field.name: project.pop(field.name) for field in CREATE_ONLY_FIELDS}
    if project["service_types"] is None:
        # Documented: by default, the project gets all services enabled in the account.
        project["service_types"] = join_services({*call.account.services})
    project_rules.check_project(project, project, call)
    template_id = create_only["template_project_id"]
    if template_id is not None:
        project_rules.check_template(rows.find_project(call, str(template_id)), project)
    project_rules.check_name(project, call)
    job_id = create_job_id(call) if template_id is not None else None
    created = rows.insert_project(call, {**project, "copy_project_job_id": job_id})
    if job_id is not None:
        start_job(call, job_id, created)
    members.add_first_company(call, created)
    if create_only["include_companies"]:
        members.copy_companies(call, template_id, created)
    return Reply.from_content(201, format_project(created, call))


def list_projects(call: ApiCall) -> Reply:
    """Handle GET projects: a bare array, ten rows by default (documented)."""
    page = parse_page(call.request.parse_query(), PROJECT_FIELDS, call.options)
    found = rows.fetch_project_page(call, page)
    return Reply.from_content(
        200, [page.select_fields(format_project(project, call)) for project in found]
    )


def get_project(call: ApiCall) -> Reply:
    """Handle GET one project: the only reply with ``service_types`` (observed).

    Observed: https://stackoverflow.com/questions/58258058 - with services that were not requested,
    which the option ``services_unasked`` adds.
    """
    project = rows.get_visible_project(call)
    unasked = call.options.services_unasked.split(",")
    services = {*str(project["service_types"]).split(","), *unasked} - {""}
    return Reply.from_content(
        200, {**format_project(project, call), "service_types": join_services(services)}
    )


def patch_project(call: ApiCall) -> Reply:
    """Handle PATCH project: 200 with the whole project; only what is sent changes (documented).

    Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/
    """
    project = rows.get_visible_project(call)
    sent = parse_patch_body(call.request, call.options)
    _refuse_archived_project(project, sent, call)
    if "status" in sent:
        sent["status"] = find_next_status(str(project["status"]), str(sent["status"]))
    if "service_types" in sent and call.options.services_only_grow:
        both = f"{project['service_types']},{sent['service_types']}"
        sent["service_types"] = join_services({*both.split(",")} - {""})
    project_rules.check_project({**project, **sent}, sent, call)
    sent |= _build_active_services(project, sent)
    _refuse_duplicate_name(project, sent, call)
    return Reply.from_content(200, format_project(rows.update_project(call, project, sent), call))


def _build_active_services(project: Row, sent: Row) -> Row:
    """Return the active services after a change of services.

    Observed: the vendor's set-up tool adds services with a PATCH as soon as an admin exists.
    """
    if "service_types" not in sent:
        return {}
    wanted, before = ({*str(row["service_types"]).split(",")} for row in (sent, project))
    active = {*str(project["active_services"]).split(",")} & wanted
    added = set() if project["status"] == "pending" else wanted - before
    return {"active_services": join_services((active | added) - {""})}


def _refuse_archived_project(project: Row, sent: Row, call: ApiCall) -> None:
    """Inference: an archived project accepts its status, or any field together with ``active``."""
    if project["status"] != "archived" or call.options.archived_patch == "anything":
        return
    other_fields = sorted(sent.keys() - {"status"})
    if other_fields and sent.get("status") != "active":
        message = f"the project is archived; {', '.join(other_fields)} cannot be changed"
        raise HqApiError(422, ErrorCode.ARCHIVED, message)


def _refuse_duplicate_name(project: Row, sent: Row, call: ApiCall) -> None:
    """Inference: the vendor's set-up tool omits an unchanged name, as if it caused a conflict.

    https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    """
    if "name" not in sent:
        return
    if sent["name"] != project["name"] or call.options.patch_own_name == "conflict":
        project_rules.check_name(sent, call)


def format_project(project: Row, call: ApiCall) -> Row:
    """Return the documented fields in the documented order."""
    hide = call.options.copy_job_id_without_template == "absent"
    return {
        name: project[name]
        for name in PROJECT_FIELDS
        if not (hide and name == "copy_project_job_id" and project[name] is None)
    }


def patch_project_image(call: ApiCall) -> Reply:
    """Handle PATCH image of a project: 200 with the project (documented)."""
    before = rows.get_visible_project(call)
    if before["status"] == "archived" and call.options.archived_patch != "anything":
        raise HqApiError(
            422, ErrorCode.ARCHIVED, "the project is archived; its image cannot be changed"
        )
    _store_image(call, before["id"])
    return Reply.from_content(200, format_project(_touch_row(call, "projects", before), call))


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
