"""The arguments of a resource have one description, in the model and in the docstring."""

import inspect
import re
from typing import Any

import pytest
from pydantic import BaseModel

import bim360_provider
from bim360_provider.models.base import FieldRole
from bim360_provider.models.business_units import BusinessUnitArguments
from bim360_provider.models.project_member import MemberFields
from tests.support.entities import ENTITY_KINDS

MODELS: dict[str, type[BaseModel]] = {
    kind.resource.__name__.replace("ProjectMembers", "Team"): kind.model
    for kind in ENTITY_KINDS.values()
}

FOR_PULUMI = ("resource_name", "opts")

SET_BY_THE_PROVIDER = ("account_id", "region")

COMPUTED = ("sha256",)


def parse_descriptions(documented: Any, section: str) -> dict[str, str]:
    """Return the descriptions in a section of a docstring, each on one line."""
    text = inspect.getdoc(documented) or ""
    body = text.partition(f"{section}:\n")[2].partition("\n\n")[0]
    entries = re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", body, re.MULTILINE)
    return {name: " ".join(description.split()) for name, description in entries}


def list_descriptions(model: type[BaseModel]) -> dict[str, str | None]:
    """Return the descriptions of a model's arguments that a program writes."""
    fields = model.model_fields.items()
    hidden = (*SET_BY_THE_PROVIDER, *COMPUTED)
    return {name: field.description for name, field in fields if name not in hidden}


@pytest.mark.parametrize("resource", MODELS)
def test_a_docstring_repeats_the_descriptions_of_the_model(resource: str) -> None:
    """An editor shows the docstring; the model is the source of it."""
    documented = parse_descriptions(getattr(bim360_provider, resource).__init__, "Args")

    given = {name: each for name, each in documented.items() if name not in FOR_PULUMI}

    assert given == list_descriptions(MODELS[resource])


def test_the_docstring_of_a_team_member_repeats_the_descriptions_of_the_model() -> None:
    """A member of a team is a mapping with the fields of a member."""
    documented = parse_descriptions(bim360_provider.TeamMember, "Attributes")

    assert documented == list_descriptions(MemberFields)


def test_every_resource_has_a_model_here() -> None:
    """A new resource must not escape these tests."""
    resources = {name for name in bim360_provider.__all__ if name.startswith("Bim360")}

    assert resources - {"Bim360Provider", "Bim360ProjectFolderTree"} == set(MODELS)


@pytest.mark.parametrize("model", [*MODELS.values(), BusinessUnitArguments, MemberFields])
def test_every_argument_has_a_description(model: type[BaseModel]) -> None:
    """A description is a full sentence and ends with a period."""
    for name, field in model.model_fields.items():
        assert (field.description or "").endswith("."), name


@pytest.mark.parametrize("model", MODELS.values())
def test_every_argument_has_exactly_one_role(model: type[BaseModel]) -> None:
    """An argument without a role would be missing in each derived set of fields."""
    for name, field in model.model_fields.items():
        roles = [each for each in field.metadata if isinstance(each, FieldRole)]
        assert len(roles) == (name not in COMPUTED), name


def test_only_the_description_of_a_clearable_argument_mentions_clearing() -> None:
    """The description of a clearable argument says how to clear it."""
    for model in MODELS.values():
        for name, field in model.model_fields.items():
            is_clearable = FieldRole.CLEARABLE in field.metadata
            assert ('``""`` clears it' in (field.description or "")) == is_clearable, name
