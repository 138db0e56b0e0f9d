"""Each entity's page is complete: every argument, every output, and how each argument changes."""

import re
from dataclasses import dataclass

import pytest

from bim360_provider.models import AccountUserArguments, CompanyArguments
from bim360_provider.models.base import InputModel
from bim360_provider.models.business_units import BusinessUnitsArguments
from bim360_provider.models.project_image import ProjectImageArguments
from bim360_provider.resources.account_user import Bim360AccountUser
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.business_units import Bim360BusinessUnits
from bim360_provider.resources.company import Bim360Company
from bim360_provider.resources.project_image import Bim360ProjectImage
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_section
from tests.meta.docs.test_readme import list_changes, parameters


@dataclass(frozen=True)
class Page:
    """A resource, its page, and how its arguments change."""

    resource: type[Bim360Resource]
    document: str
    arguments: type[InputModel]


PAGES = [
    Page(Bim360Company, "docs/reference/company.md", CompanyArguments),
    Page(Bim360AccountUser, "docs/reference/account_user.md", AccountUserArguments),
    Page(Bim360BusinessUnits, "docs/reference/business_units.md", BusinessUnitsArguments),
    Page(Bim360ProjectImage, "docs/reference/project_image.md", ProjectImageArguments),
]


def _name(page: Page) -> str:
    return page.document


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_table_lists_every_argument_and_how_it_changes(page: Page) -> None:
    """The order is that of the signature."""
    table = parse_rows(read_section(page.document, "## Arguments"))
    written, changes = parameters(page.resource), list_changes(page.arguments)

    assert [(parse_name(row[0]), row[3] == "required") for row in table] == list(written.items())
    assert {parse_name(row[0]): row[4] for row in table} == {k: changes[k] for k in written}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_page_lists_every_output(page: Page) -> None:
    """HQ's fields are a list, the others a table with types."""
    text = read_section(page.document, "## Outputs")
    listed = set(re.findall(r"`(\w+)`", text.partition("\n| Output")[0]))
    tabled = {parse_name(row[0]) for row in parse_rows(text)}
    outputs = {name for name in page.resource.__annotations__ if name.islower()}

    assert outputs <= listed | tabled
    assert tabled == {"id", *getattr(page.resource, "OUTPUTS", ())}
