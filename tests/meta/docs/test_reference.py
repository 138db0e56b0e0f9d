"""The reference links each public name to a page that has it.

The tests of the pages check the links and the tables.
"""

import re

import pytest

import bim360_provider
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_section
from tests.meta.source_files import ROOT

PAGE = "docs/reference/index.md"
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
RESOURCE_ROWS = parse_rows(read_section(PAGE, "## Resources"))
FUNCTION_ROWS = parse_rows(read_section(PAGE, "## Functions"))
ELSEWHERE = LINK.findall(read_section(PAGE, "## Everything else"))
SEPARATE_PAGES = ("commands.md", "configuration.md", "../how-to/troubleshooting.md")


def _read_target(cell: str) -> str:
    """Return the text of the page that a cell links to."""
    link: str = LINK.findall(cell)[0]
    return (ROOT / "docs/reference" / link).read_text(encoding="utf-8")


def test_every_name_of_the_package_is_in_the_reference() -> None:
    """It lists exactly the names that users can import."""
    listed = [parse_name(row[0]) for row in (*RESOURCE_ROWS, *FUNCTION_ROWS)]

    assert sorted(listed) == sorted(bim360_provider.__all__)


@pytest.mark.parametrize(
    "row", [*RESOURCE_ROWS, *FUNCTION_ROWS], ids=lambda row: parse_name(row[0])
)
def test_the_linked_page_has_the_name(row: tuple[str, ...]) -> None:
    """Users who follow the link find the name."""
    places = [cell for cell in row[1:] if cell]

    assert places
    assert [place for place in places if parse_name(row[0]) not in _read_target(place)] == []


@pytest.mark.parametrize("page", SEPARATE_PAGES)
def test_the_reference_links_commands_keys_and_messages(page: str) -> None:
    """Each has a separate page with its own tests."""
    assert page in ELSEWHERE
