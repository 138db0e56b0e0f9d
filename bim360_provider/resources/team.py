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
from bim360_provider.resources.base import Bim360Resource, await_resource
from bim360_provider.resources.serialize import (
    build_properties,
    collect_arguments,
    refuse_import,
    serialize_value,
)

__all__ = ["Bim360ProjectMembers", "Bim360Team", "TeamMember"]


class Bim360ProjectMembers(Bim360Resource, module="bim360", name="ProjectMembers"):
    """Members of one project, all in one resource; people write a ``Bim360Team``."""

    project_id: Output[str]
    # A list where it is written, a mapping by e-mail from then on: Pulumi holds both to this type.
    members: Output[Any]
    on_removal: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    unfinished: Output[list[str]]

    PROVIDER: ClassVar[type[Bim360ProviderBase]] = ProjectMembersProvider
    OUTPUTS: ClassVar[tuple[str, ...]] = ("account_id", "region", "unfinished")
    """What HQ or the provider fills in."""

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
            resource_name: Pulumi's name for it, unique in the stack; HQ never sees it.
            project_id: The project's id; another one replaces.
            members: The members, as ``Bim360Team`` takes them.
            on_removal: ``retain`` (the default) or ``remove``.
            opts: Pulumi's resource options.

        Raises:
            InputError: In the program's end: a member is a secret, or is declared twice.
        """
        given = collect_arguments(locals())
        called = f"Bim360Team '{resource_name}'"
        once = refuse_duplicate_member(called, project_id, members)
        given["project_id"] = refuse_secret(called, "members", members, once)
        sent = build_properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_resource(self)


class _MemberIdentity(TypedDict):
    """Who it is: what has to be written."""

    email: Input[str]


class TeamMember(_MemberIdentity, total=False):
    """One member of a team: HQ's own field names, and roles by name.

    Attributes:
        email: The person's e-mail, in any case.
        company_id: The id of the company that they work for in the project; never empty.
        industry_roles: Names such as ``Architect``, in any order; ``[]`` for none.
        document_management: ``user``, ``admin``, or ``""`` for no access.
        project_administration: ``admin``, or ``""`` for no access.
    """

    company_id: Input[str]
    industry_roles: Input[Sequence[Input[str]]]
    document_management: Input[str]
    project_administration: Input[str]


Members: TypeAlias = Input[Sequence[Input[TeamMember]]]

TEAM_TYPE = "bim360:index:Team"
"""Pulumi shows it as ``bim360:Team``."""


class Bim360Team(ArgumentNameCheck, ComponentResource):
    """The members of a project: added 50 at a time, and each one on their own from then on.

    The order of the list means nothing. One who is refused undoes none of the others: they are
    told of by e-mail, are in ``unfinished``, and the next up tries again. Several teams may
    share a project, as long as nobody is in two of them.

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
            resource_name: Pulumi's name for it, unique in the stack; HQ never sees it.
            project_id: The project's id; another one replaces.
            members: The members, each with ``email`` and at least one of ``document_management``
                and ``project_administration``; see ``TeamMember``.
            on_removal: What happens to members who are taken out of the list, and to all of them
                when the team is destroyed: ``retain`` (the default) leaves them in the project,
                ``remove`` tries to take them out of it.
            opts: Pulumi's resource options.
        """
        refuse_import(opts)
        super().__init__(TEAM_TYPE, resource_name, None, opts)
        within = Bim360ProjectMembers(
            resource_name,
            project_id=project_id,
            members=serialize_value(members),
            on_removal=on_removal,
            opts=ResourceOptions(parent=self),
        )
        self.members = within.members
        self.unfinished = within.unfinished
        self.register_outputs({"members": self.members, "unfinished": self.unfinished})
