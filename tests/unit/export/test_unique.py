"""Entities that share a name or an e-mail: a program may declare it once."""

from bim360_provider.core import company, project
from bim360_provider.export.account_user import declared_user
from bim360_provider.export.company import declared_company
from bim360_provider.export.names import emails_once, names_once
from bim360_provider.export.project import declared_project
from bim360_provider.models import AccountUser, Company, Project
from tests.support.hq import settings
from tests.support.legacy_account import company_id, project_id, user_id
from tests.support.members import PLACE


def test_of_two_projects_with_one_name_the_first_declares_it() -> None:
    """The Unicode form makes no difference, case does; the other one changes nothing either."""
    found = names_once(
        [
            declared_project(
                Project(id=project_id(place), name=name), str(place), PLACE, settings(), {}
            )
            for place, name in enumerate(["caf\u00e9", "cafe\u0301", "Caf\u00e9"])
        ]
    )

    assert [each.arguments.get("name") for each in found] == ["caf\u00e9", None, "Caf\u00e9"]
    assert found[1].notes == (
        "name is left as it is, 'caf\u00e9': another Bim360Project here has it.",
    )
    for each in found:
        assert not project.diff(each.outputs, each.inputs).changed


def test_of_two_companies_with_one_name_the_first_declares_it() -> None:
    """An account may hold both."""
    rows = [Company(id=company_id(place), name="Acme", trade="Concrete") for place in range(2)]

    found = names_once([declared_company(row, row.id, PLACE, settings()) for row in rows])

    assert ["name" in each.arguments for each in found] == [True, False]
    assert not company.diff(found[1].outputs, found[1].inputs).changed


def test_of_two_people_with_one_email_the_first_is_declared() -> None:
    """Without it the other cannot be declared, which is reported."""
    emails = ("ada@example.com", "Ada@Example.com")
    rows = [AccountUser(id=user_id(place), email=email) for place, email in enumerate(emails)]
    declared = [declared_user(row, row.id, PLACE, settings(), {}) for row in rows]

    kept, left = emails_once([each for each in declared if not isinstance(each, str)])

    assert [each.id for each in kept] == [user_id(0)]
    assert left == [f"user {user_id(1)} is left as it is: another user has the same email"]
