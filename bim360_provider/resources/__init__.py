"""The resources and functions of a program.

Each name is imported on first access, so that a program loads only the resources that it uses.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bim360_provider.resources.account_user import Bim360AccountUser
    from bim360_provider.resources.business_units import Bim360BusinessUnits
    from bim360_provider.resources.company import Bim360Company
    from bim360_provider.resources.csv_projects import projects_from_csv
    from bim360_provider.resources.folder_permissions import Bim360FolderPermissions
    from bim360_provider.resources.folder_tree import Bim360ProjectFolderTree
    from bim360_provider.resources.lookups import (
        get_account_user,
        get_business_unit,
        get_company,
        get_industry_role,
        get_project,
    )
    from bim360_provider.resources.project import Bim360Project
    from bim360_provider.resources.project_admin import Bim360ProjectAdmin
    from bim360_provider.resources.project_folder import Bim360ProjectFolder
    from bim360_provider.resources.project_image import Bim360ProjectImage
    from bim360_provider.resources.project_member import Bim360ProjectMember
    from bim360_provider.resources.provider import Bim360Provider
    from bim360_provider.resources.team import Bim360Team, TeamMember

__all__ = [
    "Bim360AccountUser",
    "Bim360BusinessUnits",
    "Bim360Company",
    "Bim360FolderPermissions",
    "Bim360Project",
    "Bim360ProjectAdmin",
    "Bim360ProjectFolder",
    "Bim360ProjectFolderTree",
    "Bim360ProjectImage",
    "Bim360ProjectMember",
    "Bim360Provider",
    "Bim360Team",
    "TeamMember",
    "get_account_user",
    "get_business_unit",
    "get_company",
    "get_industry_role",
    "get_project",
    "projects_from_csv",
]

_MODULES: Final = {
    "Bim360AccountUser": "account_user",
    "Bim360BusinessUnits": "business_units",
    "Bim360Company": "company",
    "Bim360FolderPermissions": "folder_permissions",
    "get_account_user": "lookups",
    "get_business_unit": "lookups",
    "get_company": "lookups",
    "get_industry_role": "lookups",
    "get_project": "lookups",
    "projects_from_csv": "csv_projects",
    "Bim360Project": "project",
    "Bim360ProjectAdmin": "project_admin",
    "Bim360ProjectFolder": "project_folder",
    "Bim360ProjectFolderTree": "folder_tree",
    "Bim360ProjectImage": "project_image",
    "Bim360ProjectMember": "project_member",
    "Bim360Provider": "provider",
    "Bim360Team": "team",
    "TeamMember": "team",
}


def __getattr__(name: str) -> Any:
    """Import a name of ``__all__`` from its module."""
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
