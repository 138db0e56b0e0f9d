"""The provider behind ``Bim360Company``."""

from typing import ClassVar

from bim360_provider.core import company
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.door import Door

__all__ = ["CompanyProvider"]


class CompanyProvider(Door):
    """Companies."""

    entity: ClassVar[Entity] = company
