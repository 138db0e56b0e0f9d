"""A program declares each name and e-mail only once."""

from bim360_provider.core import company, project
from bim360_provider.export.account_user import declare_user
from bim360_provider.export.company import declare_company
from bim360_provider.export.names import remove_duplicate_emails, remove_duplicate_names
from bim360_provider.export.project import declare_project
from bim360_provider.models import AccountUser, Company, Project
from tests.support.hq import build_settings
from tests.support.legacy_account import format_company_id, format_project_id, format_user_id
from tests.support.members import ACCOUNT_SCOPE


def test_only_the_first_of_two_projects_declares_a_name() -> None:
    """Names are compared in Unicode normal form and with case."""
    found = remove_duplicate_names(
        [
            declare_project(
                Project(id=format_project_id(index), name=name),
                str(index),
                ACCOUNT_SCOPE,
                build_settings(),
                {},
            )
            for index, name in enumerate(["caf\u00e9", "cafe\u0301", "Caf\u00e9"])
        ]
    )

    assert [each.arguments.get("name") for each in found] == ["caf\u00e9", None, "Caf\u00e9"]
    assert found[1].notes == (
        "name is left as it is, 'caf\u00e9': another Bim360Project here has it.",
    )
    for each in found:
        assert not project.diff(each.outputs, each.inputs).changed_arguments


def test_only_the_first_of_two_companies_declares_a_name() -> None:
    """An account may have both."""
    rows = [
        Company(id=format_company_id(index), name="Acme", trade="Concrete") for index in range(2)
    ]

    found = remove_duplicate_names(
        [declare_company(row, row.id, ACCOUNT_SCOPE, build_settings()) for row in rows]
    )

    assert ["name" in each.arguments for each in found] == [True, False]
    assert not company.diff(found[1].outputs, found[1].inputs).changed_arguments


def test_only_the_first_of_two_users_with_an_email_is_declared() -> None:
    """The second one is reported."""
    emails = ("ada@example.com", "Ada@Example.com")
    rows = [
        AccountUser(id=format_user_id(index), email=email) for index, email in enumerate(emails)
    ]
    declared = [declare_user(row, row.id, ACCOUNT_SCOPE, build_settings(), {}) for row in rows]

    kept, notes = remove_duplicate_emails([each for each in declared if not isinstance(each, str)])

    assert [each.id for each in kept] == [format_user_id(0)]
    assert notes == [f"user {format_user_id(1)} is left as it is: another user has the same email"]
