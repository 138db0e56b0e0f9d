"""The members of a project, together: what a stack may say about them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator

from bim360_provider.models import enums, normal
from bim360_provider.models.forms import Written

__all__ = ["PROVIDER_ONLY", "ProjectMembersArguments"]

PROVIDER_ONLY: Final = ("on_removal", "account_id", "region")
"""Tell this provider what to do; never part of a body."""

Id: TypeAlias = Annotated[str, BeforeValidator(normal.identifier)]


def _members(value: object) -> object:
    if isinstance(value, (list, tuple, Mapping)):
        return value
    msg = f"must be a list of members, not {normal.shown(value)}"
    raise ValueError(msg)


class ProjectMembersArguments(Written):
    """What a stack may say about the members of one project; each member has a model of its own."""

    project_id: Id
    members: Annotated[Any, BeforeValidator(_members)]
    on_removal: Annotated[str, BeforeValidator(normal.one_of(("retain", "remove")))] | None = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normal.one_of(enums.REGIONS))] | None = None
