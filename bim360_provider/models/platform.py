"""Projects of both platforms in responses of construction/admin."""

from typing import Final

from pydantic import Field

from bim360_provider.models.base import ResponseModel
from bim360_provider.models.project_user import Pagination

__all__ = ["ACC", "PlatformPage", "PlatformProject"]

ACC: Final = "acc"
"""The platform of an ACC project; the other one is ``bim360``."""


class PlatformProject(ResponseModel):
    """A project with its platform.

    https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projects-projectId-GET/
    """

    id: str
    name: str | None = None
    status: str | None = None
    platform: str | None = None


class PlatformPage(ResponseModel):
    """A page of an account's projects."""

    results: list[PlatformProject]
    pagination: Pagination = Field(default_factory=lambda: Pagination.model_validate({}))
