"""Putting the users and companies of a seed's projects into the store."""

import json

from bim360_provider.emulator.backend import Backend
from bim360_provider.emulator.clock import stamp
from bim360_provider.emulator.enums import INDUSTRY_ROLES
from bim360_provider.emulator.industry_roles import role_id
from bim360_provider.emulator.seed import SeedAccount
from bim360_provider.emulator.seed_people import SeedMember
from bim360_provider.emulator.seed_project import SeedProject
from bim360_provider.emulator.seed_types import SeedError
from bim360_provider.emulator.store import Row


def plant_members(
    backend: Backend, account: SeedAccount, project: SeedProject, project_id: str
) -> None:
    """Insert a project's companies and users.

    Raises:
        SeedError: One of the users is none of the account's.
    """
    for company_id in project.companies:
        row: Row = {"project_id": project_id, "company_id": company_id}
        backend.store.insert("project_companies", row)
    for member in project.users:
        user_id = _user_id(backend, account, project, member)
        backend.store.insert("members", member_row(backend, member, project_id, user_id))


def member_row(backend: Backend, member: SeedMember, project_id: str, user_id: str) -> Row:
    """Return the row of a project's user."""
    now = stamp(backend.clock.now())
    roles = [
        role_id(project_id, role) if role in INDUSTRY_ROLES else role
        for role in member.industry_roles
    ]
    return {
        "project_id": project_id,
        "user_id": user_id,
        "company_id": member.company_id,
        "industry_roles": json.dumps(roles),
        "services": json.dumps(member.services),
        "modules": ",".join(member.modules),
        "created_at": member.created_at or member.updated_at or now,
        "updated_at": member.updated_at or member.created_at or now,
    }


def _user_id(
    backend: Backend, account: SeedAccount, project: SeedProject, member: SeedMember
) -> str:
    sql = "SELECT id FROM users WHERE account_id = ? AND (id = ? OR email = ? COLLATE NOCASE)"
    user = backend.store.row(sql, [account.id, member.user_id, member.email])
    if user is None:
        asked = member.email or member.user_id
        msg = f"project {project.name!r} has the user {asked!r}, who is not in the account"
        raise SeedError(msg)
    return str(user["id"])
