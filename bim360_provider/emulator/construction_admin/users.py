"""The users of a project, as in construction/admin and bim360/admin.

Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
"""

from collections.abc import Mapping

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.construction_admin.listing import (
    ACC_PRODUCTS,
    PRODUCT_KEYS,
    Filter,
    Item,
    Matcher,
    build_list_reply,
    build_text_filter,
    build_value_filter,
    camelize_name,
    has_access_level,
    select_fields,
)
from bim360_provider.emulator.hq import members
from bim360_provider.emulator.hq.members import SERVICE_TYPES, map_role_names
from bim360_provider.emulator.http.errors import HqApiError, build_not_found_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import BIM360_ADMIN_PREFIX, ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row
from bim360_provider.emulator.storage.rows import ACC_PLATFORM
from bim360_provider.emulator.storage.schema import ADDRESS_FIELDS

ACCESS_NAMES = {"admin": "administrator", "user": "member"}

CAMEL_CASE_FIELDS = (
    "id",
    "email",
    "name",
    "first_name",
    "last_name",
    *ADDRESS_FIELDS,
    "image_url",
    "job_title",
    "industry",
    "about_me",
)
"""Fields that differ only in their spelling."""

STATUS_NAMES = {"active": "active", "inactive": "disabled"}
"""Users who have not signed in yet are pending (documented values; the mapping is an inference)."""

MEMBERS_SQL = (
    "SELECT listed_users.*, members.company_id AS project_company, members.industry_roles, "
    "members.services, members.modules, members.created_at AS added_on, "
    "members.updated_at AS changed_on, companies.name AS project_company_name "
    "FROM members JOIN listed_users ON listed_users.id = members.user_id "
    "LEFT JOIN companies ON companies.id = members.company_id "
    "WHERE members.project_id = ? ORDER BY members.seq"
)

OR_FILTERS = ("id", "name", "email", "autodeskId", "status", "accessLevels")
"""Documented: filters that ``orFilters`` may combine with OR."""

DEFAULT_STATUSES = ("active", "pending")
"""Documented: statuses that are listed by default, without ``filter[status]``."""


def build_access_lists(path: str, project: Row, user: Row) -> Item:
    """Return ``products``, or for bim360/admin ``services``.

    Observed in clients of bim360/admin, which read ``services`` with ``serviceName`` and
    ``access``; the values of ``serviceName`` are in
    https://github.com/wallabyway/bim360-project-starter
    """
    levels = _find_access_levels(project, user)
    if path.startswith(BIM360_ADMIN_PREFIX):
        named = [{"serviceName": key, "access": level} for key, level in levels.items()]
        return {"services": named}
    return {"products": [{"key": key, "access": level} for key, level in levels.items()]}


def has_product(item: Item, wanted: str, _matches: Matcher) -> bool:
    """Return whether a user has access to one of several products."""
    named = item.get("products") or item.get("services") or ()
    has = {each.get("key") or each["serviceName"] for each in named if each["access"] != "none"}
    return bool(has & {*wanted.split(",")})


def _find_access_levels(project: Row, user: Row) -> dict[str, str]:
    """Return the user's access to every product of the project.

    Inference: an admin whom HQ v1 added to a module has an administrator's access to it.
    """
    given = members.parse_services(user)
    levels = {SERVICE_TYPES[name]: ACCESS_NAMES[level] for name, level in given.items()}
    is_admin = given.get("project_administration") == "admin"
    if project["platform"] == ACC_PLATFORM:
        # Documented: all products of an ACC user have one level, but project administration is
        # "administrator" or "none".
        all_products = dict.fromkeys(ACC_PRODUCTS, "administrator" if is_admin else "member")
        return all_products if is_admin else {**all_products, "projectAdministration": "none"}
    of_modules = "administrator" if is_admin else "member"
    modules = str(user["modules"]).split(",")
    return {
        PRODUCT_KEYS[service]: levels.get(service, of_modules if service in modules else "none")
        for service in dict.fromkeys([*str(project["service_types"]).split(","), "admin"])
        if service in PRODUCT_KEYS
    }


