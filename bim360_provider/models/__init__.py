"""What HQ's objects look like: fields, limits, lists and normal forms."""

from bim360_provider.models.account_user import AccountUser, AccountUserArguments
from bim360_provider.models.company import Company, CompanyArguments
from bim360_provider.models.job import Job, JobState
from bim360_provider.models.project import Project, ProjectArguments

__all__ = [
    "AccountUser",
    "AccountUserArguments",
    "Company",
    "CompanyArguments",
    "Job",
    "JobState",
    "Project",
    "ProjectArguments",
]
