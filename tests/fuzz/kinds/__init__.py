"""The entities of the fuzz tests, one file for each."""

from collections.abc import Mapping
from typing import Final

from tests.fuzz.entity import FuzzEntity
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

__all__ = ["ENTITIES"]

ENTITIES: Final[Mapping[str, FuzzEntity]] = {
    "project": project.ENTITY,
    "company": company.ENTITY,
    "account_user": account_user.ENTITY,
    "project_admin": project_admin.ENTITY,
    "project_member": project_member.ENTITY,
    "team": team.ENTITY,
    "business_units": business_units.ENTITY,
    "project_image": project_image.ENTITY,
}
