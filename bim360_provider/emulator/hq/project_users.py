"""The endpoints of project users: HQ v1 adds an admin; HQ v2 imports and changes members."""

import json

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.hq import body, members, users
from bim360_provider.emulator.hq.enums import SERVICES
from bim360_provider.emulator.hq.members import SERVICE_TYPES, map_role_names
from bim360_provider.emulator.hq.values import (
    BodyField,
    build_choice_reader,
    join_services,
    read_email_address,
    read_uuid,
)
from bim360_provider.emulator.http.errors import (
    ApiError,
    HqApiError,
    build_bad_request_error,
    build_not_found_error,
    build_unprocessable_error,
)
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row, SqlValue
from bim360_provider.emulator.storage.rows import update_columns
from bim360_provider.emulator.storage.schema import USERS

DOCUMENTS_SERVICE = "document_management"

ROLES = ("project_admin",)
"""The only documented role."""

PROFILE_FIELDS = tuple(
    field
    for field in USERS.body_fields
    if field.name not in ("email", "company_id", "name", "default_role")
)
"""Fields that the user's Autodesk profile overrides once it exists."""

ADMIN_SCHEMA = body.build_schema(
    (
        BodyField("service_type", build_choice_reader(SERVICES), is_required=True),
        BodyField("company_id", read_uuid, is_required=True),
        BodyField("email", read_email_address, is_required=True),
        BodyField("role", build_choice_reader(ROLES), is_required=True),
        *PROFILE_FIELDS,
    ),
    users.USER_FIELDS,
)
"""Observed for ``role``: the vendor's set-up tool always sends it."""

IMPLICIT_SERVICE = "admin"
"""Every project has project administration, requested or not (inference from
https://stackoverflow.com/questions/58258058)."""

COMPANION_SERVICES = {"pm": "fng"}
"""Inference from the recorded run of the Postman collection; see the option ``pm_assigns_fng``."""

MEMBER_FIELD_NAMES = ("email", "user_id", "company_id", "industry_roles", "services")

COMPANY_ID_FIELD = BodyField("company_id", read_uuid)

USER_ID_FIELD = BodyField("user_id", read_uuid)

EMAIL_FIELD = BodyField("email", read_email_address)

ACCESS_LEVELS = {
    "document_management": ("admin", "user"),
    "project_administration": ("admin",),
}
"""Documented access levels."""

MISSING_SERVICE_CODE = 2000
"""Observed: https://stackoverflow.com/questions/51520301"""


def create_project_admin(call: ApiCall) -> Reply:
    """Handle POST project users: 201; the service, and with it the project, is active.

    Observed: for a service that the project lacks the reply is that for an unknown project, see
    https://stackoverflow.com/questions/51520301
    """
    project = rows.get_bim360_project(call)
    members.refuse_archived_project(project)
    sent = body.parse_full(body.parse_object(call.request), ADMIN_SCHEMA, call.options)
    service = str(sent.pop("service_type"))
    if service not in (IMPLICIT_SERVICE, *str(project["service_types"]).split(",")):
        raise build_not_found_error(entity="project")
    user = _find_or_create_admin(call, sent)
    member = members.find_member(call, project, user)
    if member is not None and _has_service(member, service):
        # Inference: the recorded run shows one 409 among its services.
        message = f"{user['email']} already has the service {service} in the project"
        raise HqApiError(409, ErrorCode.MEMBER_TAKEN, message)
    values = _build_admin_access(call, sent, member, service)
    if member is None:
        members.add_member(call, project, user, values)
    else:
        members.update_member(call, project, member, values)
    members.activate_services(call, project, {service})
    current_user = users.find_user_by_email(call, user["email"]) or user
    content = {**users.format_user(current_user), "project_id": project["id"], "role": sent["role"]}
    return Reply.from_content(201, {**content, "service_type": service})


def _find_or_create_admin(call: ApiCall, sent: Row) -> Row:
    """Return the user, created if missing; the company must be their default one (observed).

    Observed: the usage guide of https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    """
    users.check_company(call, sent["company_id"])
    user = users.find_user_by_email(call, sent["email"])
    if user is None:
        return users.insert_user(call, {name: sent[name] for name in sent if name != "role"})
    if user["company_id"] is None:
        update_columns(call.hq.store, "users", user["seq"], {"company_id": sent["company_id"]})
    elif user["company_id"] != sent["company_id"]:
        message = f"company_id: {user['email']} belongs to company {user['company_id']}"
        raise HqApiError(422, ErrorCode.OTHER_COMPANY, message)
    return user


