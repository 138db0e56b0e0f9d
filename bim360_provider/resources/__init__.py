"""What people write in a stack."""

from bim360_provider.resources.account_user import Bim360AccountUser
from bim360_provider.resources.business_units import Bim360BusinessUnits
from bim360_provider.resources.company import Bim360Company
from bim360_provider.resources.lookups import (
    get_account_user,
    get_business_unit,
    get_company,
    get_industry_role,
    get_project,
)
from bim360_provider.resources.portfolio import projects_from_csv
from bim360_provider.resources.project import Bim360Project
from bim360_provider.resources.project_admin import Bim360ProjectAdmin
from bim360_provider.resources.project_image import Bim360ProjectImage
from bim360_provider.resources.project_member import Bim360ProjectMember
from bim360_provider.resources.provider import Bim360Provider
from bim360_provider.resources.team import Bim360Team, TeamMember

__all__ = [
    "Bim360AccountUser",
    "Bim360BusinessUnits",
    "Bim360Company",
    "Bim360Project",
    "Bim360ProjectAdmin",
    "Bim360ProjectImage",
    "Bim360ProjectMember",
    "Bim360Provider",
    "Bim360Team",
    "TeamMember",
    "get_account_user",
    "get_business_unit",
    "get_company",
    "get_industry_role",
    "get_project",
    "projects_from_csv",
]
