"""The services of a project under all their names, and the access that a user has to one."""

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
"""HQ's services, and what construction/admin and bim360/admin call them.

https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml) has the keys of
products; which service is which product is partly an inference. Version 2 of HQ writes the same
names with underscores. A service that is not here has one name everywhere.
"""


class ServiceAccess(ResponseModel):
    """A service that a project has, and a user's access to it.

    construction/admin has the name under ``key``, bim360/admin under ``serviceName``.
    """

    key: str | None = None
    service_name: str | None = Field(None, alias="serviceName")
    access: str | None = None

    @property
    def name(self) -> str:
        """The service's name, in whichever form it was read."""
        return self.key or self.service_name or ""


def _filter_readable_rows(rows: Any) -> list[Mapping[str, Any]] | None:
    """Return the rows of the known form: another form must not make the user unreadable."""
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
    """Return the access to one of HQ's services, None where the rows do not show it."""
    names = {_fold_name(name) for name in (service, *SERVICE_NAMES.get(service, ()))}
    shown = [row.access for row in rows if _fold_name(row.name) in names and row.access]
    given = [access for access in shown if access != NO_ACCESS]
    return next(iter([*given, *shown]), None)


def _fold_name(name: str) -> str:
    return name.replace("_", "").casefold()
