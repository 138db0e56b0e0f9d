"""Autodesk's quotas: each is counted in a window of its own for each client id."""

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["ADMIN_WINDOW", "ADMIN_WRITE_WINDOW", "HQ_WINDOW", "get_limit", "select_window"]

HQ_WINDOW, ADMIN_WINDOW, ADMIN_WRITE_WINDOW = (
    "hq",
    "construction/admin",
    "construction/admin writes",
)
"""The windows of account administration: HQ's own endpoints, and those of construction/admin.

Each endpoint of folders and permissions has a window of its own: `FOLDER_WINDOWS`.
"""

ADMIN_QUOTAS: Final[Mapping[str, int]] = {
    HQ_WINDOW: 100,
    ADMIN_WINDOW: 600,
    ADMIN_WRITE_WINDOW: 100,
}
"""Requests a minute of a client id, in three separate quotas:
https://aps.autodesk.com/en/docs/acc/v1/overview/rate-limits/admin-rate-limits/"""

ADMIN_PATHS: Final = ("/construction/admin/", "/bim360/admin/")
"""Paths of the windows of construction/admin; bim360/admin also allows 600 reads a minute."""

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


def get_limit(window: str, requests_per_minute: int) -> int:
    """Return the requests a minute that are sent in a window.

    Args:
        window: The window.
        requests_per_minute: The most requests a minute of HQ's own endpoints; the other windows
            use the same share of their quotas. 0 is no limit.
    """
    quota = FOLDER_WINDOWS[window][1] if window in FOLDER_WINDOWS else ADMIN_QUOTAS[window]
    share = requests_per_minute * quota // ADMIN_QUOTAS[HQ_WINDOW]
    return max(1, share) if requests_per_minute else 0
