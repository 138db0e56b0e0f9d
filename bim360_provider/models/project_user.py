"""Users of a project, their industry roles, and responses to an import of users."""

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
    "Pagination",
    "ProjectUser",
    "UserPage",
]


class IndustryRole(ResponseModel):
    """An industry role in HQ's response; its id differs in each project, its name does not."""

    id: str
    name: str
    project_id: str | None = None


MEMBER_SERVICES: Final = ("document_management", "project_administration")
"""The services to which HQ's import and PATCH can grant access; others need the web pages.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
"""

PRODUCT_SERVICES: Final = {
    "documentManagement": "document_management",
    "docs": "document_management",
    "projectAdministration": "project_administration",
}
"""The same services by their names in construction/admin, which has two for documents."""

ACC_PRODUCTS: Final = frozenset({"autoSpecs", "build", "cost", "docs", "takeoff"})
"""Products that no BIM 360 project has:
https://github.com/autodesk-platform-services/aps-sdk-openapi (accountadmin.yaml)"""

ACCESS_LEVELS: Final = {"administrator": "admin", "member": "user"}
"""HQ's access levels by those of construction/admin; ``none`` means no access."""

DELETED_STATUS: Final = "deleted"
"""The status of a former user of the project."""


class _UserResponse(ResponseModel):
    """A response that may contain undocumented fields."""


class _Role(_UserResponse):
    """An industry role that a user has."""

    id: str | None = None
    name: str | None = None


class ProjectUser(_UserResponse):
    """A user of a project in a response to ``GET construction/admin/v1/projects/:p/users``.

    https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/
    bim360/admin returns the same user with ``services`` instead of ``products``.
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
        """Whether this is a former user of the project."""
        return self.status == DELETED_STATUS

    @property
    def has_acc_products(self) -> bool:
        """Whether the user has products that only ACC projects have."""
        return any(product.name in ACC_PRODUCTS for product in self.products or ())

    @property
    def is_admin(self) -> bool:
        """Whether the user is an admin of the project."""
        return self.get_fields().get("project_administration") == "admin"

    def get_access(self, service: str) -> str | None:
        """Return the user's access to one of HQ's services, or None if the response has none."""
        return find_access(service, [*(self.products or ()), *(self.services or ())])

    def get_fields(self) -> dict[str, Any]:
        """Return the member by HQ's field names: role names, and ``admin`` or ``user`` access."""
        access = {
            PRODUCT_SERVICES[product.name]: ACCESS_LEVELS[product.access]
            for product in self.products or ()
            if product.name in PRODUCT_SERVICES and product.access in ACCESS_LEVELS
        }
        if (self.access_levels or {}).get("projectAdmin"):
            access["project_administration"] = "admin"
        if access.get("project_administration") == "user":
            del access["project_administration"]  # a plain member has no admin access
        return {
            "email": self.email.lower(),
            "company_id": self.company_id,
            "industry_roles": sorted(role.name for role in self.roles or () if role.name),
            **{service: access.get(service) for service in MEMBER_SERVICES},
        }


class Pagination(_UserResponse):
    """The pagination of a response."""

    total: int | None = Field(None, alias="totalResults")


class UserPage(_UserResponse):
    """A page of a project's users."""

    results: list[ProjectUser]
    # A factory, because an instance here would build the model at every start of the host.
    pagination: Pagination = Field(default_factory=lambda: Pagination.model_validate({}))


class ImportRow(_UserResponse):
    """An accepted or refused row of an import or a PATCH.

    A refusal has one of three formats: the row with ``errors``, the row with ``error``, or the row
    in ``item`` with a text next to it. See docs/reference/hq.md.
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
        """The e-mail of the row, in lower case."""
        return str(self.email or (self.item or {}).get("email") or "").lower()

    @property
    def row_user_id(self) -> str | None:
        """HQ's id of the user: ``user_id`` in version 2, ``id`` in version 1."""
        return self.user_id or self.id

    @property
    def error_message(self) -> str:
        """HQ's messages and codes for a refused row, on one line; may be empty."""
        errors = [*_wrap_in_list(self.errors), *_wrap_in_list(self.error)]
        return "; ".join(" ".join(_format_error(each).split()) for each in errors if each)


class ImportResponse(_UserResponse):
    """The response to an import; its status is 200 even if every row was refused."""

    success_items: list[ImportRow] = Field(default_factory=list)
    failure_items: list[ImportRow] = Field(default_factory=list)


def _wrap_in_list(error: Any) -> list[Any]:
    return error if isinstance(error, list) else [] if error is None else [error]


def _format_error(error: Any) -> str:
    if not isinstance(error, Mapping):
        return f'"{error}"'
    message = error.get("message") or error.get("detail") or error.get("title") or ""
    code = f"(code {error['code']}): " if error.get("code") else ""
    return f'{code}"{message}"'
