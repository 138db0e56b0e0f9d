"""The reference of projects and providers is complete, and the README's targets exist."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider import Bim360Project, Bim360Provider
from bim360_provider.models import ProjectArguments
from bim360_provider.models.base import FieldRole, InputModel, list_fields
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section
from tests.meta.source_files import ROOT

PROJECT_PAGE = "docs/reference/project.md"

NOT_IN_TABLES = {"self", "resource_name", "opts"}

CHANGES = {
    FieldRole.IDENTITY: "replaces",
    FieldRole.PATCHABLE: "in place",
    FieldRole.CLEARABLE: "in place",
    FieldRole.CREATE_ONLY: "once",
    FieldRole.PROVIDER_ONLY: "never sent",
}
"""What the last column of a table says about a role."""


def list_changes(model: type[InputModel]) -> dict[str, str]:
    """Return the last column of the table for each argument."""
    return {name: text for role, text in CHANGES.items() for name in list_fields(model, role)}


def parameters(declared: Callable[..., Any]) -> dict[str, bool]:
    """Return the arguments of users, and whether each is required."""
    found = inspect.signature(declared).parameters
    return {
        name: each.default is inspect.Parameter.empty
        for name, each in found.items()
        if name not in NOT_IN_TABLES
    }


@pytest.mark.parametrize(
    ("resource", "page", "heading"),
    [
        (Bim360Project, PROJECT_PAGE, "## Arguments"),
        (Bim360Provider, "docs/reference/configuration.md", "## Arguments of Bim360Provider"),
    ],
)
def test_the_table_lists_every_argument_and_marks_the_required_ones(
    resource: type, page: str, heading: str
) -> None:
    """The order is that of the signature."""
    table = parse_rows(read_section(page, heading))
    listed = {parse_name(row[0]): row[3] == "required" for row in table}

    assert list(listed.items()) == list(parameters(resource).items())


def test_the_table_lists_how_each_argument_changes() -> None:
    """Reviewers need to know it."""
    table = parse_rows(read_section(PROJECT_PAGE, "## Arguments"))
    changes = list_changes(ProjectArguments)

    assert {parse_name(row[0]): row[4] for row in table} == {
        name: changes[name] for name in parameters(Bim360Project)
    }


def test_the_page_lists_every_output() -> None:
    """HQ's fields are a list, the others a table with types."""
    text = read_section(PROJECT_PAGE, "## Outputs")
    listed = set(re.findall(r"`(\w+)`", text.partition("\n| Output")[0]))
    tabled = {parse_name(row[0]) for row in parse_rows(text)}
    outputs = {name for name in Bim360Project.__annotations__ if name.islower()}

    assert outputs <= listed | tabled
    assert tabled == {"id", *Bim360Project.OUTPUTS}


def test_every_target_of_the_readme_exists() -> None:
    """New users type `make demo` first."""
    named = set(re.findall(r"^make ([a-z-]+)", read_document("README.md"), re.MULTILINE))
    there = set(re.findall(r"^([a-z-]+):", read_document("Makefile"), re.MULTILINE))

    assert {"demo", "demo-destroy", "test"} <= named
    assert named <= there


def test_every_file_of_the_tree_in_the_architecture_exists() -> None:
    """An outdated map misleads."""
    tree = read_section("ARCHITECTURE.md", "## The tree")
    parents = [ROOT]
    missing = []
    for indent, path in re.findall(r"^( *)([\w.]+[/.][\w./]*)", tree, re.MULTILINE):
        depth = len(indent) // 2
        parents[depth + 1 :] = [parents[depth] / path]
        missing += [] if parents[-1].exists() else [parents[-1]]

    assert missing == []
