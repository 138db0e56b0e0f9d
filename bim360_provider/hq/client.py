# ruff: noqa: PLC0415 - endpoints are imported on first use, so that the host starts quickly
"""The client of one account of HQ."""

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.clock import Clock
from bim360_provider.hq.transport.transport import NotifyCallback, Transport

if TYPE_CHECKING:
    from bim360_provider.hq.api.account_user import AccountUsers
    from bim360_provider.hq.api.base import Endpoints
    from bim360_provider.hq.api.business_units import BusinessUnits
    from bim360_provider.hq.api.company import Companies
    from bim360_provider.hq.api.folder import Folders
    from bim360_provider.hq.api.folder_permissions import FolderPermissions
    from bim360_provider.hq.api.platform import Platforms
    from bim360_provider.hq.api.project import Jobs, Projects
    from bim360_provider.hq.api.project_image import ProjectImages
    from bim360_provider.hq.api.project_user import IndustryRoles, ProjectUsers

__all__ = ["HqClient"]

EndpointsT = TypeVar("EndpointsT", bound="Endpoints")


class HqClient:
    """The client of one account of HQ; it needs no Pulumi and is thread-safe.

    Example:
        >>> client = HqClient(Connection(client_id, client_secret, account_id))
        >>> [project.name for project in client.projects.walk()]
    """

    def __init__(
        self,
        connection: Connection,
        *,
        transport: Transport | None = None,
        clock: Clock | None = None,
        notify: NotifyCallback | None = None,
    ) -> None:
        """Create a client; nothing is sent yet.

        Args:
            connection: The URL, the credentials and the account.
            transport: A transport shared by the accounts of one app; a new one by default.
            clock: The clock for waits; the real one by default.
            notify: Receives messages for users, such as long waits, and whether each is a warning.
        """
        self.connection = connection
        self.transport = transport or Transport(connection, clock=clock, notify=notify)
        self._lock = threading.RLock()
        self._endpoints: dict[type, Any] = {}

    @property
    def projects(self) -> "Projects":
        """The projects of the account."""
        from bim360_provider.hq.api.project import Projects

        return self._get_endpoints(Projects)

    @property
    def jobs(self) -> "Jobs":
        """The jobs of the account."""
        from bim360_provider.hq.api.project import Jobs

        return self._get_endpoints(Jobs)

    @property
    def companies(self) -> "Companies":
        """The companies of the account."""
        from bim360_provider.hq.api.company import Companies

        return self._get_endpoints(Companies)

    @property
    def account_users(self) -> "AccountUsers":
        """The users of the account."""
        from bim360_provider.hq.api.account_user import AccountUsers

        return self._get_endpoints(AccountUsers)

    @property
    def industry_roles(self) -> "IndustryRoles":
        """The industry roles of the account's projects."""
        from bim360_provider.hq.api.project_user import IndustryRoles

        return self._get_endpoints(IndustryRoles)

    @property
    def project_users(self) -> "ProjectUsers":
        """The users of the account's projects."""
        from bim360_provider.hq.api.project_user import ProjectUsers

        return self._get_endpoints(ProjectUsers)

    @property
    def project_images(self) -> "ProjectImages":
        """The images of the account's projects."""
        from bim360_provider.hq.api.project_image import ProjectImages

        return self._get_endpoints(ProjectImages)

    @property
    def folders(self) -> "Folders":
        """The folders of the account's projects."""
        from bim360_provider.hq.api.folder import Folders

        return self._get_endpoints(Folders)

    @property
    def folder_permissions(self) -> "FolderPermissions":
        """The permissions of the folders."""
        from bim360_provider.hq.api.folder_permissions import FolderPermissions

        return self._get_endpoints(FolderPermissions)

    @property
    def platforms(self) -> "Platforms":
        """The platforms of the account's projects: BIM 360 or ACC."""
        from bim360_provider.hq.api.platform import Platforms

        return self._get_endpoints(Platforms)

    @property
    def business_units(self) -> "BusinessUnits":
        """The business units of the account."""
        from bim360_provider.hq.api.business_units import BusinessUnits

        return self._get_endpoints(BusinessUnits)

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def _get_endpoints(self, kind: type[EndpointsT]) -> EndpointsT:
        """Return the endpoints of a class, created once for all threads: they hold caches."""
        with self._lock:
            if kind not in self._endpoints:
                self._endpoints[kind] = kind.create_for_client(self)
                self._endpoints[kind].get_platforms = lambda: self.platforms
            endpoints: EndpointsT = self._endpoints[kind]
            return endpoints
