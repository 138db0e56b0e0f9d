"""The projects of a user of an account, as construction/admin shows them.

Documented: https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)
"""

from collections.abc import Mapping

from bim360_provider.emulator import admin_projects, members
from bim360_provider.emulator.admin_listing import (
    Filter,
    Item,
    Matcher,
    envelope,
    moment,
    text,
    value,
)
from bim360_provider.emulator.errors import missing
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row

PROJECTS = (
    "SELECT projects.*, members.services FROM projects "
    "JOIN members ON members.project_id = projects.id "
    "WHERE projects.account_id = ? AND members.user_id = ? AND visible_from <= ? ORDER BY name"
)

OF_ALL_USERS = ("products", "companyCount", "memberCount", "lastSignIn", "businessUnitId")
"""Fields of a project that are not shown here."""


def _has_level(item: Item, wanted: str, _matches: Matcher) -> bool:
    return any(item["accessLevels"].get(level) for level in wanted.split(","))


FILTERS: Mapping[str, Filter] = {
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


def listed(call: Call) -> Reply:
    """Answer GET projects of a user, who is named by ``id`` or Autodesk ID (documented)."""
    sql = "SELECT * FROM users WHERE account_id = ? AND ? IN (id, uid)"
    user = call.backend.store.row(sql, [call.account.id, call.params["user_id"]])
    if user is None:
        raise missing(entity="user")
    found = [call.account.id, user["id"], call.backend.clock.now()]
    rows = call.backend.store.rows(PROJECTS, found)
    return envelope(call, [_public(call, row) for row in rows], FILTERS)


def _public(call: Call, project: Row) -> Item:
    whole = admin_projects.public(call, project)
    is_admin = members.services_of(project).get("project_administration") == "admin"
    return {
        **{name: whole[name] for name in whole if name not in OF_ALL_USERS},
        "accessLevels": {"projectAdmin": is_admin, "projectMember": True},
    }
