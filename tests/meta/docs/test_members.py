"""docs/reference/members.md is complete, and says what people are told, word by word."""

import re

import pytest

from bim360_provider import Bim360ProjectAdmin, Bim360ProjectMember, Bim360Team
from bim360_provider.core import project_admin, project_member, project_members
from bim360_provider.core.create_once import LOOKUP_DELAYS
from bim360_provider.core.settings import Settings
from bim360_provider.hq.api.project_user import MAX_IMPORT_ROWS, USERS_PAGE_SIZE
from bim360_provider.models import enums
from bim360_provider.models.project_admin import CREATE_ONLY_FIELDS
from bim360_provider.models.project_member import PATCHABLE_FIELDS
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section
from tests.meta.docs.test_readme import parameters
from tests.support.members import ACCOUNT_SCOPE, COMPANY_ID, MEMBER_INPUTS, PROJECT_ID

PAGE = "docs/reference/members.md"
SHORT_ID = "7e7dacfa-…"

CHANGES = {
    **dict.fromkeys(("project_id", "email"), "replaces"),
    **dict.fromkeys((*PATCHABLE_FIELDS, "members"), "in place"),
    **dict.fromkeys(("on_destroy", "on_removal"), "never sent"),
}


@pytest.mark.parametrize("resource", [Bim360ProjectAdmin, Bim360ProjectMember, Bim360Team])
def test_the_page_has_every_argument_and_says_how_it_changes(resource: type) -> None:
    """In the order of the signature, so that a reader finds them again."""
    table = parse_rows(read_section(PAGE, f"## Arguments of {resource.__name__}"))
    once = CREATE_ONLY_FIELDS if resource is Bim360ProjectAdmin else ()
    changes = {**CHANGES, **dict.fromkeys(once, "once")}
    written = parameters(resource)

    assert [(parse_name(row[0]), row[3] == "required") for row in table] == list(written.items())
    assert {parse_name(row[0]): row[4] for row in table} == {
        name: changes[name] for name in written
    }


@pytest.mark.parametrize("resource", [Bim360ProjectAdmin, Bim360ProjectMember])
def test_the_page_has_every_output(resource: type) -> None:
    """The arguments in a list, the rest in a table with types."""
    text = read_section(PAGE, f"## Outputs of {resource.__name__}")
    listed = set(re.findall(r"`(\w+)`", text.partition("\n| Output")[0]))
    tabled = {parse_name(row[0]) for row in parse_rows(text)}
    outputs = {name for name in resource.__annotations__ if name.islower()}

    assert outputs <= listed | tabled
    assert tabled == {"id", *getattr(resource, "OUTPUTS", ())}


def test_the_page_has_every_output_of_a_team() -> None:
    """What the component hands on from the resource inside."""
    tabled = {
        parse_name(row[0]) for row in parse_rows(read_section(PAGE, "## Outputs of Bim360Team"))
    }

    assert tabled == set(Bim360Team.__annotations__)


def test_every_service_of_an_admin_is_written_out() -> None:
    """In the order of HQ's list."""
    table = read_section(PAGE, "## Arguments of Bim360ProjectAdmin")

    assert [service for service in enums.SERVICE_TYPES if f"`{service}`" not in table] == []


def list_unmentioned(problems: list[str]) -> list[str]:
    """Return what the page does not say."""
    return [each for each in problems if f"\n{each}\n" not in read_document(PAGE)]


def test_the_mistakes_on_the_page_are_those_that_check_finds() -> None:
    """People search for the message that they got."""
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


def test_the_warnings_on_the_page_are_those_of_the_preview() -> None:
    """Access that costs other access, and members who stay."""
    state = {**MEMBER_INPUTS, "user_id": "u1"}
    one = project_member.diff(state, {**MEMBER_INPUTS, "document_management": "admin"}).warnings
    there = {"project_id": PROJECT_ID, "members": {"cy@example.com": {}}, **ACCOUNT_SCOPE}
    all_ = project_members.diff(there, {**there, "members": {}}).warnings

    assert list_unmentioned([each.replace(PROJECT_ID, SHORT_ID) for each in (*one, *all_)]) == []


def test_the_numbers_on_the_page_are_those_of_the_code() -> None:
    """A number that is changed in the code alone would mislead."""
    text = read_document(PAGE)

    assert "after {:.0f}, {:.0f} and {:.0f} seconds".format(*LOOKUP_DELAYS) in text
    assert f"one import for each {MAX_IMPORT_ROWS} new ones" in text
    assert f"a team takes one GET for each {USERS_PAGE_SIZE} people" in text
