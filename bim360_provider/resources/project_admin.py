"""``Bim360ProjectAdmin``: an admin of a project, who activates one of its services."""

from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectAdminProvider
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360ProjectAdmin"]


class Bim360ProjectAdmin(Bim360Resource, module="bim360", name="ProjectAdmin"):
    """An admin of a project, who activates one of its services.

    The first admin activates a pending project. To activate several services, declare one admin for
    each service. HQ adds the user to the account if necessary. No acting user is required. A
    destroy leaves the user in the project unless ``on_destroy="remove"``.

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
    """Outputs that HQ or the provider sets."""

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
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project. Another id replaces the resource.
            email: The user's e-mail, in any case. Another e-mail replaces the resource.
            service_type: Service to activate, such as ``doc_manager``. Applies only on create.
            company_id: Id of the user's company; HQ requires the user's default company. Applies
                only on create.
            on_destroy: ``retain`` (the default), which leaves the user in the project, or
                ``remove``, which tries to remove the user from it, with all of the user's services.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
