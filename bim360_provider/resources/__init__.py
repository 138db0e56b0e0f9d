"""What people write in a stack."""

from bim360_provider.resources.account_user import Bim360AccountUser
from bim360_provider.resources.company import Bim360Company
from bim360_provider.resources.portfolio import projects_from_csv
from bim360_provider.resources.project import Bim360Project
from bim360_provider.resources.provider import Bim360Provider

__all__ = [
    "Bim360AccountUser",
    "Bim360Company",
    "Bim360Project",
    "Bim360Provider",
    "projects_from_csv",
]
