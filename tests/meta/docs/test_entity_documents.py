"""Each entity's page is complete: every argument, every output, and how each argument changes."""

import re
from dataclasses import dataclass
from types import ModuleType

import pytest

from bim360_provider.models import account_user, business_units, company, project_image
from bim360_provider.resources.account_user import Bim360AccountUser
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.business_units import Bim360BusinessUnits
from bim360_provider.resources.company import Bim360Company
from bim360_provider.resources.project_image import Bim360ProjectImage
from tests.meta.docs.markdown_files import parse_name, parse_rows, read_section
from tests.meta.docs.test_readme import parameters


@dataclass(frozen=True)
class Page:
    """A resource, its page, and how its arguments change."""

    resource: type[Bim360Resource]
    document: str
    models: ModuleType

    @property
    def changes(self) -> dict[str, str]:
        """Return the last column of the table for each argument."""
        return {
            **dict.fromkeys(getattr(self.models, "REPLACING_FIELDS", ("email",)), "replaces"),
            **dict.fromkeys(self.models.PATCHABLE_FIELDS, "in place"),
            **dict.fromkeys(getattr(self.models, "PROFILE_FIELDS", ()), "once"),
            **dict.fromkeys(self.models.PROVIDER_ONLY_FIELDS, "never sent"),
        }


PAGES = [
    Page(Bim360Company, "docs/reference/company.md", company),
    Page(Bim360AccountUser, "docs/reference/account_user.md", account_user),
    Page(Bim360BusinessUnits, "docs/reference/business_units.md", business_units),
    Page(Bim360ProjectImage, "docs/reference/project_image.md", project_image),
]


def _name(page: Page) -> str:
    return page.document


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_table_lists_every_argument_and_how_it_changes(page: Page) -> None:
    """The order is that of the signature."""
    table = parse_rows(read_section(page.document, "## Arguments"))
    written = parameters(page.resource)

    assert [(parse_name(row[0]), row[3] == "required") for row in table] == list(written.items())
    assert {parse_name(row[0]): row[4] for row in table} == {k: page.changes[k] for k in written}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_page_lists_every_output(page: Page) -> None:
    """HQ's fields are a list, the others a table with types."""
    text = read_section(page.document, "## Outputs")
    listed = set(re.findall(r"`(\w+)`", text.partition("\n| Output")[0]))
    tabled = {parse_name(row[0]) for row in parse_rows(text)}
    outputs = {name for name in page.resource.__annotations__ if name.islower()}

    assert outputs <= listed | tabled
    assert tabled == {"id", *getattr(page.resource, "OUTPUTS", ())}
