"""The quotas of Autodesk's endpoints, and the window in which a request is counted."""

import re
from typing import Final

__all__ = [
    "ADMIN_WINDOW",
    "ADMIN_WRITE_WINDOW",
    "FOLDER_WINDOWS",
    "HQ_QUOTA",
    "HQ_WINDOW",
    "get_quota",
    "select_window",
]

HQ_QUOTA: Final = 100
"""Requests a minute of HQ's own endpoints; writes of construction/admin have as many."""

HQ_WINDOW, ADMIN_WINDOW = "hq", "construction/admin"
ADMIN_WRITE_WINDOW: Final = "construction/admin writes"
"""The windows: one for HQ's own endpoints, one for reads of construction/admin, one for its writes.

Each endpoint of folders and permissions has a window of its own: `FOLDER_WINDOWS`.
"""

ADMIN_PATHS: Final = ("/construction/admin/", "/bim360/admin/")
"""Paths of the windows of construction/admin; bim360/admin also allows 600 reads a minute."""

ADMIN_QUOTA: Final = 600
"""construction/admin allows a client id 600 reads a minute, and 100 writes:
https://aps.autodesk.com/en/docs/acc/v1/overview/rate-limits/admin-rate-limits/"""

FOLDER_WINDOWS: Final = {
    "GET hub project": (re.compile(r"/project/v1/hubs/[^/]+/projects/[^/]+"), 50),
    "GET top folders": (re.compile(r"/project/v1/hubs/[^/]+/projects/[^/]+/topFolders"), 300),
    "POST folder": (re.compile(r"/data/v1/projects/[^/]+/folders"), 50),
    "PATCH folder": (re.compile(r"/data/v1/projects/[^/]+/folders/[^/]+"), 50),
    "GET folder": (re.compile(r"/data/v1/projects/[^/]+/folders/[^/]+"), 300),
    "GET contents": (re.compile(r"/data/v1/projects/[^/]+/folders/[^/]+/contents"), 300),
    "GET permissions": (re.compile(r"/bim360/docs/v1/.+/permissions"), 50),
    "POST new permissions": (re.compile(r"/bim360/docs/v1/.+/permissions:batch-create"), 50),
    "POST permissions": (re.compile(r"/bim360/docs/v1/.+/permissions:batch-update"), 50),
    "POST removals": (re.compile(r"/bim360/docs/v1/.+/permissions:batch-delete"), 50),
}
"""Path and requests a minute of each endpoint of folders, which has a quota of its own, by its
method and object:
https://aps.autodesk.com/en/docs/data/v2/overview/rate-limits/ . The quotas of permissions are not
published; 50 is the lowest of the others."""


def select_window(method: str, path: str) -> str:
    """Return the window in which a request is counted."""
    for window, (pattern, _quota) in FOLDER_WINDOWS.items():
        if window.startswith(f"{method} ") and pattern.fullmatch(path):
            return window
    if not path.startswith(ADMIN_PATHS):
        return HQ_WINDOW
    return ADMIN_WINDOW if method == "GET" else ADMIN_WRITE_WINDOW


def get_quota(window: str) -> int:
    """Return the requests a minute that a window allows a client id."""
    if window in FOLDER_WINDOWS:
        return FOLDER_WINDOWS[window][1]
    return ADMIN_QUOTA if window == ADMIN_WINDOW else HQ_QUOTA
