"""Each endpoint of folders is counted by itself; all other requests in three windows."""

import pytest

from bim360_provider.hq.transport.quotas import (
    ADMIN_WINDOW,
    ADMIN_WRITE_WINDOW,
    FOLDER_WINDOWS,
    HQ_WINDOW,
    get_quota,
    select_window,
)

PROJECT = "/data/v1/projects/b.p/folders"
PERMISSIONS = "/bim360/docs/v1/projects/p/folders/f/permissions"


@pytest.mark.parametrize(
    ("method", "path", "window", "quota"),
    [
        ("POST", "/hq/v1/accounts/a/projects", HQ_WINDOW, 100),
        ("GET", "/construction/admin/v1/projects/p/users", ADMIN_WINDOW, 600),
        ("POST", "/construction/admin/v1/projects/p/users", ADMIN_WRITE_WINDOW, 100),
        ("GET", "/project/v1/hubs/b.a/projects/b.p", "GET hub project", 50),
        ("GET", "/project/v1/hubs/b.a/projects/b.p/topFolders", "GET top folders", 300),
        ("POST", PROJECT, "POST folder", 50),
        ("PATCH", f"{PROJECT}/f", "PATCH folder", 50),
        ("GET", f"{PROJECT}/f", "GET folder", 300),
        ("GET", f"{PROJECT}/f/contents", "GET contents", 300),
        ("GET", PERMISSIONS, "GET permissions", 50),
        ("POST", f"{PERMISSIONS}:batch-create", "POST new permissions", 50),
        ("POST", f"{PERMISSIONS}:batch-update", "POST permissions", 50),
        ("POST", f"{PERMISSIONS}:batch-delete", "POST removals", 50),
    ],
)
def test_a_request_has_its_window(method: str, path: str, window: str, quota: int) -> None:
    """The quotas are Autodesk's, except those of permissions, which are not published."""
    assert select_window(method, path) == window
    assert get_quota(window) == quota


def test_every_window_of_folders_is_selected_above() -> None:
    """A new one needs a row."""
    assert len(FOLDER_WINDOWS) == 10
