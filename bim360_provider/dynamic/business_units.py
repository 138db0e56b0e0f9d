"""The provider behind ``Bim360BusinessUnits``."""

from typing import ClassVar

from bim360_provider.dynamic.door import Door

__all__ = ["BusinessUnitsProvider"]


class BusinessUnitsProvider(Door):
    """The business units of an account."""

    entity: ClassVar[str] = "business_units"
