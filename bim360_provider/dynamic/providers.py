"""The dynamic provider of each resource."""

from typing import ClassVar

from bim360_provider.dynamic.base import Bim360ProviderBase

__all__ = [
    "AccountUserProvider",
    "BusinessUnitsProvider",
    "CompanyProvider",
    "FolderPermissionsProvider",
    "ProjectAdminProvider",
    "ProjectFolderProvider",
    "ProjectImageProvider",
    "ProjectMemberProvider",
    "ProjectMembersProvider",
    "ProjectProvider",
]


class AccountUserProvider(Bim360ProviderBase):
    """Account users."""

    entity: ClassVar[str] = "account_user"


class BusinessUnitsProvider(Bim360ProviderBase):
    """The business units of an account."""

    entity: ClassVar[str] = "business_units"


class CompanyProvider(Bim360ProviderBase):
    """Companies."""

    entity: ClassVar[str] = "company"


class ProjectProvider(Bim360ProviderBase):
    """Projects."""

    entity: ClassVar[str] = "project"


class ProjectAdminProvider(Bim360ProviderBase):
    """Admins of projects."""

    entity: ClassVar[str] = "project_admin"


class ProjectImageProvider(Bim360ProviderBase):
    """Pictures of projects."""

    entity: ClassVar[str] = "project_image"


class ProjectMemberProvider(Bim360ProviderBase):
    """Members of projects."""

    entity: ClassVar[str] = "project_member"


class ProjectMembersProvider(Bim360ProviderBase):
    """All declared members of a project."""

    entity: ClassVar[str] = "project_members"


class ProjectFolderProvider(Bim360ProviderBase):
    """Folders of projects."""

    entity: ClassVar[str] = "project_folder"


class FolderPermissionsProvider(Bim360ProviderBase):
    """The permissions of a folder."""

    entity: ClassVar[str] = "folder_permissions"