def _has_service(member: Row, service: str) -> bool:
    """Return whether a user has a service from v1, or Documents from v2.

    Every service includes project administration, which does not count as the service ``admin``.
    """
    is_documents = service == members.SERVICE_TYPES[DOCUMENTS_SERVICE]
    by_v2 = is_documents and DOCUMENTS_SERVICE in members.parse_services(member)
    return by_v2 or service in str(member["modules"]).split(",")


def _build_admin_access(call: ApiCall, sent: Row, member: Row | None, service: str) -> Row:
    """Return the access of an admin with a further service."""
    levels = {} if member is None else members.parse_services(member)
    levels["project_administration"] = "admin"
    if service == members.SERVICE_TYPES[DOCUMENTS_SERVICE]:
        levels[DOCUMENTS_SERVICE] = "admin"
    more = {service}
    if call.options.pm_assigns_fng and service in COMPANION_SERVICES:
        more.add(COMPANION_SERVICES[service])
    modules = {*str(member["modules"]).split(",")} if member is not None else set()
    return {
        "company_id": sent["company_id"],
        "services": json.dumps(levels),
        "modules": join_services((modules | more) - {""}),
    }


def parse_member(call: ApiCall, project: Row, row: dict[str, JsonValue]) -> Row:
    """Return the columns that a row sets.

    Raises:
        HqApiError: 400 or 422; for a row of an import, its code and message are in the reply.
    """
    body.refuse_problems([*body.find_unknown_fields(row, MEMBER_FIELD_NAMES, call.options)])
    values: Row = {}
    if "company_id" in row:
        values["company_id"] = _parse_company(call, row["company_id"])
    if "industry_roles" in row:
        values["industry_roles"] = json.dumps(_parse_roles(project, row["industry_roles"]))
    if "services" in row:
        values["services"] = json.dumps(_parse_services(project, row["services"]))
    return values


def _parse_company(call: ApiCall, given: JsonValue) -> SqlValue:
    """Return a company of the account; an empty id removes the user's company (observed).

    Source: the usage guide of https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
    That null has the same effect is an inference.
    """
    problems: list[str] = []
    company_id = body.parse_field(COMPANY_ID_FIELD, given, call.options, problems)
    body.refuse_problems(problems)
    users.check_company(call, company_id)
    return company_id


def _parse_roles(project: Row, given: JsonValue) -> list[str]:
    if not isinstance(given, list):
        raise build_bad_request_error(problem="industry_roles is not a list")
    known = map_role_names(str(project["id"]))
    wanted = [str(each) for each in given]
    for role in wanted:
        if role not in known:
            raise build_unprocessable_error(
                reason=f"industry_roles: the project has no role {role}"
            )
    return wanted


def _parse_services(project: Row, given: JsonValue) -> dict[str, str]:
    if not isinstance(given, dict):
        raise build_bad_request_error(problem="services is not an object")
    unknown = [name for name in given if name not in ACCESS_LEVELS]
    if unknown:
        # Observed: https://stackoverflow.com/questions/67095836
        raise build_bad_request_error(problem=f"Invalid services {json.dumps(unknown)}")
    levels = {name: _parse_access_level(name, each) for name, each in given.items()}
    absent = [name for name in levels if not _has_project_service(project, name)]
    if absent:
        message = f"Services {json.dumps(absent)} are not active or pending in project"
        raise HqApiError(422, MISSING_SERVICE_CODE, message)
    return levels


def _parse_access_level(service: str, given: JsonValue) -> str:
    level = given.get("access_level") if isinstance(given, dict) else None
    if level not in ACCESS_LEVELS[service]:
        problem = (
            f"services.{service}.access_level is not one of {', '.join(ACCESS_LEVELS[service])}"
        )
        raise build_bad_request_error(problem=problem)
    return str(level)


def _has_project_service(project: Row, service: str) -> bool:
    """Return whether a project has a service.

    Every project has project administration, requested or not (inference from
    https://stackoverflow.com/questions/58258058).
    """
    kind = SERVICE_TYPES[service]
    return kind == "admin" or kind in str(project["service_types"]).split(",")


