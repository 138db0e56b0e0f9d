"""The endpoints of project users: HQ v1 adds an admin; HQ v2 imports and changes members."""

import json

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import Code
from bim360_provider.emulator.hq import body, members, users
from bim360_provider.emulator.hq.body import Field, Shape, email, joined, listed, unique_id
from bim360_provider.emulator.hq.body import email as read_email
from bim360_provider.emulator.hq.enums import SERVICES
from bim360_provider.emulator.hq.members import SERVICE_TYPES, role_ids
from bim360_provider.emulator.hq.users import ANSWERED, PROFILE
from bim360_provider.emulator.http.errors import HqError, RefusedError, invalid, missing, refused
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row, Value
from bim360_provider.emulator.storage.rows import overwrite

DOCUMENTS = "document_management"

ROLES = ("project_admin",)
"""The only documented role."""

ADMIN = Shape(
    fields=(
        Field("service_type", listed(SERVICES), required=True),
        Field("company_id", unique_id, required=True),
        Field("email", email, required=True),
        Field("role", listed(ROLES), required=True),
        *PROFILE,
    ),
    read_only=(*(name for name in ANSWERED if name != "role"), "status", "name", "default_role"),
)
"""Observed for ``role``: the vendor's set-up tool always sends it."""

ALWAYS_THERE = "admin"
"""Project administration is in every project, whether it was requested or not (inference from
https://stackoverflow.com/questions/58258058)."""

ASSIGNED_TOGETHER = {"pm": "fng"}
"""Inference from the recorded run of the Postman collection: with the option ``pm_assigns_fng``."""


def added(call: Call) -> Reply:
    """Answer POST project users: 201; the service, and with it the project, is active.

    Observed: a service that the project lacks is answered as if there were no such project, see
    https://stackoverflow.com/questions/51520301
    """
    project = rows.visible(call)
    members.refuse_archived(project)
    sent = body.whole(body.json_object(call.request), ADMIN, call.options)
    service = str(sent.pop("service_type"))
    if service not in (ALWAYS_THERE, *str(project["service_types"]).split(",")):
        raise missing(entity="project")
    user = _admin(call, sent)
    member = members.find(call, project, user)
    if member is not None and _has(member, service):
        # Inference: the recorded run shows one 409 among its services.
        message = f"{user['email']} has the service {service} in the project already"
        raise HqError(409, Code.MEMBER_TAKEN, message)
    values = _access(call, sent, member, service)
    if member is None:
        members.add(call, project, user, values)
    else:
        members.change(call, project, member, values)
    members.activate(call, project, {service})
    fresh = users.by_email(call, user["email"]) or user
    answer = {**users.public(fresh), "project_id": project["id"], "role": sent["role"]}
    return Reply.json(201, {**answer, "service_type": service})


def _admin(call: Call, sent: Row) -> Row:
    """Return the user, made if need be; the company must be their default one (observed).

    Observed: the usage guide of https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    """
    users.check_company(call, sent["company_id"])
    user = users.by_email(call, sent["email"])
    if user is None:
        return users.make(call, {name: sent[name] for name in sent if name != "role"})
    if user["company_id"] is None:
        overwrite(call.backend.store, "users", user["seq"], {"company_id": sent["company_id"]})
    elif user["company_id"] != sent["company_id"]:
        message = f"company_id: {user['email']} belongs to company {user['company_id']}"
        raise HqError(422, Code.OTHER_COMPANY, message)
    return user


def _has(member: Row, service: str) -> bool:
    """Return whether a user has a service: by v1, or Documents by v2 as well.

    Being a project admin comes with each service, so it does not count as the service ``admin``.
    """
    is_documents = service == members.SERVICE_TYPES[DOCUMENTS]
    by_v2 = is_documents and DOCUMENTS in members.services_of(member)
    return by_v2 or service in str(member["modules"]).split(",")


def _access(call: Call, sent: Row, member: Row | None, service: str) -> Row:
    """Return the access of an admin who gets one more service."""
    levels = {} if member is None else members.services_of(member)
    levels["project_administration"] = "admin"
    if service == members.SERVICE_TYPES[DOCUMENTS]:
        levels[DOCUMENTS] = "admin"
    more = {service}
    if call.options.pm_assigns_fng and service in ASSIGNED_TOGETHER:
        more.add(ASSIGNED_TOGETHER[service])
    modules = {*str(member["modules"]).split(",")} if member is not None else set()
    return {
        "company_id": sent["company_id"],
        "services": json.dumps(levels),
        "modules": joined((modules | more) - {""}),
    }


