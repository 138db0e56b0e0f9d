"""The README is complete: every argument, every output, and how each argument changes."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider import Bim360Project, Bim360Provider
from bim360_provider.models.project import (
    CREATE_ONLY_FIELDS,
    PATCHABLE_FIELDS,
    PROVIDER_ONLY_FIELDS,
)
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_document, read_section
from tests.meta.source_files import ROOT

NOT_IN_TABLES = {"self", "resource_name", "opts"}

CHANGES = {
    **dict.fromkeys(PATCHABLE_FIELDS, "in place"),
    **dict.fromkeys(CREATE_ONLY_FIELDS, "once"),
    **dict.fromkeys(PROVIDER_ONLY_FIELDS, "never sent"),
}


def parameters(declared: Callable[..., Any]) -> dict[str, bool]:
    """Return the arguments that people write, and whether each has to be given."""
    found = inspect.signature(declared).parameters
    return {
        name: each.default is inspect.Parameter.empty
        for name, each in found.items()
        if name not in NOT_IN_TABLES
    }


@pytest.mark.parametrize("resource", [Bim360Project, Bim360Provider])
def test_the_table_has_every_argument_and_says_which_are_required(resource: type) -> None:
    """In the order of the signature, so that a reader finds them again."""
    table = parse_rows(read_section("README.md", f"## Arguments of {resource.__name__}"))
    said = {parse_name(row[0]): row[3] == "required" for row in table}

    assert list(said.items()) == list(parameters(resource).items())


def test_the_table_says_how_each_argument_changes() -> None:
    """What a review has to know before it lets a change through."""
    table = parse_rows(read_section("README.md", "## Arguments of Bim360Project"))

    assert {parse_name(row[0]): row[4] for row in table} == {
        name: CHANGES[name] for name in parameters(Bim360Project)
    }


def test_every_output_is_there() -> None:
    """HQ's fields in a list, the rest in a table with types."""
    text = read_section("README.md", "## Outputs of Bim360Project")
    listed = set(re.findall(r"`(\w+)`", text.partition("\n| Output")[0]))
    tabled = {parse_name(row[0]) for row in parse_rows(text)}
    outputs = {name for name in Bim360Project.__annotations__ if name.islower()}

    assert outputs <= listed | tabled
    assert tabled == {"id", *Bim360Project.OUTPUTS}


def test_every_target_that_is_named_exists() -> None:
    """`make demo` and its kin are the first thing that people type."""
    named = set(re.findall(r"^make ([a-z-]+)", read_document("README.md"), re.MULTILINE))
    there = set(re.findall(r"^([a-z-]+):", read_document("Makefile"), re.MULTILINE))

    assert {"demo", "demo-destroy", "test"} <= named
    assert named <= there


def test_every_file_of_the_tree_in_the_architecture_exists() -> None:
    """A map that names what is gone is worse than none."""
    tree = read_section("ARCHITECTURE.md", "## The tree")
    parents = [ROOT]
    missing = []
    for indent, path in re.findall(r"^( *)([\w.]+[/.][\w./]*)", tree, re.MULTILINE):
        depth = len(indent) // 2
        parents[depth + 1 :] = [parents[depth] / path]
        missing += [] if parents[-1].exists() else [parents[-1]]

    assert missing == []
