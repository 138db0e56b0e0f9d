"""The routes of folders and their permissions, with their scopes and quotas."""

from collections.abc import Callable

from bim360_provider.emulator.data_management import folders, permissions
from bim360_provider.emulator.http.errors import DataApiError
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall, ApiFamily, Route
from bim360_provider.emulator.state import QuotaKey

DATA_MANAGEMENT = ApiFamily(DataApiError, "document_management", "required")

BIM360_DOCS = ApiFamily(access="document_management", id_prefix="forbidden")

READ_SCOPE, CREATE_SCOPE, WRITE_SCOPE = "data:read", "data:create", "data:write"

READ_LIMIT, WRITE_LIMIT, PERMISSION_LIMIT = (
    f"{kind}_rate_limit_per_minute" for kind in ("folder_read", "folder_write", "permission")
)
"""Options. Documented, each endpoint apart from the others:
https://aps.autodesk.com/en/docs/data/v2/overview/rate-limits/ ; that of permissions is an
inference."""

HUB_PROJECT_PATH = "/project/v1/hubs/:hub_id/projects/:project_id"
FOLDERS_PATH = "/data/v1/projects/:project_id/folders"
FOLDER_PATH = f"{FOLDERS_PATH}/:folder_id"
PERMISSIONS_PATH = "/bim360/docs/v1/projects/:project_id/folders/:folder_id/permissions"


def _build_route(
    name: str,
    scope: str,
    limit: str,
    handler: Callable[[ApiCall], Reply],
    family: ApiFamily = DATA_MANAGEMENT,
) -> Route:
    """Return a route with a quota of its own."""
    method, _, template = name.partition(" ")
    return Route(method, template, scope, handler, QuotaKey(name, limit), family)


FOLDER_ROUTES = (
    _build_route(f"GET {HUB_PROJECT_PATH}", READ_SCOPE, WRITE_LIMIT, folders.get_project),
    _build_route(
        f"GET {HUB_PROJECT_PATH}/topFolders", READ_SCOPE, READ_LIMIT, folders.list_top_folders
    ),
    _build_route(f"POST {FOLDERS_PATH}", CREATE_SCOPE, WRITE_LIMIT, folders.create_folder),
    _build_route(f"GET {FOLDER_PATH}", READ_SCOPE, READ_LIMIT, folders.get_folder),
    _build_route(f"PATCH {FOLDER_PATH}", WRITE_SCOPE, WRITE_LIMIT, folders.patch_folder),
    _build_route(f"GET {FOLDER_PATH}/parent", READ_SCOPE, READ_LIMIT, folders.get_parent),
    _build_route(f"GET {FOLDER_PATH}/contents", READ_SCOPE, READ_LIMIT, folders.list_contents),
    _build_route(
        f"GET {PERMISSIONS_PATH}",
        READ_SCOPE,
        PERMISSION_LIMIT,
        permissions.list_permissions,
        BIM360_DOCS,
    ),
    _build_route(
        f"POST {PERMISSIONS_PATH}:batch-create",
        WRITE_SCOPE,
        PERMISSION_LIMIT,
        permissions.create_permissions,
        BIM360_DOCS,
    ),
    _build_route(
        f"POST {PERMISSIONS_PATH}:batch-update",
        WRITE_SCOPE,
        PERMISSION_LIMIT,
        permissions.update_permissions,
        BIM360_DOCS,
    ),
    _build_route(
        f"POST {PERMISSIONS_PATH}:batch-delete",
        WRITE_SCOPE,
        PERMISSION_LIMIT,
        permissions.delete_permissions,
        BIM360_DOCS,
    ),
)
