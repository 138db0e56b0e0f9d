"""The industry roles of a project.

Observed: https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool reads them with
``GET /hq/v2/accounts/:account_id/projects/:project_id/industry_roles``.
"""

from uuid import uuid5

from bim360_provider.emulator.ids import NAMESPACE


def role_id(project_id: str, name: str) -> str:
    """Return a role's id, which is another one in each project (observed)."""
    return str(uuid5(NAMESPACE, f"{project_id}/{name}"))
