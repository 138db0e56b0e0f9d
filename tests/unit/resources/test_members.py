"""Admins, members and teams: the arguments reach the provider in Pulumi's types."""

import inspect
from typing import Any

import pulumi
import pytest

from bim360_provider import Bim360ProjectAdmin, Bim360ProjectMember, Bim360Provider, Bim360Team
from bim360_provider.models.project_admin import ProjectAdminArguments
from bim360_provider.models.project_member import (
    MemberFields,
    ProjectMemberArguments,
    ProjectMembersArguments,
)
from bim360_provider.resources.team import Bim360ProjectMembers, TeamMember
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


@pytest.mark.parametrize(
    ("resource", "given", "token"),
    [
        (Bim360ProjectAdmin, ANNA, f"{DYNAMIC}ProjectAdmin"),
        (Bim360ProjectMember, {**ADA, "industry_roles": ("IT",)}, f"{DYNAMIC}ProjectMember"),
        (Bim360ProjectMembers, {"members": [ADA]}, f"{DYNAMIC}ProjectMembers"),
    ],
)
def test_a_resource_has_its_token_its_reference_and_its_arguments(
    engine: Engine, resource: Any, given: dict[str, Any], token: str
) -> None:
    """The token is permanent, and no argument is added."""
    written = {"project_id": PROJECT_ID, **given}

    seen = registered(engine, lambda: resource("it", **written))

    bag = {name: value for name, value in seen.inputs.items() if value is not None}
    assert seen.typ == token
    assert len(bag.pop("__provider")) < 120
    assert bag == {k: list(v) if isinstance(v, tuple) else v for k, v in written.items()}


@pytest.mark.parametrize(
    ("resource", "model"),
    [
        (Bim360ProjectAdmin, ProjectAdminArguments),
        (Bim360ProjectMember, ProjectMemberArguments),
        (Bim360ProjectMembers, ProjectMembersArguments),
        (Bim360Team, ProjectMembersArguments),
    ],
)
def test_each_argument_of_the_model_is_a_parameter(resource: Any, model: Any) -> None:
    """Account and region are set in the configuration or a provider."""
    written = set(inspect.signature(resource.__init__).parameters)

    expected = set(model.model_fields) - {"account_id", "region"}
    assert written - {"self", "resource_name", "opts"} == expected


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


def test_a_subclass_has_the_same_type(engine: Engine) -> None:
    """Another type would replace all members."""

    class Architect(Bim360ProjectMember):
        """A member of this office."""

    seen = registered(engine, lambda: Architect("ada", project_id=PROJECT_ID, **ADA))

    assert seen.typ == f"{DYNAMIC}ProjectMember"


def test_a_member_is_read_by_both_ids(engine: Engine) -> None:
    """Only the reference to the provider is declared."""
    seen = registered(engine, lambda: Bim360ProjectMember.get("ada", "p1:u1"))

    assert (seen.typ, seen.resource_id) == (f"{DYNAMIC}ProjectMember", "p1:u1")
    assert [k for k, v in seen.inputs.items() if v is not None] == ["__provider"]


def test_an_explicit_provider_has_its_own_acting_user(engine: Engine) -> None:
    """Another account has other users."""
    seen = registered(
        engine, lambda: Bim360Provider("europe", account_id="a1", acting_user="eva@example.com")
    )

    assert seen.inputs["bim360:actingUser"] == "eva@example.com"
