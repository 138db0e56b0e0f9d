"""The provider behind ``Bim360ProjectMember``."""

from typing import ClassVar

from bim360_provider.dynamic.door import Door

__all__ = ["ProjectMemberProvider"]


class ProjectMemberProvider(Door):
    """Members of projects."""

    entity: ClassVar[str] = "project_member"
