"""This provider with a team of 50 in each project."""

from typing import Final

from bench.subjects.portfolio import iterate_projects
from bim360_provider import Bim360AccountUser, Bim360Project, Bim360Team, TeamMember

TEAM_SIZE: Final = 50


def declare(count: int) -> None:
    """Declare the users of the account, and projects that all of them work in."""
    users = [
        Bim360AccountUser(
            f"u{number:02}",
            email=f"user.{number:02}@example.com",
            first_name="User",
            last_name=f"{number:02}",
        )
        for number in range(TEAM_SIZE)
    ]
    members = [TeamMember(email=user.email, document_management="user") for user in users]
    for resource_name, arguments in iterate_projects(count):
        project = Bim360Project(resource_name, **arguments)
        Bim360Team(resource_name, project_id=project.id, members=members)