NAMES = ("email", "user_id", "company_id", "industry_roles", "services")

COMPANY_ID = Field("company_id", unique_id)

USER_ID = Field("user_id", unique_id)

EMAIL = Field("email", read_email)

ACCESS = {
    "document_management": ("admin", "user"),
    "project_administration": ("admin",),
}
"""Documented access levels."""

NOT_IN_PROJECT = 2000
"""Observed: https://stackoverflow.com/questions/51520301"""


def read(call: Call, project: Row, row: dict[str, JsonValue]) -> Row:
    """Return the columns a row means to set.

    Raises:
        HqError: 400 or 422; a row of an import is answered with its code and message instead.
    """
    body.refuse([*body.unknown(row, NAMES, call.options)])
    values: Row = {}
    if "company_id" in row:
        values["company_id"] = _company(call, row["company_id"])
    if "industry_roles" in row:
        values["industry_roles"] = json.dumps(_roles(project, row["industry_roles"]))
    if "services" in row:
        values["services"] = json.dumps(_services(project, row["services"]))
    return values


def _company(call: Call, given: JsonValue) -> Value:
    """Return a company of the account; an empty id takes the user's company away (observed).

    Source: the usage guide of https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    That null does the same is an inference.
    """
    problems: list[str] = []
    company_id = body.taken(COMPANY_ID, given, call.options, problems)
    body.refuse(problems)
    users.check_company(call, company_id)
    return company_id


def _roles(project: Row, given: JsonValue) -> list[str]:
    if not isinstance(given, list):
        raise invalid(problem="industry_roles is not a list")
    known = role_ids(str(project["id"]))
    wanted = [str(each) for each in given]
    for role in wanted:
        if role not in known:
            raise refused(why=f"industry_roles: the project has no role {role}")
    return wanted


def _services(project: Row, given: JsonValue) -> dict[str, str]:
    if not isinstance(given, dict):
        raise invalid(problem="services is not an object")
    strange = [name for name in given if name not in ACCESS]
    if strange:
        # Observed: https://stackoverflow.com/questions/67095836
        raise invalid(problem=f"Invalid services {json.dumps(strange)}")
    levels = {name: _level(name, each) for name, each in given.items()}
    absent = [name for name in levels if not _is_there(project, name)]
    if absent:
        message = f"Services {json.dumps(absent)} are not active or pending in project"
        raise HqError(422, NOT_IN_PROJECT, message)
    return levels


def _level(service: str, given: JsonValue) -> str:
    level = given.get("access_level") if isinstance(given, dict) else None
    if level not in ACCESS[service]:
        problem = f"services.{service}.access_level is not one of {', '.join(ACCESS[service])}"
        raise invalid(problem=problem)
    return str(level)


def _is_there(project: Row, service: str) -> bool:
    """Say whether a project has a service.

    Project administration is in every project, whether it was asked for or not (inference from
    https://stackoverflow.com/questions/58258058).
    """
    kind = SERVICE_TYPES[service]
    return kind == "admin" or kind in str(project["service_types"]).split(",")


def user_of(call: Call, row: dict[str, JsonValue]) -> Row:
    """Return the user of the account a row is about.

    Raises:
        HqError: 400 without e-mail and id, 404 for somebody the account does not know.
    """
    problems: list[str] = []
    user_id = body.taken(USER_ID, row.get("user_id"), call.options, problems)
    email = body.taken(EMAIL, row.get("email"), call.options, problems)
    body.refuse(problems)
    if user_id is not None:
        return rows.one(call, "listed_users", user_id, "user")
    if email is None:
        raise invalid(problem="email or user_id is required")
    known = users.by_email(call, email)
    if known is None and call.options.import_strangers == "refuse":
        raise refused(why=f"the account has no user {email}")
    return users.make(call, {"email": email}) if known is None else known


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
        values = read(call, project, sent)
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
    project = rows.visible(call)
    members.require(call, project)
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
    values = read(call, project, row)
    if not row.get("services"):
        # Inference: an example without services could not be found.
        raise invalid(problem="services is required")
    user = user_of(call, row)
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
