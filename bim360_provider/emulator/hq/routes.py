"""The table of all routes of the API, without the control plane."""

from collections.abc import Callable

from bim360_provider.emulator.construction_admin import projects as admin_projects
from bim360_provider.emulator.construction_admin import users as admin_users
from bim360_provider.emulator.data_management.routes import FOLDER_ROUTES
from bim360_provider.emulator.hq import (
    business_units,
    companies,
    images,
    jobs,
    members,
    project_users,
    projects,
    users,
)
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall, Route
from bim360_provider.emulator.state import ADMIN_READ_QUOTA, ADMIN_WRITE_QUOTA

TOKEN_PATH = "/authentication/v2/token"  # noqa: S105 - a path
TOKEN_ROUTE = f"POST {TOKEN_PATH}"

READ_SCOPE, WRITE_SCOPE = "account:read", "account:write"
"""Documented scopes: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

ACCOUNT_PATH = "/hq/v1/accounts/:account_id"
V2_PROJECT_PATH = "/hq/v2/accounts/:account_id/projects/:project_id"
CONSTRUCTION_ADMIN_PATH = "/construction/admin/v1"
BIM360_ADMIN_PATH = "/bim360/admin/v1"


def _build_admin_route(method: str, template: str, handler: Callable[[ApiCall], Reply]) -> Route:
    """Return a route of construction/admin or bim360/admin, which have their own quotas."""
    if method == "GET":
        return Route(method, template, READ_SCOPE, handler, ADMIN_READ_QUOTA)
    return Route(method, template, WRITE_SCOPE, handler, ADMIN_WRITE_QUOTA)


ROUTES = (
    Route("POST", f"{ACCOUNT_PATH}/projects", WRITE_SCOPE, projects.create_project),
    Route("GET", f"{ACCOUNT_PATH}/projects", READ_SCOPE, projects.list_projects),
    Route("GET", f"{ACCOUNT_PATH}/projects/:project_id", READ_SCOPE, projects.get_project),
    Route("PATCH", f"{ACCOUNT_PATH}/projects/:project_id", WRITE_SCOPE, projects.patch_project),
    Route("GET", f"{ACCOUNT_PATH}/jobs/:job_id", READ_SCOPE, jobs.get_job),
    Route("POST", f"{ACCOUNT_PATH}/companies", WRITE_SCOPE, companies.create_company),
    Route("POST", f"{ACCOUNT_PATH}/companies/import", WRITE_SCOPE, companies.import_companies),
    Route("GET", f"{ACCOUNT_PATH}/companies", READ_SCOPE, companies.list_companies),
    Route("GET", f"{ACCOUNT_PATH}/companies/search", READ_SCOPE, companies.search_companies),
    Route("GET", f"{ACCOUNT_PATH}/companies/:company_id", READ_SCOPE, companies.get_company),
    Route("PATCH", f"{ACCOUNT_PATH}/companies/:company_id", WRITE_SCOPE, companies.patch_company),
    Route("POST", f"{ACCOUNT_PATH}/users", WRITE_SCOPE, users.create_user),
    Route("POST", f"{ACCOUNT_PATH}/users/import", WRITE_SCOPE, users.import_users),
    Route("GET", f"{ACCOUNT_PATH}/users", READ_SCOPE, users.list_users),
    Route("GET", f"{ACCOUNT_PATH}/users/search", READ_SCOPE, users.search_users),
    Route("GET", f"{ACCOUNT_PATH}/users/:user_id", READ_SCOPE, users.get_user),
    Route("PATCH", f"{ACCOUNT_PATH}/users/:user_id", WRITE_SCOPE, users.patch_user),
    Route(
        "PATCH",
        f"{ACCOUNT_PATH}/companies/:company_id/image",
        WRITE_SCOPE,
        images.patch_company_image,
    ),
    Route(
        "PATCH",
        f"{ACCOUNT_PATH}/projects/:project_id/image",
        WRITE_SCOPE,
        images.patch_project_image,
    ),
    Route(
        "GET", f"{ACCOUNT_PATH}/business_units_structure", READ_SCOPE, business_units.get_structure
    ),
    Route(
        "PUT", f"{ACCOUNT_PATH}/business_units_structure", WRITE_SCOPE, business_units.put_structure
    ),
    Route(
        "GET",
        f"{ACCOUNT_PATH}/projects/:project_id/companies",
        READ_SCOPE,
        companies.list_project_companies,
    ),
    Route(
        "POST",
        f"{ACCOUNT_PATH}/projects/:project_id/users",
        WRITE_SCOPE,
        project_users.create_project_admin,
    ),
    Route("POST", f"{V2_PROJECT_PATH}/users/import", WRITE_SCOPE, project_users.import_members),
    Route("PATCH", f"{V2_PROJECT_PATH}/users/:user_id", WRITE_SCOPE, project_users.patch_member),
    Route("GET", f"{V2_PROJECT_PATH}/industry_roles", READ_SCOPE, members.list_industry_roles),
    _build_admin_route(
        "GET",
        f"{CONSTRUCTION_ADMIN_PATH}/accounts/:account_id/projects",
        admin_projects.list_projects,
    ),
    _build_admin_route(
        "GET",
        f"{CONSTRUCTION_ADMIN_PATH}/accounts/:account_id/users/:user_id/projects",
        admin_projects.list_user_projects,
    ),
    _build_admin_route(
        "GET", f"{CONSTRUCTION_ADMIN_PATH}/projects/:project_id", admin_projects.get_project
    ),
    _build_admin_route(
        "GET", f"{CONSTRUCTION_ADMIN_PATH}/projects/:project_id/users", admin_users.list_users
    ),
    _build_admin_route(
        "GET",
        f"{CONSTRUCTION_ADMIN_PATH}/projects/:project_id/users/:user_id",
        admin_users.get_user,
    ),
    _build_admin_route(
        "DELETE",
        f"{CONSTRUCTION_ADMIN_PATH}/projects/:project_id/users/:user_id",
        admin_users.delete_user,
    ),
    _build_admin_route(
        "GET", f"{BIM360_ADMIN_PATH}/projects/:project_id/users", admin_users.list_users
    ),
    _build_admin_route(
        "GET", f"{BIM360_ADMIN_PATH}/projects/:project_id/users/:user_id", admin_users.get_user
    ),
    *FOLDER_ROUTES,
)

ROUTE_NAMES = (TOKEN_ROUTE, *(route.name for route in ROUTES))
