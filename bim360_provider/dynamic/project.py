"""The provider behind ``Bim360Project``."""

from typing import TYPE_CHECKING, ClassVar

from bim360_provider.dynamic.door import Door

if TYPE_CHECKING:
    from bim360_provider.dynamic.calls import Calls

__all__ = ["ProjectProvider"]


class ProjectProvider(Door):
    """Projects."""

    entity: ClassVar[str] = "project"

    def _calls(self) -> "Calls":
        from bim360_provider.dynamic.project_calls import ProjectCalls  # noqa: PLC0415 - see Door

        return ProjectCalls(self.core(), self.configured())
