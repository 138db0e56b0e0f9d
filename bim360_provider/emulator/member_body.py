"""Reading a row of HQ v2's project users: company, industry roles, services.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
"""

import json

from pydantic import JsonValue

from bim360_provider.emulator import body, rows, users
from bim360_provider.emulator.errors import HqError, invalid, refused
from bim360_provider.emulator.fields import Field
from bim360_provider.emulator.industry_roles import role_ids
from bim360_provider.emulator.members import SERVICE_TYPES
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row, Value
from bim360_provider.emulator.values import email as read_email
from bim360_provider.emulator.values import unique_id

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
