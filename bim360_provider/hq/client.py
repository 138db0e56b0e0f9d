"""The client: one account of HQ as typed methods."""

import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.clock import Clock
from bim360_provider.hq.transport.transport import NotifyCallback, Transport

if TYPE_CHECKING:
    from bim360_provider.hq.api.account_user import AccountUsers
    from bim360_provider.hq.api.business_units import BusinessUnits
    from bim360_provider.hq.api.company import Companies
    from bim360_provider.hq.api.project import Jobs, Projects
    from bim360_provider.hq.api.project_image import ProjectImages
    from bim360_provider.hq.api.project_user import IndustryRoles, ProjectUsers

__all__ = ["HqClient"]

EndpointsT = TypeVar("EndpointsT")


class _LazyEndpoints(Generic[EndpointsT]):
    """Endpoints that are loaded and made when they are first asked for, once for all threads."""

    def __init__(self, module: str, kind: str) -> None:
        self._module = f"bim360_provider.hq.api.{module}"
        self._kind = kind

    def __get__(self, client: "HqClient", owner: type["HqClient"]) -> EndpointsT:
        with client.lock:
            if self._kind not in client.loaded_endpoints:
                kind: Any = getattr(import_module(self._module), self._kind)
                client.loaded_endpoints[self._kind] = kind.create_for_client(client)
            made: EndpointsT = client.loaded_endpoints[self._kind]
        return made


class HqClient:
    """One account of HQ, usable on its own and from several threads.

    Example:
        >>> client = HqClient(Connection(client_id, client_secret, account_id))
        >>> [project.name for project in client.projects.walk()]
    """

    projects: "_LazyEndpoints[Projects]" = _LazyEndpoints("project", "Projects")
    jobs: "_LazyEndpoints[Jobs]" = _LazyEndpoints("project", "Jobs")
    companies: "_LazyEndpoints[Companies]" = _LazyEndpoints("company", "Companies")
    account_users: "_LazyEndpoints[AccountUsers]" = _LazyEndpoints("account_user", "AccountUsers")
    industry_roles: "_LazyEndpoints[IndustryRoles]" = _LazyEndpoints(
        "project_user", "IndustryRoles"
    )
    project_users: "_LazyEndpoints[ProjectUsers]" = _LazyEndpoints("project_user", "ProjectUsers")
    project_images: "_LazyEndpoints[ProjectImages]" = _LazyEndpoints(
        "project_image", "ProjectImages"
    )
    business_units: "_LazyEndpoints[BusinessUnits]" = _LazyEndpoints(
        "business_units", "BusinessUnits"
    )

    def __init__(
        self,
        connection: Connection,
        *,
        transport: Transport | None = None,
        clock: Clock | None = None,
        notify: NotifyCallback | None = None,
    ) -> None:
        """Make a client; nothing is sent yet.

        Args:
            connection: Where HQ is and who asks.
            transport: Shared by the accounts of one app; made anew if left out.
            clock: What waits are made of.
            notify: Is told what happens, and whether that is a warning: long waits, for example.
        """
        self.connection = connection
        self.transport = transport or Transport(connection, clock=clock, notify=notify)
        self.lock = threading.RLock()
        self.loaded_endpoints: dict[str, Any] = {}

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()
