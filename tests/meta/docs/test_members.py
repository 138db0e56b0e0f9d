"""docs/reference/members.md is complete and quotes the messages."""

import re

import pytest

from bim360_provider import Bim360ProjectAdmin, Bim360ProjectMember, Bim360Team
from bim360_provider.core import project_admin, project_member, project_members
from bim360_provider.core.create_once import LOOKUP_DELAYS
from bim360_provider.core.settings import Settings
from bim360_provider.hq.api.project_user import MAX_IMPORT_ROWS, USERS_PAGE_SIZE
from bim360_provider.models import enums
from bim360_provider.models.base import InputModel
from bim360_provider.models.project_admin import ProjectAdminArguments
from bim360_provider.models.project_member import ProjectMemberArguments, ProjectMembersArguments
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section
from tests.meta.docs.test_readme import list_changes, parameters
from tests.support.members import ACCOUNT_SCOPE, COMPANY_ID, MEMBER_INPUTS, PROJECT_ID

PAGE = "docs/reference/members.md"
SHORT_ID = "7e7dacfa-…"


@pytest.mark.parametrize(
    ("resource", "model"),
    [
        (Bim360ProjectAdmin, ProjectAdminArguments),
        (Bim360ProjectMember, ProjectMemberArguments),
        (Bim360Team, ProjectMembersArguments),
    ],
)
def test_the_table_lists_every_argument_and_how_it_changes(
    resource: type, model: type[InputModel]
) -> None:
    """The order is that of the signature."""
    table = parse_rows(read_section(PAGE, f"## Arguments of {resource.__name__}"))
    changes = list_changes(model)
    written = parameters(resource)

    assert [(parse_name(row[0]), row[3] == "required") for row in table] == list(written.items())
    assert {parse_name(row[0]): row[4] for row in table} == {
        name: changes[name] for name in written
    }


@pytest.mark.parametrize("resource", [Bim360ProjectAdmin, Bim360ProjectMember])
def test_the_page_lists_every_output(resource: type) -> None:
    """The arguments are a list, the others a table with types."""
    text = read_section(PAGE, f"## Outputs of {resource.__name__}")
    listed = set(re.findall(r"`(\w+)`", text.partition("\n| Output")[0]))
    tabled = {parse_name(row[0]) for row in parse_rows(text)}
    outputs = {name for name in resource.__annotations__ if name.islower()}

    assert outputs <= listed | tabled
    assert tabled == {"id", *getattr(resource, "OUTPUTS", ())}


def test_the_page_lists_every_output_of_a_team() -> None:
    """The component passes them on from its resource."""
    tabled = {
        parse_name(row[0]) for row in parse_rows(read_section(PAGE, "## Outputs of Bim360Team"))
    }

    assert tabled == set(Bim360Team.__annotations__)


def test_the_table_lists_every_service_of_an_admin() -> None:
    """HQ's list has the order."""
    table = read_section(PAGE, "## Arguments of Bim360ProjectAdmin")

    assert [service for service in enums.SERVICE_TYPES if f"`{service}`" not in table] == []


def list_unmentioned(problems: list[str]) -> list[str]:
    """Return the messages that the page does not quote."""
    return [each for each in problems if f"\n{each}\n" not in read_document(PAGE)]


def test_the_page_quotes_the_mistakes_that_check_finds() -> None:
    """Users search for the message."""
    settings = Settings.resolve({}, {})
    wrong = {**MEMBER_INPUTS, "company_id": "", "document_management": ""}
    anna = {"email": "anna@example.com", "company_id": COMPANY_ID, "project_id": PROJECT_ID}
    new = {**anna, "service_type": "pm", **ACCOUNT_SCOPE}
    team = [
        {"email": "bob@example.com", "project_administration": "user"},
        {"email": "ada@example.com", "document_management": "user"},
        {"email": "Ada@Example.com", "document_management": "user"},
    ]
    members = {"project_id": PROJECT_ID, "members": team, **ACCOUNT_SCOPE}
    _, first = project_member.check({}, wrong, settings)
    other = {**new, "service_type": "cost", "company_id": "85d84020-0000-4000-8000-000000000001"}
    _, second = project_admin.check(other, new, settings)
    _, third = project_members.check({}, members, settings)

    assert list_unmentioned([str(each) for each in (*first, *second, *third)]) == []


def test_the_page_quotes_the_warnings_of_the_preview() -> None:
    """They are about lost access and members who stay."""
    state = {**MEMBER_INPUTS, "user_id": "u1"}
    one = project_member.diff(state, {**MEMBER_INPUTS, "document_management": "admin"}).warnings
    there = {"project_id": PROJECT_ID, "members": {"cy@example.com": {}}, **ACCOUNT_SCOPE}
    all_ = project_members.diff(there, {**there, "members": {}}).warnings

    assert list_unmentioned([each.replace(PROJECT_ID, SHORT_ID) for each in (*one, *all_)]) == []


def test_the_page_has_the_numbers_of_the_code() -> None:
    """An outdated number misleads."""
    text = read_document(PAGE)

    assert "after {:.0f}, {:.0f} and {:.0f} seconds".format(*LOOKUP_DELAYS) in text
    assert f"one import for each {MAX_IMPORT_ROWS} new ones" in text
    assert f"a team takes one GET for each {USERS_PAGE_SIZE} people" in text
