"""HQ v2's endpoints of project users: the import and the PATCH.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
and the page of the PATCH beside it.
"""

from pydantic import JsonValue

from bim360_provider.emulator import acting_user, body, member_body, members, project_rows, rows
from bim360_provider.emulator.errors import HqError, RefusedError, invalid, missing
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.members import SERVICE_TYPES
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row


def imported(call: Call) -> Reply:
    """Answer POST users/import: 200 even where every row fails (observed).

    Observed: https://stackoverflow.com/questions/51520301
    """
    project = _open_project(call)
    made: list[JsonValue] = []
    failed: list[JsonValue] = []
    for row in body.json_rows(call.request):
        _one(call, project, row, made, failed)
    content: dict[str, JsonValue] = {"success": len(made), "failure": len(failed)}
    return Reply.json(200, content | {"success_items": made, "failure_items": failed})


def changed(call: Call) -> Reply:
    """Answer PATCH user: 200, with what is wrong inside (documented).

    ``services`` takes away the access to every module it does not name, says "BIM360 HQ PATCH
    Project User", https://aps.autodesk.com/blog, January 2019.
    """
    project = _open_project(call)
    user = rows.one(call, "listed_users", call.params["user_id"], "user")
    member = members.find(call, project, user)
    if member is None:
        raise missing(entity="user")
    sent = body.json_object(call.request)
    errors: list[JsonValue] = []
    try:
        values = member_body.read(call, project, sent)
    except RefusedError as problem:
        errors.append({"code": problem.code, "message": problem.message})
        values = {}
    if "services" in values:
        values["modules"] = ""
    if values:
        member = members.change(call, project, member, values)
        members.activate(call, project, _administered(values))
    return Reply.json(200, {**members.shown(call, project, user, member), "error": errors})


def _open_project(call: Call) -> Row:
    project = project_rows.visible(call)
    acting_user.require(call, project)
    members.refuse_archived(project)
    return project


def _one(
    call: Call, project: Row, row: JsonValue, made: list[JsonValue], failed: list[JsonValue]
) -> None:
    try:
        made.append(_added(call, project, body.as_object(row)))
    except RefusedError as problem:
        given = row if isinstance(row, dict) else {}
        error: JsonValue = {"code": problem.code, "message": problem.message}
        failed.append(
            {
                "email": given.get("email"),
                "company_id": given.get("company_id"),
                "industry_roles": given.get("industry_roles") or [],
                "services": given.get("services") or {},
                "user_id": given.get("user_id"),
                "project_id": project["id"],
                "account_id": call.account.id,
                "errors": [error],
            }
        )


def _added(call: Call, project: Row, row: dict[str, JsonValue]) -> JsonValue:
    values = member_body.read(call, project, row)
    if not row.get("services"):
        # Inference: an example without services could not be found.
        raise invalid(problem="services is required")
    user = member_body.user_of(call, row)
    if user["status"] == "inactive":
        # Inference: who was put out of the account is not put into a project.
        raise HqError(422, Code.REFUSED, f"{user['email']} is inactive in the account")
    member = members.find(call, project, user)
    if member is not None and call.options.import_member == "refuse":
        raise HqError(409, Code.MEMBER_TAKEN, f"{user['email']} is in the project already")
    if member is None:
        member = members.add(call, project, user, values)
    else:
        member = members.change(call, project, member, values)
    project |= members.activate(call, project, _administered(values))
    # Observed: this is the project's status, not the user's.
    return {**members.shown(call, project, user, member), "status": project["status"]}


def _administered(values: Row) -> set[str]:
    """Return the services somebody is made an admin of, under a project's names."""
    levels = members.services_of(values) if "services" in values else {}
    return {SERVICE_TYPES[name] for name, level in levels.items() if level == "admin"}
