"""Every resource: its type, its arguments, its look-up, and the outputs that Pulumi awaits."""

import inspect
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pulumi
import pytest
from pulumi import Output
from pulumi.runtime.settings import SETTINGS

from bim360_provider import Bim360Team
from bim360_provider.resources.base import Bim360Resource
from tests.support.entities import ENTITY_KINDS
from tests.support.hq import PROJECT_BODY
from tests.support.members import COMPANY_ID, PROJECT_ID
from tests.unit.resources.test_project import Engine, registered

TOKENS: Final = {
    "project": "pulumi-python:dynamic/bim360:Project",
    "company": "pulumi-python:dynamic/bim360:Company",
    "account_user": "pulumi-python:dynamic/bim360:AccountUser",
    "project_admin": "pulumi-python:dynamic/bim360:ProjectAdmin",
    "project_member": "pulumi-python:dynamic/bim360:ProjectMember",
    "project_members": "pulumi-python:dynamic/bim360:ProjectMembers",
    "business_units": "pulumi-python:dynamic/bim360:BusinessUnits",
    "project_image": "pulumi-python:dynamic/bim360:ProjectImage",
    "project_folder": "pulumi-python:dynamic/bim360:ProjectFolder",
    "folder_permissions": "pulumi-python:dynamic/bim360:FolderPermissions",
}
"""The types in every state; they are permanent."""

ADA: Final = {"email": "ada@example.com", "document_management": "user"}
PICTURE: Final = b"\x89PNG\r\n\x1a\n a tower"
COMPUTED: Final = {"project_image": {"sha256"}}
"""Arguments that the resource adds."""

every_entity = pytest.mark.parametrize("entity", ENTITY_KINDS)


@pytest.fixture
def arguments(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Return the arguments of one resource of each entity."""
    picture = tmp_path / "tower.png"
    picture.write_bytes(PICTURE)
    scope = {"project_id": PROJECT_ID}
    anna = {"email": "anna@example.com", "service_type": "pm", "company_id": COMPANY_ID}
    return {
        "project": dict(PROJECT_BODY),
        "company": {"name": "Volt", "trade": "Electrical"},
        "account_user": {"email": "ada@example.com"},
        "project_admin": {**scope, **anna},
        "project_member": {**scope, **ADA, "industry_roles": ["IT"]},
        "project_members": {**scope, "members": [ADA]},
        "business_units": {"units": {"North": {"description": "cold"}, "North/West": {}}},
        "project_image": {**scope, "path": str(picture)},
        "project_folder": {**scope, "parent": "Project Files", "name": "Drawings"},
        "folder_permissions": {**scope, "folder": "Plans", "roles": {"Architect": "edit"}},
    }


def list_parameters(resource: Any) -> set[str]:
    """Return the arguments of users."""
    written = set(inspect.signature(resource.__init__).parameters)
    return written - {"self", "resource_name", "opts"}


def test_all_resources_are_tested() -> None:
    """A new resource must be added above."""
    assert {kind.resource for kind in ENTITY_KINDS.values()} == {*Bim360Resource.__subclasses__()}
    assert TOKENS.keys() == ENTITY_KINDS.keys()


@every_entity
def test_a_resource_has_its_token_its_reference_and_its_arguments(
    entity: str, arguments: dict[str, dict[str, Any]]
) -> None:
    """The token is permanent, and no argument is added except the digest of a picture."""
    kind, given = ENTITY_KINDS[entity], arguments[entity]
    resource: Any = kind.resource

    seen = registered(Engine(), lambda: resource("it", **given))

    found = {name: value for name, value in seen.inputs.items() if value is not None}
    digest = {"sha256": sha256(PICTURE).hexdigest()} if entity == "project_image" else {}
    assert seen.typ == TOKENS[entity]
    assert len(found.pop("__provider")) < 120
    assert found == {**given, **digest}
    assert kind.model.model_validate(found)


@every_entity
def test_each_argument_of_the_model_is_a_parameter(entity: str) -> None:
    """Account and region are set in the configuration or a provider."""
    kind = ENTITY_KINDS[entity]
    expected = kind.model.model_fields.keys() - {"account_id", "region"}

    assert list_parameters(kind.resource) == expected - COMPUTED.get(entity, set())
    if entity == "project_members":
        assert list_parameters(Bim360Team) == expected


@every_entity
def test_each_parameter_reaches_the_provider(
    entity: str, arguments: dict[str, dict[str, Any]]
) -> None:
    """Also those that are empty."""
    resource: Any = ENTITY_KINDS[entity].resource
    every = {**dict.fromkeys(list_parameters(resource), ""), **arguments[entity]}

    seen = registered(Engine(), lambda: resource("it", **every))

    assert every.keys() - seen.inputs.keys() == set()


@every_entity
def test_a_resource_is_read_by_its_id(entity: str) -> None:
    """Only the reference to the provider is declared."""
    seen = registered(Engine(), lambda: ENTITY_KINDS[entity].resource.get("it", "p1:u1"))

    assert (seen.typ, seen.resource_id) == (TOKENS[entity], "p1:u1")
    assert [name for name, value in seen.inputs.items() if value is not None] == ["__provider"]


@every_entity
def test_a_subclass_has_the_same_type(entity: str, arguments: dict[str, dict[str, Any]]) -> None:
    """Another type would replace all resources."""
    resource: Any = ENTITY_KINDS[entity].resource
    subclass = type("Villa", (type("House", (resource,), {}),), {})

    seen = registered(Engine(), lambda: subclass("villa", **arguments[entity]))

    assert seen.typ == TOKENS[entity]


def list_awaited_outputs(engine: Engine, declare: Callable[[], Bim360Resource]) -> set[str]:
    """Return the outputs of a resource for which the end of a program waits."""
    found: set[str] = set()

    def declare_and_list() -> pulumi.Resource:
        resource = declare()
        outputs = {k: v for k, v in vars(resource).items() if isinstance(v, pulumi.Output)}
        assert len(outputs) > len(("id", "urn"))
        found.update(k for k, v in outputs.items() if v._data in SETTINGS.outputs)  # noqa: SLF001 - Pulumi offers no other look
        return resource

    registered(engine, declare_and_list)
    return found


@pytest.mark.skipif(not hasattr(Output, "_untrack"), reason="older SDKs wait for all outputs")
@every_entity
def test_the_end_of_a_program_waits_only_once_for_a_resource(
    entity: str, arguments: dict[str, dict[str, Any]]
) -> None:
    """Waiting for all outputs takes quadratic time."""
    resource: Any = ENTITY_KINDS[entity].resource

    declared = list_awaited_outputs(Engine(), lambda: resource("it", **arguments[entity]))
    looked_up = list_awaited_outputs(Engine(), lambda: resource.get("it", "an-id"))

    assert declared == looked_up == {"id", "urn"}
