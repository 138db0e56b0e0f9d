"""The table of the API's routes: all there is to call, outside the control plane."""

from bim360_provider.emulator import companies, jobs, projects, users
from bim360_provider.emulator.routes import Route

TOKEN_PATH = "/authentication/v2/token"  # noqa: S105 - a path
TOKEN_ROUTE = f"POST {TOKEN_PATH}"

READ, WRITE = "account:read", "account:write"
"""Documented scopes: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"""

ACCOUNT = "/hq/v1/accounts/:account_id"

ROUTES = (
    Route("POST", f"{ACCOUNT}/projects", WRITE, projects.create),
    Route("GET", f"{ACCOUNT}/projects", READ, projects.listed),
    Route("GET", f"{ACCOUNT}/projects/:project_id", READ, projects.shown),
    Route("PATCH", f"{ACCOUNT}/projects/:project_id", WRITE, projects.changed),
    Route("GET", f"{ACCOUNT}/jobs/:job_id", READ, jobs.shown),
    Route("POST", f"{ACCOUNT}/companies", WRITE, companies.create),
    Route("POST", f"{ACCOUNT}/companies/import", WRITE, companies.imported),
    Route("GET", f"{ACCOUNT}/companies", READ, companies.listed),
    Route("GET", f"{ACCOUNT}/companies/search", READ, companies.searched),
    Route("GET", f"{ACCOUNT}/companies/:company_id", READ, companies.shown),
    Route("PATCH", f"{ACCOUNT}/companies/:company_id", WRITE, companies.changed),
    Route("POST", f"{ACCOUNT}/users", WRITE, users.create),
    Route("POST", f"{ACCOUNT}/users/import", WRITE, users.imported),
    Route("GET", f"{ACCOUNT}/users", READ, users.listed),
    Route("GET", f"{ACCOUNT}/users/search", READ, users.searched),
    Route("GET", f"{ACCOUNT}/users/:user_id", READ, users.shown),
    Route("PATCH", f"{ACCOUNT}/users/:user_id", WRITE, users.changed),
)

ROUTE_NAMES = (TOKEN_ROUTE, *(route.name for route in ROUTES))
