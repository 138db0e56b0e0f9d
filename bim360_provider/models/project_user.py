"""An industry role of a project, such as Architect."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from bim360_provider.models.base import ResponseModel
from bim360_provider.models.services import ServiceAccessList, find_access

__all__ = [
    "MEMBER_SERVICES",
    "ImportResponse",
    "ImportRow",
    "IndustryRole",
    "ProjectUser",
    "UserPage",
]


class IndustryRole(ResponseModel):
    """An industry role as HQ answers it; its id is the project's own, its name is everywhere."""

    id: str
    name: str
    project_id: str | None = None


MEMBER_SERVICES: Final = ("document_management", "project_administration")
"""What HQ's import and PATCH can give access to; other modules are given in the web pages.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
"""

PRODUCT_SERVICES: Final = {
    "documentManagement": "document_management",
    "docs": "document_management",
    "projectAdministration": "project_administration",
}
"""The same services under the names of construction/admin, which has two for documents."""

ACCESS_LEVELS: Final = {"administrator": "admin", "member": "user"}
"""construction/admin's words for an access level, and HQ's; ``none`` is no access."""

DELETED_STATUS: Final = "deleted"
"""The status of somebody who was in the project and is no more."""


class _UserResponse(ResponseModel):
    """What is answered may hold more than is documented."""


class _Role(_UserResponse):
    """An industry role that a user has."""

    id: str | None = None
    name: str | None = None


class ProjectUser(_UserResponse):
    """A user of a project as ``GET construction/admin/v1/projects/:p/users`` answers it.

    https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
    bim360/admin shows the same user with ``services`` in place of ``products``.
    """

    id: str
    email: Annotated[str, BeforeValidator(lambda value: value or "")] = ""
    name: str | None = None
    autodesk_id: str | None = Field(None, alias="autodeskId")
    company_id: str | None = Field(None, alias="companyId")
    company_name: str | None = Field(None, alias="companyName")
    roles: list[_Role] | None = None
    products: ServiceAccessList = None
    services: ServiceAccessList = None
    access_levels: dict[str, Any] | None = Field(None, alias="accessLevels")
    status: str | None = None

    @property
    def is_deleted(self) -> bool:
        """Whether it is somebody who was in the project and is no more."""
        return self.status == DELETED_STATUS

    @property
    def is_admin(self) -> bool:
        """Whether they are an admin of the project."""
        return self.get_fields().get("project_administration") == "admin"

    def get_access(self, service: str) -> str | None:
        """Return the user's access to one of HQ's services, None where it is not shown."""
        return find_access(service, [*(self.products or ()), *(self.services or ())])

    def get_fields(self) -> dict[str, Any]:
        """Return the member under HQ's names: roles by name, access as ``admin`` or ``user``."""
        access = {
            PRODUCT_SERVICES[product.name]: ACCESS_LEVELS[product.access]
            for product in self.products or ()
            if product.name in PRODUCT_SERVICES and product.access in ACCESS_LEVELS
        }
        if (self.access_levels or {}).get("projectAdmin"):
            access["project_administration"] = "admin"
        if access.get("project_administration") == "user":
            del access[
                "project_administration"
            ]  # to be a member of it is to have no admin's access
        return {
            "email": self.email.lower(),
            "company_id": self.company_id,
            "industry_roles": sorted(role.name for role in self.roles or () if role.name),
            **{service: access.get(service) for service in MEMBER_SERVICES},
        }


class Pagination(_UserResponse):
    """Where a page stands in the whole."""

    total: int | None = Field(None, alias="totalResults")


class UserPage(_UserResponse):
    """A page of a project's users."""

    results: list[ProjectUser]
    # Made when it is needed: a model that is made here is built at every start of the host.
    pagination: Pagination = Field(default_factory=lambda: Pagination.model_validate({}))


class ImportRow(_UserResponse):
    """A row of an import, or a PATCH, as it was taken or refused.

    Refusals have been seen in three forms: the row beside ``errors``, the row beside
    ``error``, and the row inside ``item`` with a text beside it. See docs/reference/hq.md.
    """

    email: str | None = None
    id: str | None = None
    user_id: str | None = None
    project_id: str | None = None
    account_id: str | None = None
    company_id: str | None = None
    industry_roles: list[str] | None = None
    services: dict[str, Any] | None = None
    status: str | None = None
    item: dict[str, Any] | None = None
    error: Any = None
    errors: Any = None

    @property
    def row_email(self) -> str:
        """The e-mail that the row is about, in lower case."""
        return str(self.email or (self.item or {}).get("email") or "").lower()

    @property
    def row_user_id(self) -> str | None:
        """HQ's id of the user: version 2 calls it ``user_id``, version 1 ``id``."""
        return self.user_id or self.id

    @property
    def error_message(self) -> str:
        """HQ's words and codes about a refused row, on one line; empty if there are none."""
        told = [*_wrap_in_list(self.errors), *_wrap_in_list(self.error)]
        return "; ".join(" ".join(_format_error(each).split()) for each in told if each)


class ImportResponse(_UserResponse):
    """The answer to an import: 200, even where every row was refused."""

    success_items: list[ImportRow] = Field(default_factory=list)
    failure_items: list[ImportRow] = Field(default_factory=list)


def _wrap_in_list(told: Any) -> list[Any]:
    return told if isinstance(told, list) else [] if told is None else [told]


def _format_error(told: Any) -> str:
    if not isinstance(told, Mapping):
        return f'"{told}"'
    words = told.get("message") or told.get("detail") or told.get("title") or ""
    code = f"(code {told['code']}): " if told.get("code") else ""
    return f'{code}"{words}"'
