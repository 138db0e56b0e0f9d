"""An admin of a project, who activates one of its services: the arguments."""

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import (
    AccountIdArgument,
    FieldRole,
    InputModel,
    RegionArgument,
)
from bim360_provider.models.project_member import Email, Id, RemovalPolicy

__all__ = ["ProjectAdminArguments"]

ServiceType: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(enums.SERVICE_TYPES))
]


class ProjectAdminArguments(InputModel):
    """The arguments of an admin of a project, under HQ's field names.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-POST/
    """

    project_id: Annotated[
        Id,
        FieldRole.IDENTITY,
        Field(description="Id of the project. Another id replaces the resource."),
    ]
    email: Annotated[
        Email,
        FieldRole.IDENTITY,
        Field(description="The user's e-mail, in any case. Another e-mail replaces the resource."),
    ]
    service_type: Annotated[
        ServiceType,
        FieldRole.CREATE_ONLY,
        Field(description="Service to activate, such as ``doc_manager``. Applies only on create."),
    ]
    company_id: Annotated[
        Id,
        FieldRole.CREATE_ONLY,
        Field(
            description=(
                "Id of the user's company; HQ requires the user's default company. Applies "
                "only on create."
            )
        ),
    ]
    on_destroy: Annotated[
        RemovalPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "``retain`` (the default), which leaves the user in the project, or "
                "``remove``, which tries to remove the user from it, with all of the user's "
                "services."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None
