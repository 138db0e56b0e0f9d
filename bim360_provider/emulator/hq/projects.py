"""The endpoints of projects, with their rules."""

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.hq import body, jobs, listing
from bim360_provider.emulator.hq.enums import SETTABLE_STATUSES
from bim360_provider.emulator.hq.values import (
    BodyField,
    build_choice_reader,
    join_services,
    read_boolean,
    read_uuid,
)
from bim360_provider.emulator.http.errors import HqApiError, build_unprocessable_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row, SqlValue
from bim360_provider.emulator.storage.schema import PROJECTS

PROJECT_FIELDS = PROJECTS.reply_fields

CREATE_ONLY_FIELDS = (
    BodyField("template_project_id", read_uuid),
    BodyField("include_locations", read_boolean),
    BodyField("include_companies", read_boolean),
)
"""The fields of POST only; absent from the page of PATCH."""

STATUS_FIELD = BodyField("status", build_choice_reader(SETTABLE_STATUSES), is_required=True)
"""The field of PATCH only. Observed: the vendor's set-up tool sends a status with a POST as well,
and the project stays pending."""

IGNORED_FIELDS = ("folders_created_from",)
"""Observed: the vendor's set-up tool sends it, and other read-only fields, successfully, so they
are ignored by default: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

CREATE_SCHEMA = body.build_schema(
    (*PROJECTS.body_fields, *CREATE_ONLY_FIELDS), (*PROJECT_FIELDS, *IGNORED_FIELDS)
)

PATCH_SCHEMA = body.build_schema(
    (*PROJECTS.body_fields, STATUS_FIELD),
    (*PROJECT_FIELDS, *IGNORED_FIELDS),
    create_only=[field.name for field in CREATE_ONLY_FIELDS],
)

FIELD_SERVICE = "field"

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


def create_project(call: ApiCall) -> Reply:
    """Handle POST projects: 201 with a pending project, without its services (documented)."""
    project = body.parse_full(body.parse_object(call.request), CREATE_SCHEMA, call.options)
    create_only = {field.name: project.pop(field.name) for field in CREATE_ONLY_FIELDS}
    if project["service_types"] is None:
        # Documented: by default, the project gets all services enabled in the account.
        project["service_types"] = join_services({*call.account.services})
    _check_project(project, project, call)
    template_id = create_only["template_project_id"]
    if template_id is not None:
        _check_template(rows.find_row(call, "projects", template_id), project)
    _refuse_taken_name(project, call)
    job_id = jobs.create_job_id(call) if template_id is not None else None
    delay = call.options.visible_after
    fixed: Row = {
        "copy_project_job_id": job_id,
        "status": "pending",
        "last_sign_in": None,
        "visible_from": call.hq.clock.now() + delay if delay else 0,
    }
    created = rows.insert_row(call, "projects", "project", {**project, **fixed})
    if job_id is not None:
        jobs.start_job(call, job_id, created)
    _add_first_company(call, created)
    if create_only["include_companies"]:
        _copy_companies(call, template_id, created)
    return Reply.from_content(201, format_project(created, call))


def _copy_companies(call: ApiCall, template_id: SqlValue, project: Row) -> None:
    """Add the companies of its template to a new project (documented: ``include_companies``)."""
    sql = (
        "INSERT OR IGNORE INTO project_companies (project_id, company_id) "
        "SELECT ?, company_id FROM project_companies WHERE project_id = ? ORDER BY seq"
    )
    call.hq.store.execute(sql, [project["id"], template_id])


def _add_first_company(call: ApiCall, project: Row) -> None:
    """Add a company to a new project, as HQ does even without a template (observed).

    Observed: https://github.com/JohnOnSoftware/forge-bim360.project.setup-postman.collection
    Which company it is has not been published; here it is the account's oldest, see assumptions.py.
    """
    sql = (
        "INSERT OR IGNORE INTO project_companies (project_id, company_id) "
        "SELECT ?, id FROM companies WHERE account_id = ? ORDER BY created_at, seq LIMIT 1"
    )
    call.hq.store.execute(sql, [project["id"], call.account.id])


def list_projects(call: ApiCall) -> Reply:
    """Handle GET projects: a bare array, ten rows by default (documented)."""
    page = listing.parse_page(call.request.parse_query(), PROJECT_FIELDS, call.options)
    hidden = rows.ACC_PLATFORM if call.options.acc_projects_in_hq == "hide" else ""
    found = listing.fetch_page(
        call, "projects", page, "visible_from <= ? AND platform <> ?", [call.hq.clock.now(), hidden]
    )
    return Reply.from_content(
        200, [page.select_fields(format_project(project, call)) for project in found]
    )


def get_project(call: ApiCall) -> Reply:
    """Handle GET one project: the only reply with ``service_types`` (observed).

    Observed: https://stackoverflow.com/questions/58258058 - with services that were not requested,
    which the option ``services_unasked`` adds.
    """
    project = rows.get_bim360_project(call)
    unasked = call.options.services_unasked.split(",")
    services = {*str(project["service_types"]).split(","), *unasked} - {""}
    return Reply.from_content(
        200, {**format_project(project, call), "service_types": join_services(services)}
    )


def patch_project(call: ApiCall) -> Reply:
    """Handle PATCH project: 200 with the whole project; only what is sent changes (documented).

    Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/
    """
    project = rows.get_bim360_project(call)
    sent = _parse_patch(call)
    _refuse_archived_project(project, sent, call)
    if "status" in sent:
        sent["status"] = find_next_status(str(project["status"]), str(sent["status"]))
    if "service_types" in sent and call.options.services_only_grow:
        both = f"{project['service_types']},{sent['service_types']}"
        sent["service_types"] = join_services({*both.split(",")} - {""})
    _check_project({**project, **sent}, sent, call)
    sent |= _build_active_services(project, sent)
    _refuse_duplicate_name(project, sent, call)
    return Reply.from_content(
        200, format_project(rows.update_row(call, "projects", project, sent), call)
    )


def _parse_patch(call: ApiCall) -> Row:
    """Return the values that a PATCH changes.

    Observed: the vendor's set-up tool archives with ``service_types: ""`` and no service is
    removed, so an empty list changes nothing.
    """
    sent = body.parse_object(call.request)
    if sent.get("service_types") in body.EMPTY_VALUES:
        sent.pop("service_types", None)
    return body.parse_partial(sent, PATCH_SCHEMA, call.options)


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
        _refuse_taken_name(sent, call)


def format_project(project: Row, call: ApiCall) -> Row:
    """Return the documented fields in the documented order."""
    hide = call.options.copy_job_id_without_template == "absent"
    return {
        name: project[name]
        for name in PROJECT_FIELDS
        if not (hide and name == "copy_project_job_id" and project[name] is None)
    }


def _check_project(project: Row, sent: Row, call: ApiCall) -> None:
    """Check the business rules of the fields that were sent.

    Args:
        project: All values of the project, including the sent ones.
        sent: The values of the request.
        call: The call.

    Raises:
        HqApiError: 422 for the first broken rule; the status is an inference.
    """
    if "start_date" in sent or "end_date" in sent:
        _check_dates(project)
    if "service_types" in sent:
        _check_services(project, call)
    if "business_unit_id" in sent:
        _check_business_unit(project, call)
    if "state_or_province" in sent or "country" in sent:
        _check_state(project, call)


def _check_dates(project: Row) -> None:
    """Documented on the page of POST projects: start_date is before end_date."""
    start, end = project["start_date"], project["end_date"]
    if start and end and str(start) >= str(end):
        raise build_unprocessable_error(reason=f"start_date {start} must be before end_date {end}")


def _check_services(project: Row, call: ApiCall) -> None:
    """Inference: the page of POST projects mentions the services enabled in the account."""
    wanted = {*str(project["service_types"]).split(",")} - {""}
    absent = sorted(wanted - {*call.account.services})
    if absent and call.options.services_must_be_enabled:
        raise build_unprocessable_error(reason=f"service_types: the account has no {absent[0]}")


def _check_business_unit(project: Row, call: ApiCall) -> None:
    """Documented as the id of an existing business unit; the status code is an inference."""
    unit = project["business_unit_id"]
    if unit is None or not call.options.business_unit_must_exist:
        return
    sql = "SELECT 1 FROM business_units WHERE account_id = ? AND id = ?"
    if call.hq.store.fetch_one(sql, [call.account.id, unit]) is None:
        raise build_unprocessable_error(
            reason=f"business_unit_id: the account has no business unit {unit}"
        )


def _check_state(project: Row, call: ApiCall) -> None:
    """Inference from "the allowed states depend on the country"; off by default."""
    lacks_country = project["state_or_province"] is not None and project["country"] is None
    if lacks_country and call.options.state_needs_country:
        raise build_unprocessable_error(reason="state_or_province needs a country")


def _check_template(template: Row | None, project: Row) -> None:
    """Check the template of a new project.

    Documented on the page of POST projects: it exists, Field is active on it, and the languages
    are the same.

    Raises:
        HqApiError: 422.
    """
    if template is None or template["platform"] == rows.ACC_PLATFORM:
        raise build_unprocessable_error(
            reason="template_project_id: the account has no such project"
        )
    if FIELD_SERVICE not in str(template["service_types"]).split(","):
        raise build_unprocessable_error(
            reason=f"template_project_id: {template['name']} does not have the Field service"
        )
    language, wanted = template["language"], project["language"]
    if language and wanted and language != wanted:
        raise build_unprocessable_error(
            reason=f"language {wanted} is not the template's, which is {language}"
        )


def _refuse_taken_name(project: Row, call: ApiCall) -> None:
    """Check that no project of the account has this name, archived ones included.

    409 is documented for a conflict; that an archived project keeps its name is an inference from
    the lack of a delete.

    Raises:
        HqApiError: 409.
    """
    sql = "SELECT id FROM projects WHERE account_id = ? AND name = ?"
    if call.hq.store.fetch_one(sql, [call.account.id, project["name"]]) is not None:
        raise HqApiError(
            409, ErrorCode.NAME_TAKEN, f'a project named "{project["name"]}" already exists'
        )