def find_or_create_user(call: ApiCall, row: dict[str, JsonValue]) -> Row:
    """Return the user of the account in a row.

    Raises:
        HqApiError: 400 without e-mail and id, 404 for an unknown id, 422 for an unknown e-mail.
    """
    problems: list[str] = []
    user_id = body.parse_field(USER_ID_FIELD, row.get("user_id"), call.options, problems)
    email = body.parse_field(EMAIL_FIELD, row.get("email"), call.options, problems)
    body.refuse_problems(problems)
    if user_id is not None:
        return rows.get_row(call, "listed_users", user_id, "user")
    if email is None:
        raise build_bad_request_error(problem="email or user_id is required")
    known = users.find_user_by_email(call, email)
    if known is None and call.options.import_strangers == "refuse":
        raise build_unprocessable_error(reason=f"the account has no user {email}")
    return users.insert_user(call, {"email": email}) if known is None else known


def import_members(call: ApiCall) -> Reply:
    """Handle POST users/import: 200 even if every row fails (observed).

    Observed: https://stackoverflow.com/questions/51520301
    """
    project = _get_writable_project(call)
    created: list[JsonValue] = []
    failed: list[JsonValue] = []
    for row in body.parse_rows(call.request):
        _import_row(call, project, row, created, failed)
    content: dict[str, JsonValue] = {"success": len(created), "failure": len(failed)}
    return Reply.from_content(200, content | {"success_items": created, "failure_items": failed})


def patch_member(call: ApiCall) -> Reply:
    """Handle PATCH user: 200, with problems in the body (documented).

    ``services`` removes the access to every module that it does not name: "BIM360 HQ PATCH
    Project User", https://aps.autodesk.com/blog, January 2019.
    """
    project = _get_writable_project(call)
    user = rows.get_row(call, "listed_users", call.params["user_id"], "user")
    member = members.find_member(call, project, user)
    if member is None:
        raise build_not_found_error(entity="user")
    sent = body.parse_object(call.request)
    errors: list[JsonValue] = []
    try:
        values = parse_member(call, project, sent)
    except ApiError as problem:
        errors.append({"code": problem.code, "message": problem.message})
        values = {}
    if "services" in values:
        values["modules"] = ""
    if values:
        member = members.update_member(call, project, member, values)
        members.activate_services(call, project, _list_admin_services(values))
    return Reply.from_content(
        200, {**members.format_member(call, project, user, member), "error": errors}
    )


def _get_writable_project(call: ApiCall) -> Row:
    project = rows.get_bim360_project(call)
    members.require_acting_admin(call, project)
    members.refuse_archived_project(project)
    return project


def _import_row(
    call: ApiCall, project: Row, row: JsonValue, created: list[JsonValue], failed: list[JsonValue]
) -> None:
    try:
        created.append(_import_member(call, project, body.require_object(row)))
    except ApiError as problem:
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


def _import_member(call: ApiCall, project: Row, row: dict[str, JsonValue]) -> JsonValue:
    values = parse_member(call, project, row)
    if not row.get("services"):
        # Inference: no published example lacks services.
        raise build_bad_request_error(problem="services is required")
    user = find_or_create_user(call, row)
    if user["status"] == "inactive":
        # Inference: a deactivated user cannot be added to a project.
        raise HqApiError(422, ErrorCode.REFUSED, f"{user['email']} is inactive in the account")
    member = members.find_member(call, project, user)
    if member is not None and call.options.import_member == "refuse":
        raise HqApiError(409, ErrorCode.MEMBER_TAKEN, f"{user['email']} is already in the project")
    if member is None:
        member = members.add_member(call, project, user, values)
    else:
        member = members.update_member(call, project, member, values)
    project |= members.activate_services(call, project, _list_admin_services(values))
    # Observed: this is the project's status, not the user's.
    return {**members.format_member(call, project, user, member), "status": project["status"]}


def _list_admin_services(values: Row) -> set[str]:
    """Return the services with admin access, under a project's names."""
    levels = members.parse_services(values) if "services" in values else {}
    return {SERVICE_TYPES[name] for name, level in levels.items() if level == "admin"}
