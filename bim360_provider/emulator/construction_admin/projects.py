"""The projects of an account, as in construction/admin.

Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projects-projectId-GET/
"""

from collections.abc import Mapping

from bim360_provider.emulator.construction_admin.listing import (
    ACC_PRODUCTS,
    PRODUCT_KEYS,
    Filter,
    Item,
    Matcher,
    build_list_reply,
    build_text_filter,
    build_time_filter,
    build_value_filter,
    camelize_name,
    has_access_level,
    select_fields,
)
from bim360_provider.emulator.hq import members
from bim360_provider.emulator.http.errors import build_not_found_error
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row
from bim360_provider.emulator.storage.rows import ACC_PLATFORM
from bim360_provider.emulator.storage.schema import ADDRESS_FIELDS

CAMEL_CASE_FIELDS = (
    "id",
    "name",
    "start_date",
    "end_date",
    "job_number",
    *ADDRESS_FIELDS,
    "timezone",
    "construction_type",
    "contract_type",
    "business_unit_id",
    "last_sign_in",
    "created_at",
    "updated_at",
    "account_id",
)
"""Fields that differ only in their spelling."""

STATUS_NAMES = {"inactive": "suspended"}
"""Documented: another name for the same status."""

UNSET_FIELDS = ("deliveryMethod", "currentPhase")
"""Documented fields that only ACC projects have a value for (inference)."""

USER_PROJECTS_SQL = (
    "SELECT projects.*, members.services FROM projects "
    "JOIN members ON members.project_id = projects.id "
    "WHERE projects.account_id = ? AND members.user_id = ? AND visible_from <= ? ORDER BY name"
)

HIDDEN_FIELDS = ("products", "companyCount", "memberCount", "lastSignIn", "businessUnitId")
"""Fields of a project that this list omits."""


def _has_product(item: Item, wanted: str, _matches: Matcher) -> bool:
    return bool({each["key"] for each in item["products"]} & {*wanted.split(",")})


PROJECT_FILTERS: Mapping[str, Filter] = {
    "filter[name]": build_text_filter("name"),
    "filter[jobNumber]": build_text_filter("jobNumber"),
    "filter[platform]": build_value_filter("platform"),
    "filter[status]": build_value_filter("status"),
    "filter[type]": build_value_filter("type"),
    "filter[businessUnitId]": build_value_filter("businessUnitId"),
    "filter[classification]": build_value_filter("classification"),
    "filter[products]": _has_product,
    "filter[updatedAt]": build_time_filter("updatedAt"),
}


def list_projects(call: ApiCall) -> Reply:
    """Handle GET projects of an account: an envelope (documented)."""
    sql = (
        "SELECT * FROM projects WHERE account_id = ? AND visible_from <= ? "
        "ORDER BY updated_at DESC, seq DESC"
    )
    rows = call.hq.store.fetch_all(sql, [call.account.id, call.hq.clock.now()])
    return build_list_reply(call, [format_project(call, row) for row in rows], PROJECT_FILTERS)


def get_project(call: ApiCall) -> Reply:
    """Handle GET one project."""
    project = format_project(call, rows.get_visible_project(call))
    return Reply.from_content(200, select_fields(project, call.request.parse_query().get("fields")))


def format_project(call: ApiCall, project: Row) -> Item:
    """Return a project as construction/admin does."""
    counted = {
        f"{kind}Count": _count_rows(call, table, project)
        for kind, table in (("company", "project_companies"), ("member", "members"))
    }
    is_template = project["project_type"] == "Template Project"
    return {
        **{camelize_name(name): project[name] for name in CAMEL_CASE_FIELDS},
        **dict.fromkeys(UNSET_FIELDS),
        "type": project["project_type"],
        "projectValue": {"value": project["value"], "currency": project["currency"]},
        "status": STATUS_NAMES.get(str(project["status"]), project["status"]),
        "platform": project["platform"],
        "classification": "template" if is_template else "production",
        "products": _list_products(project),
        **counted,
    }


def _count_rows(call: ApiCall, table: str, project: Row) -> int:
    sql = f"SELECT count(*) AS found FROM {table} WHERE project_id = ?"  # noqa: S608 - table names are constants
    return int((call.hq.store.fetch_one(sql, [project["id"]]) or {}).get("found") or 0)


def _list_products(project: Row) -> list[Item]:
    if project["platform"] == ACC_PLATFORM:
        return [{"key": key, "status": "active"} for key in ACC_PRODUCTS]
    active = str(project["active_services"]).split(",")
    return [
        {"key": PRODUCT_KEYS[service], "status": "active" if service in active else "inactive"}
        for service in str(project["service_types"]).split(",")
        if service in PRODUCT_KEYS
    ]


USER_PROJECT_FILTERS: Mapping[str, Filter] = {
    "filter[id]": build_value_filter("id"),
    "filter[name]": build_text_filter("name"),
    "filter[jobNumber]": build_text_filter("jobNumber"),
    "filter[platform]": build_value_filter("platform"),
    "filter[status]": build_value_filter("status"),
    "filter[type]": build_value_filter("type"),
    "filter[classification]": build_value_filter("classification"),
    "filter[updatedAt]": build_time_filter("updatedAt"),
    "filter[accessLevels]": has_access_level,
}


def list_user_projects(call: ApiCall) -> Reply:
    """Handle GET projects of a user, by ``id`` or Autodesk ID (documented)."""
    sql = "SELECT * FROM users WHERE account_id = ? AND ? IN (id, uid)"
    user = call.hq.store.fetch_one(sql, [call.account.id, call.params["user_id"]])
    if user is None:
        raise build_not_found_error(entity="user")
    found = [call.account.id, user["id"], call.hq.clock.now()]
    rows = call.hq.store.fetch_all(USER_PROJECTS_SQL, found)
    return build_list_reply(
        call, [_format_user_project(call, row) for row in rows], USER_PROJECT_FILTERS
    )


def _format_user_project(call: ApiCall, project: Row) -> Item:
    whole = format_project(call, project)
    is_admin = members.parse_services(project).get("project_administration") == "admin"
    return {
        **{name: whole[name] for name in whole if name not in HIDDEN_FIELDS},
        "accessLevels": {"projectAdmin": is_admin, "projectMember": True},
    }
