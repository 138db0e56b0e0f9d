"""The provider behind ``Bim360Team``."""

from typing import ClassVar

from bim360_provider.dynamic.door import Door

__all__ = ["ProjectMembersProvider"]


class ProjectMembersProvider(Door):
    """All declared members of a project."""

    entity: ClassVar[str] = "project_members"
