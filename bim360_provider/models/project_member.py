"""Members of a project: the arguments of one member and of a team."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import normalize, user_ref
from bim360_provider.models.base import (
    AccountIdArgument,
    FieldRole,
    Id,
    InputModel,
    Region,
    RegionArgument,
    list_fields,
)

__all__ = [
    "PATCHABLE_FIELDS",
    "PROVIDER_ONLY_FIELDS",
    "TEAM_PROVIDER_ONLY_FIELDS",
    "Email",
    "Id",
    "MemberFields",
    "ProjectMemberArguments",
    "ProjectMembersArguments",
    "Region",
    "RemovalPolicy",
]

MAX_ROLE_LENGTH: Final = 255


Email: TypeAlias = Annotated[str, BeforeValidator(user_ref.parse_email)]


def _require_company_id(value: object) -> str:
    if value == "":
        msg = (
            "must not be empty: HQ would remove the member's company in the project and in the "
            "account; omit it to keep the company"
        )
        raise ValueError(msg)
    return normalize.parse_id(value)


def _parse_roles(value: object) -> list[str]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        example = "['Architect', 'BIM Manager']"
        msg = f"must be a list such as {example}, not {normalize.quote_value(value)}"
        raise ValueError(msg)
    roles = {
        each.strip() for each in normalize.parse_each(normalize.limit_text(MAX_ROLE_LENGTH), value)
    }
    if "" in roles:
        msg = "contains an empty name; write names such as 'Architect'"
        raise ValueError(msg)
    return sorted(roles)


def _require_access(*levels: str) -> Callable[[object], str]:
    return normalize.require_choice(levels, clearable=True)


CompanyId: TypeAlias = Annotated[str, BeforeValidator(_require_company_id)]

Roles: TypeAlias = Annotated[list[str], BeforeValidator(_parse_roles)]

DocumentAccess: TypeAlias = Annotated[str, BeforeValidator(_require_access("admin", "user"))]

AdminAccess: TypeAlias = Annotated[str, BeforeValidator(_require_access("admin"))]

RemovalPolicy: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("retain", "remove")))
]


class MemberFields(InputModel):
    """The arguments of a member in any project, under HQ's field names."""

    email: Annotated[
        Email,
        FieldRole.IDENTITY,
        Field(description="The user's e-mail, in any case. Another e-mail is another member."),
    ]
    company_id: Annotated[
        CompanyId | None,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Id of the company that the user works for in the project; must not be empty."
            )
        ),
    ] = None
    industry_roles: Annotated[
        Roles | None,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Names of industry roles such as ``Architect``, in any order; ``[]`` for none."
            )
        ),
    ] = None
    document_management: Annotated[
        DocumentAccess | None,
        FieldRole.PATCHABLE,
        Field(description='``user``, ``admin``, or ``""`` for no access.'),
    ] = None
    project_administration: Annotated[
        AdminAccess | None,
        FieldRole.PATCHABLE,
        Field(
            description=(
                '``admin``, or ``""`` for no access. This or ``document_management`` is required.'
            )
        ),
    ] = None


class ProjectMemberArguments(MemberFields):
    """The arguments of one member of one project."""

    project_id: Annotated[
        Id,
        FieldRole.IDENTITY,
        Field(description="Id of the project. Another id replaces the resource."),
    ]
    on_destroy: Annotated[
        RemovalPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "``retain`` (the default), which leaves the user in the project, or "
                "``remove``, which tries to remove the user from it."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None


def _require_members(value: object) -> object:
    if isinstance(value, (list, tuple, Mapping)):
        return value
    msg = f"must be a list of members, not {normalize.quote_value(value)}"
    raise ValueError(msg)


Members: TypeAlias = Annotated[Any, BeforeValidator(_require_members)]


class ProjectMembersArguments(InputModel):
    """The arguments of a team in one project; each member is a ``MemberFields``."""

    project_id: Annotated[
        Id,
        FieldRole.IDENTITY,
        Field(description="Id of the project. Another id replaces the resource."),
    ]
    members: Annotated[
        Members,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Members, each with ``email`` and at least one of ``document_management`` and "
                "``project_administration``; see ``TeamMember``."
            )
        ),
    ]
    on_removal: Annotated[
        RemovalPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "What happens to members who are removed from the list, and to all members "
                "when the team is destroyed: ``retain`` (the default) leaves them in the "
                "project, ``remove`` tries to remove them from it."
            )
        ),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None


PATCHABLE_FIELDS: Final = list_fields(MemberFields, FieldRole.PATCHABLE)
"""The fields of a member that HQ's PATCH changes.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-user_id-PATCH/
"""

PROVIDER_ONLY_FIELDS: Final = list_fields(ProjectMemberArguments, FieldRole.PROVIDER_ONLY)
"""Options of this provider; never part of a request body."""

TEAM_PROVIDER_ONLY_FIELDS: Final = list_fields(ProjectMembersArguments, FieldRole.PROVIDER_ONLY)
"""The same options of a team."""
