"""The client: one account of HQ as typed methods."""

from bim360_provider.hq.account_user import AccountUsers
from bim360_provider.hq.acting_user import ActingUser
from bim360_provider.hq.business_units import BusinessUnits
from bim360_provider.hq.clock import Clock
from bim360_provider.hq.company import Companies
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.industry_role import IndustryRoles
from bim360_provider.hq.job import Jobs
from bim360_provider.hq.project import Projects
from bim360_provider.hq.project_image import ProjectImages
from bim360_provider.hq.project_user import ProjectUsers
from bim360_provider.hq.transport import Notify, Transport

__all__ = ["HqClient"]


class HqClient:
    """One account of HQ, usable on its own and from several threads.

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
        notify: Notify | None = None,
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
        self.projects = Projects(self.transport, connection)
        self.jobs = Jobs(self.transport, connection)
        self.companies = Companies(self.transport, connection)
        self.account_users = AccountUsers(self.transport, connection)
        self.industry_roles = IndustryRoles(self.transport, connection)
        acting_user = ActingUser(connection, self.account_users)
        self.project_users = ProjectUsers(self.transport, connection, acting_user)
        self.project_images = ProjectImages(self.transport, connection, self.projects)
        self.business_units = BusinessUnits(self.transport, connection)

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()
