"""The projects of an account as construction/admin shows them.

Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projects-projectId-GET/
"""

from collections.abc import Mapping

from bim360_provider.emulator.construction_admin.listing import (
    PRODUCT_KEYS,
    Filter,
    Item,
    Matcher,
    camel,
    cut,
    envelope,
    moment,
    text,
    value,
)
from bim360_provider.emulator.hq import members
from bim360_provider.emulator.http.errors import missing
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row

SAME = (
    "id",
    "name",
    "start_date",
    "end_date",
    "job_number",
    "address_line_1",
    "address_line_2",
    "city",
    "state_or_province",
    "postal_code",
    "country",
    "timezone",
    "construction_type",
    "contract_type",
    "business_unit_id",
    "last_sign_in",
    "created_at",
    "updated_at",
    "account_id",
)
"""Fields that differ in nothing but the way they are spelt."""

STATUSES = {"inactive": "suspended"}
"""Documented: another word for the same thing."""

NEVER_SET = ("deliveryMethod", "currentPhase")
"""Documented fields that only ACC projects have a value for (inference)."""


def _uses_product(item: Item, wanted: str, _matches: Matcher) -> bool:
    return bool({each["key"] for each in item["products"]} & {*wanted.split(",")})


FILTERS: Mapping[str, Filter] = {
    "filter[name]": text("name"),
    "filter[jobNumber]": text("jobNumber"),
    "filter[platform]": value("platform"),
    "filter[status]": value("status"),
    "filter[type]": value("type"),
    "filter[businessUnitId]": value("businessUnitId"),
    "filter[classification]": value("classification"),
    "filter[products]": _uses_product,
    "filter[updatedAt]": moment("updatedAt"),
}


def listed(call: Call) -> Reply:
    """Answer GET projects of an account: an envelope (documented)."""
    sql = (
        "SELECT * FROM projects WHERE account_id = ? AND visible_from <= ? "
        "ORDER BY updated_at DESC, seq DESC"
    )
    rows = call.backend.store.rows(sql, [call.account.id, call.backend.clock.now()])
    return envelope(call, [public(call, row) for row in rows], FILTERS)


def shown(call: Call) -> Reply:
    """Answer GET one project."""
    project = public(call, rows.visible(call))
    return Reply.json(200, cut(project, call.request.arguments().get("fields")))


def public(call: Call, project: Row) -> Item:
    """Return a project as construction/admin shows it."""
    counted = {
        f"{kind}Count": _count(call, table, project)
        for kind, table in (("company", "project_companies"), ("member", "members"))
    }
    is_template = project["project_type"] == "Template Project"
    return {
        **{camel(name): project[name] for name in SAME},
        **dict.fromkeys(NEVER_SET),
        "type": project["project_type"],
        "projectValue": {"value": project["value"], "currency": project["currency"]},
        "status": STATUSES.get(str(project["status"]), project["status"]),
        "platform": "bim360",
        "classification": "template" if is_template else "production",
        "products": _products(project),
        **counted,
    }


def _count(call: Call, table: str, project: Row) -> int:
    sql = f"SELECT count(*) AS found FROM {table} WHERE project_id = ?"  # noqa: S608 - tables are ours
    return int((call.backend.store.row(sql, [project["id"]]) or {}).get("found") or 0)


def _products(project: Row) -> list[Item]:
    active = str(project["active_services"]).split(",")
    return [
        {"key": PRODUCT_KEYS[service], "status": "active" if service in active else "inactive"}
        for service in str(project["service_types"]).split(",")
        if service in PRODUCT_KEYS
    ]


PROJECTS = (
    "SELECT projects.*, members.services FROM projects "
    "JOIN members ON members.project_id = projects.id "
    "WHERE projects.account_id = ? AND members.user_id = ? AND visible_from <= ? ORDER BY name"
)

OF_ALL_USERS = ("products", "companyCount", "memberCount", "lastSignIn", "businessUnitId")
"""Fields of a project that are not shown here."""


def _has_level(item: Item, wanted: str, _matches: Matcher) -> bool:
    return any(item["accessLevels"].get(level) for level in wanted.split(","))


USER_PROJECT_FILTERS: Mapping[str, Filter] = {
    "filter[id]": value("id"),
    "filter[name]": text("name"),
    "filter[jobNumber]": text("jobNumber"),
    "filter[platform]": value("platform"),
    "filter[status]": value("status"),
    "filter[type]": value("type"),
    "filter[classification]": value("classification"),
    "filter[updatedAt]": moment("updatedAt"),
    "filter[accessLevels]": _has_level,
}


def list_user_projects(call: Call) -> Reply:
    """Answer GET projects of a user, who is named by ``id`` or Autodesk ID (documented)."""
    sql = "SELECT * FROM users WHERE account_id = ? AND ? IN (id, uid)"
    user = call.backend.store.row(sql, [call.account.id, call.params["user_id"]])
    if user is None:
        raise missing(entity="user")
    found = [call.account.id, user["id"], call.backend.clock.now()]
    rows = call.backend.store.rows(PROJECTS, found)
    return envelope(call, [_public(call, row) for row in rows], USER_PROJECT_FILTERS)


def _public(call: Call, project: Row) -> Item:
    whole = public(call, project)
    is_admin = members.services_of(project).get("project_administration") == "admin"
    return {
        **{name: whole[name] for name in whole if name not in OF_ALL_USERS},
        "accessLevels": {"projectAdmin": is_admin, "projectMember": True},
    }
