"""The dynamic provider of each resource."""

from typing import TYPE_CHECKING, ClassVar

from bim360_provider.dynamic.base import Door

if TYPE_CHECKING:
    from bim360_provider.dynamic.calls import Calls

__all__ = [
    "AccountUserProvider",
    "BusinessUnitsProvider",
    "CompanyProvider",
    "ProjectAdminProvider",
    "ProjectImageProvider",
    "ProjectMemberProvider",
    "ProjectMembersProvider",
    "ProjectProvider",
]


class AccountUserProvider(Door):
    """Account users."""

    entity: ClassVar[str] = "account_user"


class BusinessUnitsProvider(Door):
    """The business units of an account."""

    entity: ClassVar[str] = "business_units"


class CompanyProvider(Door):
    """Companies."""

    entity: ClassVar[str] = "company"


class ProjectProvider(Door):
    """Projects."""

    entity: ClassVar[str] = "project"

    def _calls(self) -> "Calls":
        from bim360_provider.dynamic.calls import ProjectCalls  # noqa: PLC0415 - see Door

        return ProjectCalls(self.core(), self.configured())


class ProjectAdminProvider(Door):
    """Admins of projects."""

    entity: ClassVar[str] = "project_admin"


class ProjectImageProvider(Door):
    """Pictures of projects."""

    entity: ClassVar[str] = "project_image"


class ProjectMemberProvider(Door):
    """Members of projects."""

    entity: ClassVar[str] = "project_member"


class ProjectMembersProvider(Door):
    """All declared members of a project."""

    entity: ClassVar[str] = "project_members"
