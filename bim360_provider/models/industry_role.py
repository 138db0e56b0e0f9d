"""An industry role of a project, such as Architect."""

from pydantic import BaseModel, ConfigDict

__all__ = ["IndustryRole"]


class IndustryRole(BaseModel):
    """An industry role as HQ answers it; its id is the project's own, its name is everywhere."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str
    project_id: str | None = None
