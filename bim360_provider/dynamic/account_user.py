"""The provider behind ``Bim360AccountUser``."""

from typing import ClassVar

from bim360_provider.core import account_user
from bim360_provider.core.entity import Entity
from bim360_provider.dynamic.door import Door

__all__ = ["AccountUserProvider"]


class AccountUserProvider(Door):
    """Account users."""

    entity: ClassVar[Entity] = account_user
