"""Names of a project's services, and the access of a user to a service."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models.base import ResponseModel

__all__ = ["NO_ACCESS", "ServiceAccess", "ServiceAccessList", "find_access"]

NO_ACCESS: Final = "none"

SERVICE_NAMES: Final = {
    "doc_manager": ("documentManagement", "docs"),
    "admin": ("projectAdministration",),
    "pm": ("projectManagement",),
    "fng": ("fieldManagement",),
    "collab": ("designCollaboration",),
    "cost": ("costManagement",),
    "gng": ("modelCoordination",),
}
"""HQ's services, with their names in construction/admin and bim360/admin.

https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml) has the keys of
products; which service is which product is partly an inference. Version 2 of HQ writes the same
names with underscores. A service that is not listed has the same name in all APIs.
"""


class ServiceAccess(ResponseModel):
    """A service of a project, and a user's access to it.

    The name is ``key`` in construction/admin and ``serviceName`` in bim360/admin.
    """

    key: str | None = None
    service_name: str | None = Field(None, alias="serviceName")
    access: str | None = None

    @property
    def name(self) -> str:
        """The service's name."""
        return self.key or self.service_name or ""


def _filter_readable_rows(rows: Any) -> list[Mapping[str, Any]] | None:
    """Return the rows in a known format; other rows must not make the user unreadable."""
    fields = ("key", "serviceName", "access")
    mappings = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else None
    if mappings is None:
        return None
    return [
        row for row in mappings if all(isinstance(row.get(name), str | None) for name in fields)
    ]


ServiceAccessList: TypeAlias = Annotated[
    list[ServiceAccess] | None, BeforeValidator(_filter_readable_rows)
]


def find_access(service: str, rows: Iterable[ServiceAccess]) -> str | None:
    """Return the access to one of HQ's services, or None if no row has it."""
    names = {_fold_name(name) for name in (service, *SERVICE_NAMES.get(service, ()))}
    levels = [row.access for row in rows if _fold_name(row.name) in names and row.access]
    given = [access for access in levels if access != NO_ACCESS]
    return next(iter([*given, *levels]), None)


def _fold_name(name: str) -> str:
    return name.replace("_", "").casefold()
