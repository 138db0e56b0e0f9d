"""The provider behind ``Bim360Company``."""

from typing import ClassVar

from bim360_provider.dynamic.door import Door

__all__ = ["CompanyProvider"]


class CompanyProvider(Door):
    """Companies."""

    entity: ClassVar[str] = "company"
