"""The access of a project's user to its products, as construction/admin and bim360/admin show it.

Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
"""

from collections.abc import Mapping

from bim360_provider.emulator.assumptions import Code
from bim360_provider.emulator.construction_admin.listing import (
    PRODUCT_KEYS,
    Filter,
    Item,
    Matcher,
    camel,
    cut,
    envelope,
    text,
    value,
)
from bim360_provider.emulator.hq import members
from bim360_provider.emulator.hq.members import SERVICE_TYPES, role_ids
from bim360_provider.emulator.http.errors import HqError, missing
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import BIM360_ADMIN, Call
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row

ACCESS = {"admin": "administrator", "user": "member"}


def access_lists(path: str, project: Row, user: Row) -> Item:
    """Return ``products``, or what bim360/admin has instead: ``services``.

    Observed in clients of bim360/admin, which read ``services`` with ``serviceName`` and
    ``access``; the values of ``serviceName`` are in
    https://github.com/wallabyway/bim360-project-starter
    """
    levels = _levels(project, user)
    if path.startswith(BIM360_ADMIN):
        named = [{"serviceName": key, "access": level} for key, level in levels.items()]
        return {"services": named}
    return {"products": [{"key": key, "access": level} for key, level in levels.items()]}


def has_product(item: Item, wanted: str, _matches: Matcher) -> bool:
    """Return whether a user has access to one of several products."""
    named = item.get("products") or item.get("services") or ()
    has = {each.get("key") or each["serviceName"] for each in named if each["access"] != "none"}
    return bool(has & {*wanted.split(",")})


def _levels(project: Row, user: Row) -> dict[str, str]:
    """Return the user's access to every product of the project.

    Inference: to a module of which HQ v1 made somebody an admin, they have an administrator's.
    """
    given = members.services_of(user)
    levels = {SERVICE_TYPES[name]: ACCESS[level] for name, level in given.items()}
    is_admin = given.get("project_administration") == "admin"
    of_modules = "administrator" if is_admin else "member"
    modules = str(user["modules"]).split(",")
    return {
        PRODUCT_KEYS[service]: levels.get(service, of_modules if service in modules else "none")
        for service in dict.fromkeys([*str(project["service_types"]).split(","), "admin"])
        if service in PRODUCT_KEYS
    }


SAME = (
    "id",
    "email",
    "name",
    "first_name",
    "last_name",
    "address_line_1",
    "address_line_2",
    "city",
    "state_or_province",
    "postal_code",
    "country",
    "image_url",
    "job_title",
    "industry",
    "about_me",
)
"""Fields that differ in nothing but the way they are spelt."""

STATUSES = {"active": "active", "inactive": "disabled"}
"""Whoever has not signed in yet is pending (documented words; the reading is an inference)."""

MEMBERS = (
    "SELECT listed_users.*, members.company_id AS project_company, members.industry_roles, "
    "members.services, members.modules, members.created_at AS added_on, "
    "members.updated_at AS changed_on, companies.name AS project_company_name "
    "FROM members JOIN listed_users ON listed_users.id = members.user_id "
    "LEFT JOIN companies ON companies.id = members.company_id "
    "WHERE members.project_id = ? ORDER BY members.seq"
)


def _has_level(item: Item, wanted: str, _matches: Matcher) -> bool:
    return any(item["accessLevels"].get(level) for level in wanted.split(","))


def _has_role(item: Item, wanted: str, _matches: Matcher) -> bool:
    return bool({*item["roleIds"]} & {*wanted.split(",")})


FILTERS: Mapping[str, Filter] = {
    "filter[name]": text("name"),
    "filter[email]": text("email"),
    "filter[companyName]": text("companyName"),
    "filter[companyId]": value("companyId"),
    "filter[autodeskId]": value("autodeskId"),
    "filter[id]": value("id"),
    "filter[status]": value("status"),
    "filter[accessLevels]": _has_level,
    "filter[roleId]": _has_role,
    "filter[roleIds]": _has_role,
    "filter[products]": has_product,
}

OR_FILTERS = ("id", "name", "email", "autodeskId", "status", "accessLevels")
"""Documented: filters that ``orFilters`` may join with OR."""

LISTED = ("active", "pending")
"""Documented: statuses that are listed unless ``filter[status]`` asks for others."""


def listed(call: Call) -> Reply:
    """Answer GET users of a project: an envelope (documented)."""
    project = rows.visible(call)
    members = call.backend.store.rows(MEMBERS, [project["id"]])
    found = [_public(call, project, row) for row in members]
    if "filter[status]" not in call.request.arguments():
        found = [user for user in found if user["status"] in LISTED]
    return envelope(call, found, FILTERS, OR_FILTERS)


def shown(call: Call) -> Reply:
    """Answer GET one user of a project, by ``id`` or Autodesk ID (documented)."""
    project = rows.visible(call)
    user = _public(call, project, _member(call, project))
    return Reply.json(200, cut(user, call.request.arguments().get("fields")))


def removed(call: Call) -> Reply:
    """Answer DELETE user: documented for ACC projects only, so refused unless an option allows it.

    Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-userId-DELETE/
    """
    project = rows.visible(call)
    members.require(call, project, members.ADMIN_HEADER)
    user = _member(call, project)
    if call.options.remove_project_users == "refuse":
        # Inference: what a BIM 360 project answers has not been published.
        raise HqError(403, Code.ACC_ONLY, "users of a BIM 360 project cannot be removed")
    sql = "DELETE FROM members WHERE project_id = ? AND user_id = ?"
    call.backend.store.run(sql, [project["id"], user["id"]])
    return Reply(204, {}, b"")


def _member(call: Call, project: Row) -> Row:
    wanted = call.params["user_id"]
    for row in call.backend.store.rows(MEMBERS, [project["id"]]):
        if wanted in (row["id"], row["uid"]):
            return row
    raise missing(entity="user")


def _public(call: Call, project: Row, user: Row) -> Item:
    known = role_ids(str(project["id"]))
    roles = [{"id": role, "name": known.get(role)} for role in members.roles_of(user)]
    return {
        **{camel(name): user[name] for name in SAME},
        "autodeskId": user["uid"],
        "phone": {"number": user["phone"], "phoneType": None, "extension": None},
        "accessLevels": {
            "accountAdmin": user["role"] == "account_admin",
            "projectAdmin": members.services_of(user).get("project_administration") == "admin",
            "executive": False,
        },
        "addedOn": user["added_on"],
        "updatedAt": user["changed_on"],
        "companyId": user["project_company"],
        "companyName": user["project_company_name"],
        "roleIds": [role["id"] for role in roles],
        "roles": roles,
        "status": STATUSES.get(str(user["status"]), "pending"),
        **access_lists(call.request.path, project, user),
    }
