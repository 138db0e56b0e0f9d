"""The admin of a project, who activates one of its services: what a stack may say about them."""

from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import InputModel
from bim360_provider.models.project_member import Email

__all__ = ["CREATE_ONLY_FIELDS", "PROVIDER_ONLY_FIELDS", "ProjectAdminArguments"]

CREATE_ONLY_FIELDS: Final = ("service_type", "company_id")
"""Act once, when the admin is added: HQ has no request that changes them."""

PROVIDER_ONLY_FIELDS: Final = ("on_destroy", "account_id", "region")
"""Tell this provider what to do; never part of the body."""

Id: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_id)]


class ProjectAdminArguments(InputModel):
    """What a stack may say about an admin of a project, under HQ's own field names.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-POST/
    """

    project_id: Id
    email: Email
    service_type: Annotated[str, BeforeValidator(normalize.require_choice(enums.SERVICE_TYPES))]
    company_id: Id
    on_destroy: (
        Annotated[str, BeforeValidator(normalize.require_choice(("retain", "remove")))] | None
    ) = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None
