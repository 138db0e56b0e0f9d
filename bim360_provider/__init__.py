"""BIM 360 projects as infrastructure code.

The names below are imported on first access, so that the emulator and the tests start without
Pulumi.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bim360_provider.resources import (
        Bim360AccountUser,
        Bim360BusinessUnits,
        Bim360Company,
        Bim360FolderPermissions,
        Bim360Project,
        Bim360ProjectAdmin,
        Bim360ProjectFolder,
        Bim360ProjectFolderTree,
        Bim360ProjectImage,
        Bim360ProjectMember,
        Bim360Provider,
        Bim360Team,
        TeamMember,
        get_account_user,
        get_business_unit,
        get_company,
        get_industry_role,
        get_project,
        projects_from_csv,
    )

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


def __getattr__(name: str) -> Any:
    """Import a public name."""
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from bim360_provider import resources  # noqa: PLC0415 - see above

    return getattr(resources, name)


def __dir__() -> list[str]:
    """Return the public names, imported or not."""
    return __all__