def _has_role(item: Item, wanted: str, _matches: Matcher) -> bool:
    return bool({*item["roleIds"]} & {*wanted.split(",")})


USER_FILTERS: Mapping[str, Filter] = {
    "filter[name]": build_text_filter("name"),
    "filter[email]": build_text_filter("email"),
    "filter[companyName]": build_text_filter("companyName"),
    "filter[companyId]": build_value_filter("companyId"),
    "filter[autodeskId]": build_value_filter("autodeskId"),
    "filter[id]": build_value_filter("id"),
    "filter[status]": build_value_filter("status"),
    "filter[accessLevels]": has_access_level,
    "filter[roleId]": _has_role,
    "filter[roleIds]": _has_role,
    "filter[products]": has_product,
}


def list_users(call: ApiCall) -> Reply:
    """Handle GET users of a project: an envelope (documented)."""
    project = rows.get_visible_project(call)
    members = call.hq.store.fetch_all(MEMBERS_SQL, [project["id"]])
    found = [_format_user(call, project, row) for row in members]
    if "filter[status]" not in call.request.parse_query():
        found = [user for user in found if user["status"] in DEFAULT_STATUSES]
    return build_list_reply(call, found, USER_FILTERS, OR_FILTERS)


def get_user(call: ApiCall) -> Reply:
    """Handle GET one user of a project, by ``id`` or Autodesk ID (documented)."""
    project = rows.get_visible_project(call)
    user = _format_user(call, project, _find_member(call, project))
    return Reply.from_content(200, select_fields(user, call.request.parse_query().get("fields")))


def delete_user(call: ApiCall) -> Reply:
    """Handle DELETE user: documented for ACC projects only, so refused by default.

    Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-userId-DELETE/
    """
    project = rows.get_visible_project(call)
    members.require_acting_admin(call, project, members.ADMIN_ACTING_USER_HEADER)
    user = _find_member(call, project)
    is_bim360 = project["platform"] != ACC_PLATFORM
    if is_bim360 and call.options.remove_project_users == "refuse":
        # Inference: the reply for a BIM 360 project has not been published.
        raise HqApiError(403, ErrorCode.ACC_ONLY, "users of a BIM 360 project cannot be removed")
    sql = "DELETE FROM members WHERE project_id = ? AND user_id = ?"
    call.hq.store.execute(sql, [project["id"], user["id"]])
    return Reply(204, {}, b"")


def _find_member(call: ApiCall, project: Row) -> Row:
    wanted = call.params["user_id"]
    for row in call.hq.store.fetch_all(MEMBERS_SQL, [project["id"]]):
        if wanted in (row["id"], row["uid"]):
            return row
    raise build_not_found_error(entity="user")


def _format_user(call: ApiCall, project: Row, user: Row) -> Item:
    known = map_role_names(str(project["id"]))
    roles = [{"id": role, "name": known.get(role)} for role in members.parse_roles(user)]
    return {
        **{camelize_name(name): user[name] for name in CAMEL_CASE_FIELDS},
        "autodeskId": user["uid"],
        "phone": {"number": user["phone"], "phoneType": None, "extension": None},
        "accessLevels": {
            "accountAdmin": user["role"] == "account_admin",
            "projectAdmin": members.parse_services(user).get("project_administration") == "admin",
            "executive": False,
        },
        "addedOn": user["added_on"],
        "updatedAt": user["changed_on"],
        "companyId": user["project_company"],
        "companyName": user["project_company_name"],
        "roleIds": [role["id"] for role in roles],
        "roles": roles,
        "status": STATUS_NAMES.get(str(user["status"]), "pending"),
        **build_access_lists(call.request.path, project, user),
    }
