"""The provider behind ``Bim360ProjectMember``."""

from typing import ClassVar

from bim360_provider.core import project_member
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.door import Door

__all__ = ["ProjectMemberProvider"]


class ProjectMemberProvider(Door):
    """Members of projects."""

    entity: ClassVar[Entity] = project_member
