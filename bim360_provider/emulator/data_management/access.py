"""Who may do what in the folders of a project."""

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.clock import parse_timestamp
from bim360_provider.emulator.data_management import tree
from bim360_provider.emulator.data_management.values import list_all_actions
from bim360_provider.emulator.hq import members
from bim360_provider.emulator.http.errors import (
    HqApiError,
    build_forbidden_error,
    build_not_found_error,
)
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row

ACTING_USER_HEADER = "x-user-id"
"""Documented:
https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/"""

VIEW, UPLOAD, EDIT, CONTROL = "VIEW", "PUBLISH", "EDIT", "CONTROL"


class NoFoldersYetError(HqApiError):
    """The project has no top folders yet."""


def open_project(call: ApiCall) -> Row:
    """Return the project of a call, whose folders can be used.

    Observed: the folders of a new project cannot be used for some seconds, see
    https://github.com/autodesk-platform-services/aps-bim360-project-setup ; a project that is not
    active replies 403 with the code BIM360DM_ERROR.

    Raises:
        NoFoldersYetError: The top folders are not there yet.
        HqApiError: 404 for an unknown project, 403 for one that is not active.
    """
    project = rows.get_visible_project(call)
    _refuse_early_request(call, project)
    if project["status"] != "active" and call.options.folders_of_inactive_projects == "refuse":
        raise build_forbidden_error(reason=f"Project is not active: b.{project['id']}")
    tree.ensure_top_folders(call.hq, project)
    return project


def _refuse_early_request(call: ApiCall, project: Row) -> None:
    ready_at = parse_timestamp(str(project["created_at"])) + call.options.top_folders_after
    if not call.options.top_folders_after or call.hq.clock.now() >= ready_at:
        return
    if call.options.top_folders_early == "not_found":
        raise NoFoldersYetError(404, ErrorCode.FORBIDDEN, "the project has no folders yet")
    raise NoFoldersYetError(403, ErrorCode.FORBIDDEN, "access to the project is forbidden")


def get_folder(call: ApiCall, project: Row) -> Row:
    """Return the folder in the path of a call.

    Raises:
        HqApiError: 404.
    """
    return require_folder(call, project, call.params["folder_id"])


def require_folder(call: ApiCall, project: Row, folder_id: str) -> Row:
    """Return a folder of a project.

    Raises:
        HqApiError: 404.
    """
    folder = tree.find_folder(call.hq, project["id"], folder_id)
    if folder is None:
        raise build_not_found_error(entity="folder")
    return folder


def find_acting_user(call: ApiCall, project: Row) -> Row | None:
    """Return the user on whose behalf a call acts, None without one.

    The row has ``is_admin``: an admin of the project or of the account has all rights.

    Raises:
        HqApiError: 403, the user is not in the project (inference).
    """
    acting = call.request.get_header(ACTING_USER_HEADER)
    if not acting:
        return None
    user = call.hq.store.fetch_one(
        "SELECT users.*, members.services, members.industry_roles, "
        "members.company_id AS project_company FROM users "
        "LEFT JOIN members ON members.user_id = users.id AND members.project_id = ? "
        "WHERE users.account_id = ? AND (users.id = ? OR users.uid = ?)",
        [project["id"], call.account.id, acting, acting],
    )
    if user is None or user["status"] == "inactive":
        raise build_forbidden_error(
            reason=f"{ACTING_USER_HEADER} {acting} is not a user of the account"
        )
    is_admin = user["role"] == "account_admin" or is_project_admin(user)
    if user["services"] is None and not is_admin:
        raise build_forbidden_error(reason=f"{user['email']} is not in the project")
    return {**user, "is_admin": int(is_admin)}


def is_project_admin(member: Row) -> bool:
    """Return whether a member is an admin of the project."""
    if member["services"] is None:
        return False
    return members.parse_services(member).get("project_administration") == "admin"


def require_action(call: ApiCall, project: Row, folder: Row, action: str) -> Row | None:
    """Refuse a call whose acting user may not do this in a folder, and return the user.

    Documented for permissions (VIEW, CONTROL) and uploads; for changes of folders an inference.

    Raises:
        HqApiError: 403.
    """
    user = find_acting_user(call, project)
    if user is not None and action not in list_user_actions(call, project, user, folder):
        raise build_forbidden_error(reason=f"{user['email']} needs {action} for this folder")
    return user


def list_user_actions(call: ApiCall, project: Row, user: Row, folder: Row) -> set[str]:
    """Return what a user may do in a folder: by themselves, their company and their roles.

    Documented: the rights of folders above are inherited.
    """
    if user["is_admin"]:
        return {*list_all_actions(str(project["platform"]))}
    subjects = {user["id"], user["project_company"], *members.parse_roles(_get_roles(user))}
    return {
        action
        for each in tree.list_lineage(call.hq, folder)
        for row in list_direct_permissions(call, each)
        if row["subject_id"] in subjects
        for action in str(row["actions"]).split(",")
    }


def _get_roles(user: Row) -> Row:
    return {"industry_roles": user["industry_roles"] or "[]"}


def list_direct_permissions(call: ApiCall, folder: Row) -> list[Row]:
    """Return the rows of a folder's direct permissions, in the order of their creation."""
    sql = "SELECT * FROM folder_permissions WHERE folder_id = ? ORDER BY seq"
    return call.hq.store.fetch_all(sql, [folder["id"]])


def get_author(call: ApiCall, user: Row | None) -> str:
    """Return the id of the author of a change: a user's Autodesk ID, or the client's id."""
    return str(user["uid"] or user["id"]) if user is not None else call.client_id
