"""``Bim360Company`` and ``Bim360AccountUser``: the arguments reach the provider."""

import inspect
from typing import Any

import pulumi
import pytest
from pydantic import BaseModel

from bim360_provider import Bim360AccountUser, Bim360Company
from bim360_provider.models import AccountUserArguments, CompanyArguments
from tests.support.sdk import needs_sdk
from tests.unit.resources.test_project import Engine, registered

VOLT = {"name": "Volt", "trade": "Electrical"}
ADA = {"email": "ada@example.com"}
KINDS = [
    (Bim360Company, "pulumi-python:dynamic/bim360:Company", VOLT, CompanyArguments),
    (Bim360AccountUser, "pulumi-python:dynamic/bim360:AccountUser", ADA, AccountUserArguments),
]


@pytest.fixture
def engine() -> Engine:
    """Return an engine that registers all resources."""
    return Engine()


@pytest.mark.parametrize(("kind", "token", "given", "model"), KINDS)
def test_a_resource_has_its_token_its_reference_and_its_arguments(
    engine: Engine, kind: Any, token: str, given: dict[str, str], model: type[BaseModel]
) -> None:
    """The token is permanent, and no argument is added."""
    seen = registered(engine, lambda: kind("x", **given))

    found = {k: v for k, v in seen.inputs.items() if v is not None}
    assert seen.typ == token
    assert len(found.pop("__provider")) < 120
    assert found == given
    assert model.model_validate(found)


@pytest.mark.parametrize(("kind", "token", "given", "model"), KINDS)
def test_each_argument_of_the_model_is_a_parameter(
    engine: Engine, kind: Any, token: str, given: dict[str, str], model: type[BaseModel]
) -> None:
    """Account and region are set in the configuration or a provider."""
    written = set(inspect.signature(kind.__init__).parameters) - {"self", "resource_name", "opts"}
    every = {**dict.fromkeys(written, ""), **given}

    seen = registered(engine, lambda: kind("x", **every))

    assert written == set(model.model_fields) - {"account_id", "region"}
    assert {k for k in every if k in seen.inputs} == written
    assert seen.typ == token


@pytest.mark.parametrize(("kind", "token"), [each[:2] for each in KINDS])
def test_a_resource_is_read_by_its_id(engine: Engine, kind: Any, token: str) -> None:
    """Only the reference to the provider is declared."""
    seen = registered(engine, lambda: kind.get("x", "id-1"))

    assert (seen.typ, seen.resource_id) == (token, "id-1")
    assert [k for k, v in seen.inputs.items() if v is not None] == ["__provider"]


@needs_sdk(268, "mocks with outputs as arguments")
def test_a_users_company_may_be_an_output(engine: Engine) -> None:
    """Each preview of an existing company knows its id."""
    company_id = pulumi.Output.from_input("c1")

    seen = registered(
        engine, lambda: Bim360AccountUser("ada", email="a@b.no", company_id=company_id)
    )

    assert seen.inputs["company_id"] == "c1"
