"""The reference leads to everything that can be written: each name, to a page that has it.

That the links lead somewhere, and that each page's tables are whole, is for the tests of the pages.
"""

import re

import pytest

import bim360_provider
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_section
from tests.meta.source_files import ROOT

PAGE = "docs/reference/index.md"
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
OF_RESOURCES = parse_rows(read_section(PAGE, "## Resources"))
OF_FUNCTIONS = parse_rows(read_section(PAGE, "## Functions"))
ELSEWHERE = LINK.findall(read_section(PAGE, "## Everything else"))
OF_ITS_OWN = ("commands.md", "configuration.md", "../how-to/troubleshooting.md")


def _leads_to(cell: str) -> str:
    """Return the text of the page that a cell leads to."""
    link: str = LINK.findall(cell)[0]
    return (ROOT / "docs/reference" / link).read_text(encoding="utf-8")


def test_every_name_of_the_package_is_in_the_reference() -> None:
    """What can be imported can be looked up, and nothing that cannot be."""
    listed = [parse_name(row[0]) for row in (*OF_RESOURCES, *OF_FUNCTIONS)]

    assert sorted(listed) == sorted(bim360_provider.__all__)


@pytest.mark.parametrize("row", [*OF_RESOURCES, *OF_FUNCTIONS], ids=lambda row: parse_name(row[0]))
def test_the_page_that_it_leads_to_has_the_name(row: tuple[str, ...]) -> None:
    """A reader who follows the link finds what they looked for."""
    places = [cell for cell in row[1:] if cell]

    assert places
    assert [place for place in places if parse_name(row[0]) not in _leads_to(place)] == []


@pytest.mark.parametrize("page", OF_ITS_OWN)
def test_commands_keys_and_messages_have_pages_of_their_own(page: str) -> None:
    """Their own tests keep them whole; here they must only be found."""
    assert page in ELSEWHERE
