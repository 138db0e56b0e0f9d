"""Members of a project: one, or all of them."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, normalize, user_ref
from bim360_provider.models.base import InputModel
from bim360_provider.models.project_user import MEMBER_SERVICES

__all__ = [
    "PATCHABLE_FIELDS",
    "PROVIDER_ONLY_FIELDS",
    "TEAM_PROVIDER_ONLY_FIELDS",
    "Email",
    "MemberFields",
    "ProjectMemberArguments",
    "ProjectMembersArguments",
]

PATCHABLE_FIELDS: Final = ("company_id", "industry_roles", *MEMBER_SERVICES)
"""What HQ's PATCH changes of a member.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-user_id-PATCH/
"""

PROVIDER_ONLY_FIELDS: Final = ("on_destroy", "account_id", "region")
"""Tell this provider what to do; never part of a member's body."""

MAX_ROLE_LENGTH: Final = 255

Id: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_id)]

Email: TypeAlias = Annotated[str, BeforeValidator(user_ref.parse_email)]


def _require_company_id(value: object) -> str:
    if value == "":
        msg = (
            "must not be empty: HQ would take the company away from the member on both levels, "
            "the project's and the account's; leave it out to leave the company alone"
        )
        raise ValueError(msg)
    return normalize.parse_id(value)


def _parse_roles(value: object) -> list[str]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        msg = f"must be a list such as ['Architect', 'BIM Manager'], not {normalize.quote_value(value)}"
        raise ValueError(msg)
    roles = {
        each.strip() for each in normalize.parse_each(normalize.limit_text(MAX_ROLE_LENGTH), value)
    }
    if "" in roles:
        msg = "holds an empty name; write names such as 'Architect'"
        raise ValueError(msg)
    return sorted(roles)


def _require_access(*levels: str) -> Callable[[object], str]:
    return normalize.require_choice(levels, clearable=True)


class MemberFields(InputModel):
    """What may be said about a member, whatever the project: HQ's own field names."""

    email: Email
    company_id: Annotated[str, BeforeValidator(_require_company_id)] | None = None
    industry_roles: Annotated[list[str], BeforeValidator(_parse_roles)] | None = None
    document_management: (
        Annotated[str, BeforeValidator(_require_access("admin", "user"))] | None
    ) = None
    project_administration: Annotated[str, BeforeValidator(_require_access("admin"))] | None = None


class ProjectMemberArguments(MemberFields):
    """What a stack may say about one member of one project."""

    project_id: Id
    on_destroy: (
        Annotated[str, BeforeValidator(normalize.require_choice(("retain", "remove")))] | None
    ) = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None


TEAM_PROVIDER_ONLY_FIELDS: Final = ("on_removal", "account_id", "region")
"""Tell this provider what to do; never part of a body."""


def _require_members(value: object) -> object:
    if isinstance(value, (list, tuple, Mapping)):
        return value
    msg = f"must be a list of members, not {normalize.quote_value(value)}"
    raise ValueError(msg)


class ProjectMembersArguments(InputModel):
    """What a stack may say about the members of one project; each member has a model of its own."""

    project_id: Id
    members: Annotated[Any, BeforeValidator(_require_members)]
    on_removal: (
        Annotated[str, BeforeValidator(normalize.require_choice(("retain", "remove")))] | None
    ) = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None
