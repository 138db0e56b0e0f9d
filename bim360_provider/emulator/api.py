"""The table of the API's routes: all there is to call, outside the control plane."""

from bim360_provider.emulator import jobs, projects
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
)

ROUTE_NAMES = (TOKEN_ROUTE, *(route.name for route in ROUTES))
