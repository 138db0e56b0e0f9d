"""HQ v1's endpoint of project users: one admin, one service.

Documented: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-POST/

Observed: one person is sent once for each of several services, and HQ answers 201 to each, see
https://github.com/JohnOnSoftware/forge-bim360.project.setup-postman.collection and the sample
``BIM360_Service_Template.csv`` of https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool
"""

import json

from bim360_provider.emulator import body, members, project_rows, users
from bim360_provider.emulator.enums import SERVICES
from bim360_provider.emulator.errors import HqError, missing
from bim360_provider.emulator.fields import Field, Shape
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.rows import overwrite
from bim360_provider.emulator.store import Row
from bim360_provider.emulator.user_fields import ANSWERED, PROFILE
from bim360_provider.emulator.values import email, joined, listed, unique_id

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
    project = project_rows.visible(call)
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
