"""The provider behind ``Bim360Project``."""

from typing import ClassVar

from bim360_provider.core import project
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.door import Door

__all__ = ["ProjectProvider"]


class ProjectProvider(Door):
    """Projects."""

    entity: ClassVar[Entity] = project
