"""The provider behind ``Bim360ProjectImage``."""

from typing import ClassVar

from bim360_provider.core import project_image
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.door import Door

__all__ = ["ProjectImageProvider"]


class ProjectImageProvider(Door):
    """Pictures of projects."""

    entity: ClassVar[Entity] = project_image
