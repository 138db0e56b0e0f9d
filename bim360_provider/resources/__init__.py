"""What people write in a stack."""

from bim360_provider.resources.portfolio import projects_from_csv
from bim360_provider.resources.project import Bim360Project
from bim360_provider.resources.provider import Bim360Provider

__all__ = ["Bim360Project", "Bim360Provider", "projects_from_csv"]
