"""Every entity: its resource, from which its provider and core follow, and its arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from bim360_provider import (
    Bim360AccountUser,
    Bim360BusinessUnits,
    Bim360Company,
    Bim360FolderPermissions,
    Bim360Project,
    Bim360ProjectAdmin,
    Bim360ProjectFolder,
    Bim360ProjectImage,
    Bim360ProjectMember,
)
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.models import AccountUserArguments, CompanyArguments, ProjectArguments
from bim360_provider.models.business_units import BusinessUnitsArguments
from bim360_provider.models.folder import ProjectFolderArguments
from bim360_provider.models.folder_permissions import FolderPermissionsArguments
from bim360_provider.models.project_admin import ProjectAdminArguments
from bim360_provider.models.project_image import ProjectImageArguments
from bim360_provider.models.project_member import ProjectMemberArguments, ProjectMembersArguments
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.team import Bim360ProjectMembers

__all__ = ["ENTITY_KINDS", "EntityKind"]


@dataclass(frozen=True)
class EntityKind:
    """The classes of one entity."""

    resource: type[Bim360Resource]
    model: type[BaseModel]

    @property
    def provider(self) -> type[Bim360ProviderBase]:
        """The dynamic provider."""
        return self.resource.PROVIDER

    @property
    def core(self) -> Entity:
        """The module of the core."""
        return self.provider.load_entity()

    @property
    def type(self) -> str:
        """The end of the type token, such as ``bim360:Project``."""
        return self.resource.type_token().rpartition("/")[2]


ENTITY_KINDS: Final[Mapping[str, EntityKind]] = {
    resource.PROVIDER.entity: EntityKind(resource, model)
    for resource, model in (
        (Bim360Project, ProjectArguments),
        (Bim360Company, CompanyArguments),
        (Bim360AccountUser, AccountUserArguments),
        (Bim360ProjectAdmin, ProjectAdminArguments),
        (Bim360ProjectMember, ProjectMemberArguments),
        (Bim360ProjectMembers, ProjectMembersArguments),
        (Bim360BusinessUnits, BusinessUnitsArguments),
        (Bim360ProjectImage, ProjectImageArguments),
        (Bim360ProjectFolder, ProjectFolderArguments),
        (Bim360FolderPermissions, FolderPermissionsArguments),
    )
}
"""Each entity by the name that it has in every layer."""
