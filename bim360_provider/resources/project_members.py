"""The one resource inside a ``Bim360Team``."""

from typing import Any, ClassVar

from pulumi import Input, Output, ResourceOptions

from bim360_provider.dynamic.door import Door
from bim360_provider.dynamic.project_members import ProjectMembersProvider
from bim360_provider.resources.declared import Declared, await_whole
from bim360_provider.resources.declared_once import declared_once
from bim360_provider.resources.never_secret import never_secret
from bim360_provider.resources.properties import properties
from bim360_provider.resources.wire import arguments

__all__ = ["Bim360ProjectMembers"]


class Bim360ProjectMembers(Declared, module="bim360", name="ProjectMembers"):
    """Members of one project, all in one resource; people write a ``Bim360Team``."""

    project_id: Output[str]
    # A list where it is written, a mapping by e-mail from then on: Pulumi holds both to this type.
    members: Output[Any]
    on_removal: Output[str | None]
    account_id: Output[str]
    region: Output[str]
    unfinished: Output[list[str]]

    PROVIDER: ClassVar[type[Door]] = ProjectMembersProvider
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
        given = arguments(locals())
        called = f"Bim360Team '{resource_name}'"
        once = declared_once(called, project_id, members)
        given["project_id"] = never_secret(called, "members", members, once)
        sent = properties(self.OUTPUTS, given, opts)
        super().__init__(self.PROVIDER(), resource_name, sent, opts)
        await_whole(self)
