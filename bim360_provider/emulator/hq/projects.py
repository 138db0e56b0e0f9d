"""The endpoints of projects, their images and the jobs that copy a template."""

from hashlib import sha256

from bim360_provider.emulator.assumptions import COPY_JOB, Code, JobState
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.hq import companies, members, project_rules
from bim360_provider.emulator.hq.body import joined
from bim360_provider.emulator.hq.listing import page_of
from bim360_provider.emulator.hq.project_rules import CREATE_ONLY, for_create, for_patch
from bim360_provider.emulator.http import messages
from bim360_provider.emulator.http.errors import HqError, invalid, missing
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row, Value
from bim360_provider.emulator.storage.schema import PROJECT_FIELDS

AFTER = {
    # Documented: only the first project admin activates a pending project, see
    # https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ ; that a PATCH is
    # answered with 200 and leaves it pending is an inference.
    ("pending", "active"): "pending",
    # Observed in a client's test teardown: a project is archived before anybody joined it.
    ("pending", "archived"): "archived",
    # Observed in the API's 2016 draft reference.
    ("active", "inactive"): "inactive",
    ("active", "archived"): "archived",
    ("inactive", "active"): "active",
    ("inactive", "archived"): "archived",
    # Inference from the "restore" function of the web pages.
    ("archived", "active"): "active",
}
"""What a project is in after (its status, the status sent); what is not here is refused."""


def after(now: str, sent: str) -> str:
    """Return the status a project has after a PATCH; sending its own changes nothing.

    Raises:
        HqError: 422, no such change is known.
    """
    if sent == now:
        return now
    if (now, sent) not in AFTER:
        message = f"a project that is {now} cannot become {sent}"
        raise HqError(422, Code.TRANSITION, message)
    return AFTER[now, sent]


QUEUED_SHARE = 0.25
"""Part of ``job_duration`` spent in the queue: long enough for a poll to see both states."""


def new_job_id(call: Call) -> str:
    """Return a new id: 32 hexadecimal digits, no dashes, as in the documented example."""
    return call.backend.ids.make("job").hex


def start(call: Call, job_id: str, project: Row) -> None:
    """Start copying into a new project."""
    row: Row = {
        "id": job_id,
        "account_id": call.account.id,
        "project_id": project["id"],
        "started": call.backend.clock.now(),
    }
    call.backend.store.insert("jobs", row)


def get_job(call: Call) -> Reply:
    """Answer GET job."""
    sql = "SELECT * FROM jobs WHERE account_id = ? AND id = ?"
    job = call.backend.store.row(sql, [call.account.id, call.params["job_id"]])
    if job is None:
        raise missing(entity="job")
    age = call.backend.clock.now() - float(job["started"] or 0)
    state, message = _state(age, call)
    return Reply.json(
        200,
        {
            "id": job["id"],
            "account_id": job["account_id"],
            "name": COPY_JOB,
            "status": state.value,
            "message": message,
            "details": {"project_id": job["project_id"]},
        },
    )


def _state(age: float, call: Call) -> tuple[JobState, str | None]:
    duration = call.options.job_duration
    if age < duration * QUEUED_SHARE:
        return JobState.QUEUED, None
    if age < duration:
        return JobState.PROCESSING, None
    if call.options.job_outcome == "failed":
        return JobState.FAILED, "the template could not be copied"
    return JobState.SUCCESS, None


def create(call: Call) -> Reply:
    """Answer POST projects: 201 with a pending project, without its services (documented)."""
    project = for_create(call.request, call.options)
    asked = {field.name: project.pop(field.name) for field in CREATE_ONLY}
    if project["service_types"] is None:
        # Documented: left out, the project gets all services enabled in the account.
        project["service_types"] = joined({*call.account.services})
    project_rules.check(project, project, call)
    template_id = asked["template_project_id"]
    if template_id is not None:
        project_rules.check_template(rows.named(call, str(template_id)), project)
    project_rules.check_name(project, call)
    job_id = new_job_id(call) if template_id is not None else None
    made = rows.insert_project(call, {**project, "copy_project_job_id": job_id})
    if job_id is not None:
        start(call, job_id, made)
    members.add_first(call, made)
    if asked["include_companies"]:
        members.copy(call, template_id, made)
    return Reply.json(201, public(made, call))


