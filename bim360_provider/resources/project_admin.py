"""``Bim360ProjectAdmin``: an admin of a project, who activates one of its services."""

from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectAdminProvider
from bim360_provider.resources.base import Bim360Resource, await_resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360ProjectAdmin"]


class Bim360ProjectAdmin(Bim360Resource, module="bim360", name="ProjectAdmin"):
    """An admin of a project, who activates one of its services.

    The first one makes a pending project active. A person may activate several services: declare
    one admin for each. HQ adds the person to the account if they are not in it. No acting user is
    needed. Destroying leaves them in the project unless ``on_destroy="remove"``.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-POST/
    """

    project_id: Output[str]
    email: Output[str]
    service_type: Output[str]
    company_id: Output[str]
    on_destroy: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    user_id: Output[str]
    role: Output[str]
    status: Output[str | None]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = ProjectAdminProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = ("account_id", "region", "user_id", "role", "status")
    """What HQ or the provider fills in."""

    def __init__(  # noqa: PLR0913 - these are HQ's fields, each a keyword
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        email: Input[str],
        service_type: Input[str],
        company_id: Input[str],
        on_destroy: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare an admin of a project.

        Args:
            resource_name: Pulumi's name for it, unique in the stack; HQ never sees it.
            project_id: The project's id; another one replaces.
            email: The person's e-mail, in any case; another one replaces.
            service_type: Acts once: the service to activate, such as ``doc_manager``.
            company_id: Acts once: the id of the person's company; HQ wants their default company.
            on_destroy: ``retain`` (the default), which leaves them in the project, or ``remove``,
                which tries to take them out of it, with all services that they have.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        sent = build_properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_resource(self)
