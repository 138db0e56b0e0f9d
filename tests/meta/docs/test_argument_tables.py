"""The reference of each resource and look-up is complete: arguments, changes, outputs."""

import base64
import inspect
import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import bim360_provider
from bim360_provider import (
    Bim360AccountUser,
    Bim360BusinessUnits,
    Bim360Company,
    Bim360FolderPermissions,
    Bim360Project,
    Bim360ProjectAdmin,
    Bim360ProjectFolder,
    Bim360ProjectFolderTree,
    Bim360ProjectImage,
    Bim360ProjectMember,
    Bim360Provider,
    Bim360Team,
)
from bim360_provider.models import enums
from bim360_provider.models.base import FieldRole
from bim360_provider.models.business_units import BusinessUnitArguments
from bim360_provider.models.folder_permissions import LEVELS
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section
from tests.support.entities import ENTITY_KINDS

LOOK_UPS = "docs/reference/lookups.md"
NOT_IN_TABLES = {"self", "resource_name", "opts"}
CHANGES = {
    FieldRole.IDENTITY: "replaces",
    FieldRole.PATCHABLE: "in place",
    FieldRole.CLEARABLE: "in place",
    FieldRole.CREATE_ONLY: "once",
    FieldRole.PROVIDER_ONLY: "never sent",
}
"""The last column of the table of arguments."""


@dataclass(frozen=True)
class Page:
    """A resource, its page, and the end of its headings, if it shares the page."""

    resource: type
    entity: str
    document: str
    suffix: str = ""

    @property
    def changes(self) -> dict[str, str]:
        """Return the last column of the table for each argument."""
        fields = ENTITY_KINDS[self.entity].model.model_fields.items()
        return {
            name: CHANGES[role]
            for name, field in fields
            for role in field.metadata
            if role in CHANGES
        }

    def read_section(self, heading: str) -> str:
        """Return the section on the arguments or outputs."""
        return read_section(self.document, f"## {heading}{self.suffix}")


PAGES = [
    Page(Bim360Project, "project", "docs/reference/project.md"),
    Page(Bim360Company, "company", "docs/reference/company.md"),
    Page(Bim360AccountUser, "account_user", "docs/reference/account_user.md"),
    Page(Bim360BusinessUnits, "business_units", "docs/reference/business_units.md"),
    Page(Bim360ProjectImage, "project_image", "docs/reference/project_image.md"),
    *(
        Page(resource, entity, "docs/reference/members.md", f" of {resource.__name__}")
        for resource, entity in (
            (Bim360ProjectAdmin, "project_admin"),
            (Bim360ProjectMember, "project_member"),
            (Bim360Team, "project_members"),
        )
    ),
    *(
        Page(resource, entity, "docs/reference/folders.md", f" of {resource.__name__}")
        for resource, entity in (
            (Bim360ProjectFolder, "project_folder"),
            (Bim360FolderPermissions, "folder_permissions"),
        )
    ),
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.entity)


def list_parameters(declared: Callable[..., Any]) -> list[tuple[str, bool]]:
    """Return the arguments of users, and whether each is required."""
    found = inspect.signature(declared).parameters
    return [
        (name, each.default is inspect.Parameter.empty)
        for name, each in found.items()
        if name not in NOT_IN_TABLES
    ]


@each_page
def test_the_table_lists_every_argument_and_how_it_changes(page: Page) -> None:
    """The order is that of the signature."""
    table = parse_rows(page.read_section("Arguments"))
    written = list_parameters(page.resource)

    assert [(parse_name(row[0]), row[3] == "required") for row in table] == written
    assert {parse_name(row[0]): row[4] for row in table} == {
        name: page.changes[name] for name, _ in written
    }


def test_the_table_lists_every_argument_of_a_provider() -> None:
    """The order is that of the signature."""
    section = read_section("docs/reference/configuration.md", "## Arguments of Bim360Provider")
    table = [(parse_name(row[0]), row[3] == "required") for row in parse_rows(section)]

    assert table == list_parameters(Bim360Provider)


def test_the_table_lists_every_argument_of_a_tree() -> None:
    """The order is that of the signature."""
    heading = "## Arguments of Bim360ProjectFolderTree"
    table = parse_rows(read_section("docs/reference/folders.md", heading))

    listed = [(parse_name(row[0]), row[3] == "required") for row in table]
    assert listed == list_parameters(Bim360ProjectFolderTree)


def test_the_page_lists_every_level() -> None:
    """The table has the order of the code."""
    table = parse_rows(read_section("docs/reference/folders.md", "## Levels"))

    assert [parse_name(row[0]) for row in table] == list(LEVELS)


@each_page
def test_the_page_lists_every_output(page: Page) -> None:
    """HQ's fields are a list, the others a table with types; a team passes on all of its own."""
    text = page.read_section("Outputs")
    listed = set(re.findall(r"`(\w+)`", text.partition("\n| Output")[0]))
    tabled = {parse_name(row[0]) for row in parse_rows(text)}
    outputs = {name for name in page.resource.__annotations__ if name.islower()}
    own = outputs if page.resource is Bim360Team else {"id", *getattr(page.resource, "OUTPUTS", ())}

    assert outputs <= listed | tabled
    assert tabled == own


def test_the_table_lists_every_service_of_an_admin() -> None:
    """HQ's list has the order."""
    table = read_section("docs/reference/members.md", "## Arguments of Bim360ProjectAdmin")

    assert [service for service in enums.SERVICE_TYPES if f"`{service}`" not in table] == []


def test_the_table_lists_every_field_of_a_unit() -> None:
    """The table also has the defaults."""
    table = parse_rows(read_section("docs/reference/business_units.md", "### A unit"))

    assert {parse_name(row[0]) for row in table} == set(BusinessUnitArguments.model_fields)


def test_the_table_lists_every_look_up_with_its_arguments() -> None:
    """Account and region are explained once for all."""
    table = {parse_name(row[0]): row[1] for row in parse_rows(read_document(LOOK_UPS))}
    functions = [name for name in bim360_provider.__all__ if name.startswith("get_")]

    assert sorted(table) == sorted(functions)
    for name in functions:
        arguments = set(inspect.signature(getattr(bim360_provider, name)).parameters)
        listed = arguments - {"account_id", "region"}
        assert [each for each in listed if f"`{each}`" not in table[name]] == []


@pytest.mark.parametrize("entity", ["project", "business_units", "project_image"])
def test_the_page_has_the_provider_reference_of_an_import(entity: str) -> None:
    """Pulumi finds the code by this reference, which every state has."""
    reference = base64.b64encode(pickle.dumps(ENTITY_KINDS[entity].provider(), protocol=4)).decode()
    text = read_document(f"docs/reference/{entity}.md")
    written = re.findall(r'"__provider": "([^"]*)"', text) + re.findall(r"(?m)^gA\S+$", text)

    assert {*written} == {reference}
