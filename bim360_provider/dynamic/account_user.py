"""The provider behind ``Bim360AccountUser``."""

from typing import ClassVar

from bim360_provider.dynamic.door import Door

__all__ = ["AccountUserProvider"]


class AccountUserProvider(Door):
    """Account users."""

    entity: ClassVar[str] = "account_user"
