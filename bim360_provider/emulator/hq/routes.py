"""The table of the API's routes: all there is to call, outside the control plane."""

from collections.abc import Callable

from bim360_provider.emulator.backend import ADMIN_READS, ADMIN_WRITES
from bim360_provider.emulator.construction_admin import projects as admin_projects
from bim360_provider.emulator.construction_admin import users as admin_users
from bim360_provider.emulator.hq import (
    business_units,
    companies,
    members,
    project_users,
    projects,
    users,
)
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import Call, Route

TOKEN_PATH = "/authentication/v2/token"  # noqa: S105 - a path
TOKEN_ROUTE = f"POST {TOKEN_PATH}"

READ, WRITE = "account:read", "account:write"
"""Documented scopes: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

ACCOUNT = "/hq/v1/accounts/:account_id"
V2_PROJECT = "/hq/v2/accounts/:account_id/projects/:project_id"
CONSTRUCTION = "/construction/admin/v1"
BIM360 = "/bim360/admin/v1"


def _admin(method: str, template: str, answer: Callable[[Call], Reply]) -> Route:
    """Return a route of the newer backend, which has quotas of its own."""
    if method == "GET":
        return Route(method, template, READ, answer, ADMIN_READS)
    return Route(method, template, WRITE, answer, ADMIN_WRITES)


ROUTES = (
    Route("POST", f"{ACCOUNT}/projects", WRITE, projects.create),
    Route("GET", f"{ACCOUNT}/projects", READ, projects.listed),
    Route("GET", f"{ACCOUNT}/projects/:project_id", READ, projects.shown),
    Route("PATCH", f"{ACCOUNT}/projects/:project_id", WRITE, projects.changed),
    Route("GET", f"{ACCOUNT}/jobs/:job_id", READ, projects.get_job),
    Route("POST", f"{ACCOUNT}/companies", WRITE, companies.create),
    Route("POST", f"{ACCOUNT}/companies/import", WRITE, companies.imported),
    Route("GET", f"{ACCOUNT}/companies", READ, companies.listed),
    Route("GET", f"{ACCOUNT}/companies/search", READ, companies.searched),
    Route("GET", f"{ACCOUNT}/companies/:company_id", READ, companies.shown),
    Route("PATCH", f"{ACCOUNT}/companies/:company_id", WRITE, companies.changed),
    Route("POST", f"{ACCOUNT}/users", WRITE, users.create),
    Route("POST", f"{ACCOUNT}/users/import", WRITE, users.imported),
    Route("GET", f"{ACCOUNT}/users", READ, users.list_users),
    Route("GET", f"{ACCOUNT}/users/search", READ, users.searched),
    Route("GET", f"{ACCOUNT}/users/:user_id", READ, users.shown),
    Route("PATCH", f"{ACCOUNT}/users/:user_id", WRITE, users.changed),
    Route("PATCH", f"{ACCOUNT}/companies/:company_id/image", WRITE, projects.company),
    Route("PATCH", f"{ACCOUNT}/projects/:project_id/image", WRITE, projects.project),
    Route("GET", f"{ACCOUNT}/business_units_structure", READ, business_units.listed),
    Route("PUT", f"{ACCOUNT}/business_units_structure", WRITE, business_units.defined),
    Route("GET", f"{ACCOUNT}/projects/:project_id/companies", READ, members.list_project_companies),
    Route("POST", f"{ACCOUNT}/projects/:project_id/users", WRITE, project_users.added),
    Route("POST", f"{V2_PROJECT}/users/import", WRITE, project_users.imported),
    Route("PATCH", f"{V2_PROJECT}/users/:user_id", WRITE, project_users.changed),
    Route("GET", f"{V2_PROJECT}/industry_roles", READ, members.list_industry_roles),
    _admin("GET", f"{CONSTRUCTION}/accounts/:account_id/projects", admin_projects.listed),
    _admin(
        "GET",
        f"{CONSTRUCTION}/accounts/:account_id/users/:user_id/projects",
        admin_projects.list_user_projects,
    ),
    _admin("GET", f"{CONSTRUCTION}/projects/:project_id", admin_projects.shown),
    _admin("GET", f"{CONSTRUCTION}/projects/:project_id/users", admin_users.listed),
    _admin("GET", f"{CONSTRUCTION}/projects/:project_id/users/:user_id", admin_users.shown),
    _admin("DELETE", f"{CONSTRUCTION}/projects/:project_id/users/:user_id", admin_users.removed),
    _admin("GET", f"{BIM360}/projects/:project_id/users", admin_users.listed),
    _admin("GET", f"{BIM360}/projects/:project_id/users/:user_id", admin_users.shown),
)

ROUTE_NAMES = (TOKEN_ROUTE, *(route.name for route in ROUTES))
