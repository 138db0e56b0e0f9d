"""People who cannot be declared are left out with the right reason."""

import pytest

from bim360_provider.export.account_user import declared_user
from bim360_provider.export.declaration import Declaration
from bim360_provider.export.project import declared_project
from bim360_provider.export.project_members import with_team
from bim360_provider.models import AccountUser, Project
from bim360_provider.models.project_user import ProjectUser
from tests.support.hq import settings
from tests.support.legacy_account import project_id, user_id
from tests.support.members import PLACE, acting


def user(email: str | None) -> Declaration | str:
    """Return the declaration of a user, or the reason."""
    return declared_user(AccountUser(id=user_id(1), email=email), "it", PLACE, settings(), {})


def test_an_email_in_upper_case_is_declared_in_lower_case() -> None:
    """As HQ compares it."""
    found = user("Anna.Halvorsen@Example.COM")

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
    """By id, since there is nothing else to call them."""
    found = user(email)

    assert isinstance(found, str)
    assert found.startswith(f"user {user_id(1)} is left as it is: {reason}")


def test_members_without_an_email_are_reported_one_by_one() -> None:
    """Above the project, if nobody is left."""
    project = declared_project(
        Project(id=project_id(1), name="Tower"), "tower", PLACE, settings(), {}
    )
    people = [
        ProjectUser.model_validate({"id": user_id(1), "email": None}),
        ProjectUser.model_validate({"id": user_id(2)}),
    ]

    (found,) = with_team(people, project, PLACE, acting(), {})

    assert found.notes == tuple(
        f"the member {user_id(place)} is left as it is: it has no e-mail." for place in (1, 2)
    )


def test_a_project_without_anything_is_declared_without_arguments() -> None:
    """Of another product, or with fields that HQ left empty."""
    row = {"id": project_id(1), "name": None, "start_date": None, "value": None, "status": None}

    found = declared_project(Project.model_validate(row), "it", PLACE, settings(), {})

    assert found.arguments == {}
    assert found.notes == ()
