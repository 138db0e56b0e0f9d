"""The industry roles of a project.

Observed: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool reads them with
``GET /hq/v2/accounts/:account_id/projects/:project_id/industry_roles``. ``member_group_id`` is
observed in one client: https://pypi.org/project/adeskForgeWrapper/
"""

from uuid import uuid5

from bim360_provider.emulator import project_rows
from bim360_provider.emulator.enums import INDUSTRY_ROLES
from bim360_provider.emulator.ids import NAMESPACE
from bim360_provider.emulator.messages import Reply
from bim360_provider.emulator.routes import Call

ADMINISTRATORS = ("Project Manager", "VDC Manager")
"""Roles that come with an admin's access; which these are is an inference, the levels are not."""


def role_id(project_id: str, name: str) -> str:
    """Return a role's id, which is another one in each project (observed)."""
    return str(uuid5(NAMESPACE, f"{project_id}/{name}"))


def role_ids(project_id: str) -> dict[str, str]:
    """Return the names of a project's roles by their ids."""
    return {role_id(project_id, name): name for name in INDUSTRY_ROLES}


def listed(call: Call) -> Reply:
    """Answer GET industry_roles: a bare array of all of them, no pages (observed)."""
    project_id = str(project_rows.visible(call)["id"])
    return Reply.json(
        200,
        [
            {
                "id": role,
                "project_id": project_id,
                "member_group_id": str(uuid5(NAMESPACE, f"{role}/members")),
                "name": name,
                call.options.industry_roles_key: _access(name),
            }
            for role, name in role_ids(project_id).items()
        ],
    )


def _access(role: str) -> dict[str, dict[str, str]]:
    administers = role in ADMINISTRATORS
    return {
        "project_administration": {"access_level": "project_admin" if administers else "no_access"},
        "document_management": {"access_level": "project_admin" if administers else "project_user"},
    }
