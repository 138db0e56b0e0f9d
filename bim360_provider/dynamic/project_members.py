"""The provider behind ``Bim360Team``."""

from typing import ClassVar

from bim360_provider.core import project_members
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.door import Door

__all__ = ["ProjectMembersProvider"]


class ProjectMembersProvider(Door):
    """All declared members of a project."""

    entity: ClassVar[Entity] = project_members
