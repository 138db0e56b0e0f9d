"""Models of HQ's objects: fields, limits, lists and normal forms.

Each name is imported on first access, so that a program loads only the models that it uses.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bim360_provider.models.account_user import AccountUser, AccountUserArguments
    from bim360_provider.models.company import Company, CompanyArguments
    from bim360_provider.models.project import Job, JobState, Project, ProjectArguments

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

_MODULES: Final = {
    "AccountUser": "account_user",
    "AccountUserArguments": "account_user",
    "Company": "company",
    "CompanyArguments": "company",
    "Job": "project",
    "JobState": "project",
    "Project": "project",
    "ProjectArguments": "project",
}


def __getattr__(name: str) -> Any:
    """Import a name of ``__all__`` from its module."""
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
