"""What HQ's objects look like: fields, limits, lists and normal forms."""

from bim360_provider.models.job import Job, JobState
from bim360_provider.models.project import Project, ProjectArguments

__all__ = ["Job", "JobState", "Project", "ProjectArguments"]
