"""The entities that are tried, one file for each."""

from collections.abc import Mapping
from typing import Final

from tests.fuzz.entity import Kind
from tests.fuzz.kinds import (
    account_user,
    business_units,
    company,
    project,
    project_admin,
    project_image,
    project_member,
    team,
)

__all__ = ["KINDS"]

KINDS: Final[Mapping[str, Kind]] = {
    "project": project.KIND,
    "company": company.KIND,
    "account_user": account_user.KIND,
    "project_admin": project_admin.KIND,
    "project_member": project_member.KIND,
    "team": team.KIND,
    "business_units": business_units.KIND,
    "project_image": project_image.KIND,
}
