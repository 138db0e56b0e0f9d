"""The export reports users that cannot be declared, with a reason."""

import pytest

from bim360_provider.export.account_user import declare_user
from bim360_provider.export.declaration import Declaration
from bim360_provider.export.project import declare_project
from bim360_provider.export.project_members import declare_project_team
from bim360_provider.models import AccountUser, Project
from bim360_provider.models.project_user import ProjectUser
from tests.support.hq import build_settings
from tests.support.legacy_account import format_project_id, format_user_id
from tests.support.members import ACCOUNT_SCOPE, acting_settings


def declare_email(email: str | None) -> Declaration | str:
    """Return the declaration of a user with an e-mail, or the reason against it."""
    return declare_user(
        AccountUser(id=format_user_id(1), email=email), "it", ACCOUNT_SCOPE, build_settings(), {}
    )


def test_an_email_in_upper_case_is_declared_in_lower_case() -> None:
    """HQ compares e-mails without case."""
    found = declare_email("Anna.Halvorsen@Example.COM")

    assert isinstance(found, Declaration)
    assert found.arguments == {"email": "anna.halvorsen@example.com"}


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        (None, "it has no e-mail"),
        ("", "it has no e-mail"),
        ("nonsense", "email 'nonsense': must be an e-mail address"),
    ],
)
def test_a_user_without_a_valid_email_is_reported(email: str | None, reason: str) -> None:
    """The report contains the id of the user."""
    found = declare_email(email)

    assert isinstance(found, str)
    assert found.startswith(f"user {format_user_id(1)} is left as it is: {reason}")


def test_each_member_without_an_email_is_reported() -> None:
    """Above the project if it has no team."""
    project = declare_project(
        Project(id=format_project_id(1), name="Tower"), "tower", ACCOUNT_SCOPE, build_settings(), {}
    )
    users = [
        ProjectUser.model_validate({"id": format_user_id(1), "email": None}),
        ProjectUser.model_validate({"id": format_user_id(2)}),
    ]

    (found,) = declare_project_team(users, project, ACCOUNT_SCOPE, acting_settings(), {})

    assert found.notes == tuple(
        f"the member {format_user_id(number)} is left as it is: it has no e-mail."
        for number in (1, 2)
    )


def test_an_empty_project_is_declared_without_arguments() -> None:
    """For example a project of another product."""
    row = {
        "id": format_project_id(1),
        "name": None,
        "start_date": None,
        "value": None,
        "status": None,
    }

    found = declare_project(Project.model_validate(row), "it", ACCOUNT_SCOPE, build_settings(), {})

    assert found.arguments == {}
    assert found.notes == ()
