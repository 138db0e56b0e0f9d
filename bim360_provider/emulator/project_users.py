"""HQ v1's endpoint of project users: one admin, one service.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-POST/
"""

import json

from bim360_provider.emulator import body, members, project_rows, users
from bim360_provider.emulator.enums import SERVICES
from bim360_provider.emulator.errors import HqError, refused
from bim360_provider.emulator.fields import Field, Shape
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.rows import overwrite
from bim360_provider.emulator.store import Row
from bim360_provider.emulator.user_fields import ANSWERED, PROFILE
from bim360_provider.emulator.values import email, listed, unique_id

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


def added(call: Call) -> Reply:
    """Answer POST project users: 201; the service, and with it the project, is active."""
    project = project_rows.visible(call)
    members.refuse_archived(project)
    sent = body.whole(body.json_object(call.request), ADMIN, call.options)
    service = str(sent.pop("service_type"))
    if service not in str(project["service_types"]).split(","):
        raise refused(why=f"service_type: the project has no {service}")
    user = _admin(call, sent)
    if members.find(call, project, user) is not None:
        # Observed in the vendor's set-up tool: an error, of a status that is not known.
        raise HqError(409, Code.MEMBER_TAKEN, f"{user['email']} is in the project already")
    members.add(call, project, user, _access(sent, service))
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


def _access(sent: Row, service: str) -> Row:
    levels = {"project_administration": "admin"}
    if service == members.SERVICE_TYPES["document_management"]:
        levels["document_management"] = "admin"
    known = {*members.SERVICE_TYPES.values()}
    return {
        "company_id": sent["company_id"],
        "services": json.dumps(levels),
        "modules": "" if service in known else service,
    }
