"""A member of a project: what a stack may say about them."""

from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, lists, normal, person
from bim360_provider.models.forms import Written
from bim360_provider.models.project_user import SERVICES

__all__ = ["MANAGED", "PROVIDER_ONLY", "Email", "MemberFields", "ProjectMemberArguments"]

MANAGED: Final = ("company_id", "industry_roles", *SERVICES)
"""What HQ's PATCH changes of a member.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-user_id-PATCH/
"""

PROVIDER_ONLY: Final = ("on_destroy", "account_id", "region")
"""Tell this provider what to do; never part of a member's body."""

ROLE_LIMIT: Final = 255

Id: TypeAlias = Annotated[str, BeforeValidator(normal.identifier)]
Email: TypeAlias = Annotated[str, BeforeValidator(person.email)]


def _company_id(value: object) -> str:
    if value == "":
        msg = (
            "must not be empty: HQ would take the company away from the member on both levels, "
            "the project's and the account's; leave it out to leave the company alone"
        )
        raise ValueError(msg)
    return normal.identifier(value)


def _roles(value: object) -> list[str]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        msg = f"must be a list such as ['Architect', 'BIM Manager'], not {normal.shown(value)}"
        raise ValueError(msg)
    roles = {each.strip() for each in lists.each_of(normal.text(ROLE_LIMIT), value)}
    if "" in roles:
        msg = "holds an empty name; write names such as 'Architect'"
        raise ValueError(msg)
    return sorted(roles)


def _access(*levels: str) -> Callable[[object], str]:
    return normal.one_of(levels, clearable=True)


class MemberFields(Written):
    """What may be said about a member, whatever the project: HQ's own field names."""

    email: Email
    company_id: Annotated[str, BeforeValidator(_company_id)] | None = None
    industry_roles: Annotated[list[str], BeforeValidator(_roles)] | None = None
    document_management: Annotated[str, BeforeValidator(_access("admin", "user"))] | None = None
    project_administration: Annotated[str, BeforeValidator(_access("admin"))] | None = None


class ProjectMemberArguments(MemberFields):
    """What a stack may say about one member of one project."""

    project_id: Id
    on_destroy: Annotated[str, BeforeValidator(normal.one_of(("retain", "remove")))] | None = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normal.one_of(enums.REGIONS))] | None = None
