"""The provider behind ``Bim360BusinessUnits``."""

from typing import ClassVar

from bim360_provider.core import business_units
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.door import Door

__all__ = ["BusinessUnitsProvider"]


class BusinessUnitsProvider(Door):
    """The business units of an account."""

    entity: ClassVar[Entity] = business_units
