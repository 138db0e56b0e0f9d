"""Admins, members and teams: the arguments reach the provider in Pulumi's types."""

from typing import Any

import pulumi
import pytest

from bim360_provider import Bim360AccountUser, Bim360Provider, Bim360Team
from bim360_provider.models.project_member import (
    MemberFields,
)
from bim360_provider.resources.team import TeamMember
from tests.support.members import COMPANY_ID, PROJECT_ID
from tests.support.sdk import needs_sdk
from tests.unit.resources.test_project import Engine, registered

DYNAMIC = "pulumi-python:dynamic/bim360:"
ADA: dict[str, Any] = {"email": "ada@example.com", "document_management": "user"}
ANNA = {"email": "anna@example.com", "service_type": "pm", "company_id": COMPANY_ID}


@pytest.fixture
def engine() -> Engine:
    """Return an engine that registers all resources."""
    return Engine()


def test_a_team_member_has_all_fields() -> None:
    """Type checkers report a misspelled field."""
    assert set(TeamMember.__annotations__) | {"email"} == set(MemberFields.model_fields)


@needs_sdk(268, "mocks with outputs as arguments")
def test_a_team_is_a_component_with_one_resource(engine: Engine) -> None:
    """Sets and outputs inside a member are converted too."""
    member: Any = {
        **ADA,
        "industry_roles": {"Architect"},
        "company_id": pulumi.Output.from_input("c"),
    }

    registered(engine, lambda: Bim360Team("tower", project_id=PROJECT_ID, members=[member]))

    team, members = engine.seen
    assert team.typ == "bim360:index:Team"
    assert (members.typ, members.name) == (f"{DYNAMIC}ProjectMembers", "tower")
    assert members.inputs["members"] == [
        {**ADA, "industry_roles": ["Architect"], "company_id": "c"}
    ]


def test_an_explicit_provider_has_its_own_acting_user(engine: Engine) -> None:
    """Another account has other users."""
    seen = registered(
        engine, lambda: Bim360Provider("europe", account_id="a1", acting_user="eva@example.com")
    )

    assert seen.inputs["bim360:actingUser"] == "eva@example.com"


@needs_sdk(268, "mocks with outputs as arguments")
def test_a_users_company_may_be_an_output(engine: Engine) -> None:
    """Each preview of an existing company knows its id."""
    company_id = pulumi.Output.from_input("c1")

    seen = registered(
        engine, lambda: Bim360AccountUser("ada", email="a@b.no", company_id=company_id)
    )

    assert seen.inputs["company_id"] == "c1"
