"""The endpoints of projects.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ and the pages
beside it.
"""

from bim360_provider.emulator import jobs, project_companies, project_rows, project_rules
from bim360_provider.emulator.errors import HqError
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.listing import page_of
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.project_body import for_create, for_patch
from bim360_provider.emulator.project_fields import CREATE_ONLY
from bim360_provider.emulator.project_status import after
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.schema import PROJECT_FIELDS
from bim360_provider.emulator.store import Row
from bim360_provider.emulator.values import joined


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
        project_rules.check_template(project_rows.named(call, str(template_id)), project)
    project_rules.check_name(project, call)
    job_id = jobs.job_id(call) if template_id is not None else None
    made = project_rows.insert(call, {**project, "copy_project_job_id": job_id})
    if job_id is not None:
        jobs.start(call, job_id, made)
    project_companies.add_first(call, made)
    if asked["include_companies"]:
        project_companies.copy(call, template_id, made)
    return Reply.json(201, public(made, call))


def listed(call: Call) -> Reply:
    """Answer GET projects: a bare array, ten rows unless asked otherwise (documented)."""
    page = page_of(call.request.arguments(), PROJECT_FIELDS, call.options)
    found = project_rows.page(call, page)
    return Reply.json(200, [page.cut(public(project, call)) for project in found])


def shown(call: Call) -> Reply:
    """Answer GET one project: the only answer with ``service_types`` (observed).

    Observed: https://stackoverflow.com/questions/58258058 - with services nobody asked for, which
    the option ``services_unasked`` brings in.
    """
    project = project_rows.visible(call)
    unasked = call.options.services_unasked.split(",")
    services = {*str(project["service_types"]).split(","), *unasked} - {""}
    return Reply.json(200, {**public(project, call), "service_types": joined(services)})


def changed(call: Call) -> Reply:
    """Answer PATCH project: 200 with the whole project; only what is sent changes (documented).

    Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/
    """
    project = project_rows.visible(call)
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
    return Reply.json(200, public(project_rows.update(call, project, sent), call))


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
