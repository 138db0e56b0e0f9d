"""The README's targets and the files of the architecture exist."""

import re

from tests.meta.docs.markdown_files import read_document, read_section
from tests.meta.source_files import ROOT


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
