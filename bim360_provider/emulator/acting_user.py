"""The person a two-legged request is made for."""

from bim360_provider.emulator import members
from bim360_provider.emulator.errors import HqError
from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.routes import Call
from bim360_provider.emulator.store import Row

HQ_HEADER = "x-user-id"
"""Documented for HQ v2:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/"""

ADMIN_HEADER = "user-id"
"""Documented for construction/admin; another name for the same thing:
https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)"""


def require(call: Call, project: Row, header: str = HQ_HEADER) -> None:
    """Let pass only who acts for an account admin or an admin of the project.

    The page asks for the user's ``id``; the vendor's set-up tool has sent the ``uid`` for years
    (observed), so both are taken.

    Raises:
        HqError: 403; the status is an inference.
    """
    acting = call.request.header(header)
    if not acting:
        if call.options.acting_user == "required":
            raise _forbidden(why=f"the request names no user: {header} is missing")
        return
    user = call.backend.store.row(
        "SELECT * FROM users WHERE account_id = ? AND (id = ? OR uid = ?)",
        [call.account.id, acting, acting],
    )
    if user is None or user["status"] == "inactive":
        raise _forbidden(why=f"{header} {acting} is no user of the account")
    if user["role"] != "account_admin" and not _administers(call, project, user):
        raise _forbidden(why="the user must be an account admin or an admin of the project")


def _administers(call: Call, project: Row, user: Row) -> bool:
    member = members.find(call, project, user)
    return member is not None and members.is_admin(member)


def _forbidden(*, why: str) -> HqError:
    return HqError(403, Code.ACTING_USER, why)
