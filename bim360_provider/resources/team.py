"""``Bim360Team``: the members of a project in one declaration."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, TypedDict

from pulumi import ComponentResource, Input, Output, ResourceOptions

from bim360_provider.dynamic.base import Bim360ProviderBase
from bim360_provider.dynamic.providers import ProjectMembersProvider
from bim360_provider.resources.argument_checks import (
    ArgumentNameCheck,
    refuse_duplicate_member,
    refuse_secret,
)
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.serialize import (
    build_properties,
    collect_arguments,
    refuse_import,
    serialize_value,
)

__all__ = ["Bim360ProjectMembers", "Bim360Team", "TeamMember"]


class Bim360ProjectMembers(Bim360Resource, module="bim360", name="ProjectMembers"):
    """The members of one project, the only child of a ``Bim360Team``."""

    project_id: Output[str]
    # A list as an input, a mapping by e-mail as an output: Pulumi checks both against this type.
    members: Output[Any]
    on_removal: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    unfinished: Output[list[str]]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = ProjectMembersProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = ("account_id", "region", "unfinished")
    """Outputs that HQ or the provider sets."""

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        members: Input[Any],
        on_removal: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare members of a project.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project. Another id replaces the resource.
            members: Members, each with ``email`` and at least one of ``document_management`` and
                ``project_administration``; see ``TeamMember``.
            on_removal: What happens to members who are removed from the list, and to all members
                when the team is destroyed: ``retain`` (the default) leaves them in the project,
                ``remove`` tries to remove them from it.
            opts: Pulumi's resource options.

        Raises:
            InputError: At the program's end: a member is a secret, or is declared twice.
        """
        given = collect_arguments(locals())
        called = f"Bim360Team '{resource_name}'"
        checked_id = refuse_duplicate_member(called, project_id, members)
        given["project_id"] = refuse_secret(called, "members", members, checked_id)
        sent = build_properties(self.OUTPUTS, given, opts)
        self._register(resource_name, sent, opts)


class _MemberIdentity(TypedDict):
    """The required field of a member."""

    email: Input[str]


class TeamMember(_MemberIdentity, total=False):
    """A member of a team, under HQ's field names.

    Attributes:
        email: The user's e-mail, in any case. Another e-mail is another member.
        company_id: Id of the company that the user works for in the project; must not be empty.
        industry_roles: Names of industry roles such as ``Architect``, in any order; ``[]`` for
            none.
        document_management: ``user``, ``admin``, or ``""`` for no access.
        project_administration: ``admin``, or ``""`` for no access. This or ``document_management``
            is required.
    """

    company_id: Input[str]
    industry_roles: Input[Sequence[Input[str]]]
    document_management: Input[str]
    project_administration: Input[str]


Members: TypeAlias = Input[Sequence[Input[TeamMember]]]

TEAM_TYPE = "bim360:index:Team"
"""The type token, which Pulumi shows as ``bim360:Team``."""


class Bim360Team(ArgumentNameCheck, ComponentResource):
    """The members of a project, added 50 per request and later changed one by one.

    The order of the list is ignored. If HQ refuses a member, the other members are added anyway;
    the error names the refused e-mail, ``unfinished`` contains it, and the next up tries again.
    Several teams may share a project, but a user must be in only one of them.

    Example:
        >>> Bim360Team("tower", project_id=tower.id, members=[
        ...     {"email": "ada@example.com", "industry_roles": ["Architect"],
        ...      "document_management": "admin"},
        ... ])
    """

    members: Output[Mapping[str, Mapping[str, Any]]]
    unfinished: Output[list[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        members: Members,
        on_removal: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declare a team.

        Args:
            resource_name: Pulumi's name of the resource, unique in the stack; never sent to HQ.
            project_id: Id of the project. Another id replaces the resource.
            members: Members, each with ``email`` and at least one of ``document_management`` and
                ``project_administration``; see ``TeamMember``.
            on_removal: What happens to members who are removed from the list, and to all members
                when the team is destroyed: ``retain`` (the default) leaves them in the project,
                ``remove`` tries to remove them from it.
            opts: Pulumi's resource options.
        """
        refuse_import(opts)
        super().__init__(TEAM_TYPE, resource_name, None, opts)
        child = Bim360ProjectMembers(
            resource_name,
            project_id=project_id,
            members=serialize_value(members),
            on_removal=on_removal,
            opts=ResourceOptions(parent=self),
        )
        self.members = child.members
        self.unfinished = child.unfinished
        self.register_outputs({"members": self.members, "unfinished": self.unfinished})
