"""An industry role of a project, such as Architect."""

from bim360_provider.models.forms import Answered

__all__ = ["IndustryRole"]


class IndustryRole(Answered):
    """An industry role as HQ answers it; its id is the project's own, its name is everywhere."""

    id: str
    name: str
    project_id: str | None = None
