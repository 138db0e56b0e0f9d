"""``Bim360ProjectMember``: a member of a project."""

from collections.abc import Sequence
from typing import ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectMemberProvider
from bim360_provider.resources.argument_checks import refuse_duplicate_member
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import build_properties, collect_arguments

__all__ = ["Bim360ProjectMember"]


class Bim360ProjectMember(Bim360Resource, module="bim360", name="ProjectMember"):
    """A member of a project, with company, industry roles and access.

    HQ requires an acting user: ``bim360:actingUser``. A user who is in the project already is
    adopted. A destroy leaves the user in the project unless ``on_destroy="remove"``. For many
    members of one project, ``Bim360Team`` sends fewer requests.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
    """

    project_id: Output[str]
    email: Output[str]
    company_id: Output[str | None]
    industry_roles: Output[list[str]]
    document_management: Output[str | None]
    project_administration: Output[str | None]
    on_destroy: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    user_id: Output[str]
    status: Output[str | None]
    unfinished: Output[list[str]]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = ProjectMemberProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = ("account_id", "region", "user_id", "status", "unfinished")
    """Outputs that HQ or the provider sets."""

    def __init__(  # noqa: PLR0913 - these are HQ's fields, each a keyword
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        email: Input[str],
        company_id: Input[str] | None = None,
        industry_roles: Input[Sequence[Input[str]]] | None = None,
        document_management: Input[str] | None = None,
        project_administration: Input[str] | None = None,
        on_destroy: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a member of a project.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project. Another id replaces the resource.
            email: The user's e-mail, in any case. Another e-mail is another member.
            company_id: Id of the company that the user works for in the project; must not be empty.
            industry_roles: Names of industry roles such as ``Architect``, in any order; ``[]`` for
                none.
            document_management: ``user``, ``admin``, or ``""`` for no access.
            project_administration: ``admin``, or ``""`` for no access. This or
                ``document_management`` is required.
            on_destroy: ``retain`` (the default), which leaves the user in the project, or
                ``remove``, which tries to remove the user from it.
            opts: Pulumi's resource options.
        """
        given = collect_arguments(locals())
        called = f"Bim360ProjectMember '{resource_name}'"
        given["project_id"] = refuse_duplicate_member(called, project_id, [{"email": email}])
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)