def listed(call: Call) -> Reply:
    """Answer GET projects: a bare array, ten rows unless asked otherwise (documented)."""
    page = page_of(call.request.arguments(), PROJECT_FIELDS, call.options)
    found = rows.page_of_projects(call, page)
    return Reply.json(200, [page.cut(public(project, call)) for project in found])


def shown(call: Call) -> Reply:
    """Answer GET one project: the only answer with ``service_types`` (observed).

    Observed: https://stackoverflow.com/questions/58258058 - with services nobody asked for, which
    the option ``services_unasked`` brings in.
    """
    project = rows.visible(call)
    unasked = call.options.services_unasked.split(",")
    services = {*str(project["service_types"]).split(","), *unasked} - {""}
    return Reply.json(200, {**public(project, call), "service_types": joined(services)})


def changed(call: Call) -> Reply:
    """Answer PATCH project: 200 with the whole project; only what is sent changes (documented).

    Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/
    """
    project = rows.visible(call)
    sent = for_patch(call.request, call.options)
    _refuse_archived(project, sent, call)
    if "status" in sent:
        sent["status"] = after(str(project["status"]), str(sent["status"]))
    if "service_types" in sent and call.options.services_only_grow:
        both = f"{project['service_types']},{sent['service_types']}"
        sent["service_types"] = joined({*both.split(",")} - {""})
    project_rules.check({**project, **sent}, sent, call)
    sent |= _active_services(project, sent)
    _refuse_name(project, sent, call)
    return Reply.json(200, public(rows.update_project(call, project, sent), call))


def _active_services(project: Row, sent: Row) -> Row:
    """Return what a change of services does to those in use.

    Observed: the vendor's set-up tool adds services with a PATCH as soon as there is an admin.
    """
    if "service_types" not in sent:
        return {}
    wanted, before = ({*str(row["service_types"]).split(",")} for row in (sent, project))
    active = {*str(project["active_services"]).split(",")} & wanted
    fresh = set() if project["status"] == "pending" else wanted - before
    return {"active_services": joined((active | fresh) - {""})}


def _refuse_archived(project: Row, sent: Row, call: Call) -> None:
    """Inference: an archived project takes its status, or anything together with ``active``."""
    if project["status"] != "archived" or call.options.archived_patch == "anything":
        return
    beside = sorted(sent.keys() - {"status"})
    if beside and sent.get("status") != "active":
        message = f"the project is archived; {', '.join(beside)} cannot be changed"
        raise HqError(422, Code.ARCHIVED, message)


def _refuse_name(project: Row, sent: Row, call: Call) -> None:
    """Inference: the vendor's set-up tool leaves an unchanged name out, as if it met itself.

    https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    """
    if "name" not in sent:
        return
    if sent["name"] != project["name"] or call.options.patch_own_name == "conflict":
        project_rules.check_name(sent, call)


def public(project: Row, call: Call) -> Row:
    """Return the documented fields in the documented order."""
    hide = call.options.copy_job_id_without_template == "absent"
    return {
        name: project[name]
        for name in PROJECT_FIELDS
        if not (hide and name == "copy_project_job_id" and project[name] is None)
    }


PART = "chunk"
"""Documented in the page's example; its table of headers says application/json, which is a slip."""

TYPES = ("image/png", "image/jpeg", "image/jpg", "image/bmp", "image/gif")
"""Documented; a limit of the size is not."""


def project(call: Call) -> Reply:
    """Answer PATCH image of a project: 200 with the project (documented)."""
    before = rows.visible(call)
    if before["status"] == "archived" and call.options.archived_patch != "anything":
        raise HqError(422, Code.ARCHIVED, "the project is archived; its image cannot be changed")
    _keep(call, before["id"])
    return Reply.json(200, public(_touched(call, "projects", before), call))


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


def _part(call: Call) -> messages.Part:
    if not messages.is_multipart(call.request):
        raise invalid(problem=f"the content type must be {messages.KIND}")
    parts = messages.parts(call.request)
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
