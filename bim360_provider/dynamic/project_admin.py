"""The provider behind ``Bim360ProjectAdmin``."""

from typing import ClassVar

from bim360_provider.dynamic.door import Door

__all__ = ["ProjectAdminProvider"]


class ProjectAdminProvider(Door):
    """Admins of projects."""

    entity: ClassVar[str] = "project_admin"
