"""The provider behind ``Bim360ProjectImage``."""

from typing import ClassVar

from bim360_provider.dynamic.door import Door

__all__ = ["ProjectImageProvider"]


class ProjectImageProvider(Door):
    """Pictures of projects."""

    entity: ClassVar[str] = "project_image"
