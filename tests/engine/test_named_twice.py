"""Two resources of one program with one name: the preview fails, with both names in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.testing.stack import Bim360Stack

Opened = Callable[[str], Bim360Stack]

HEAD = """
import pathlib
from pulumi import Output, ResourceOptions
from bim360_provider import (
    Bim360AccountUser, Bim360Company, Bim360Project, Bim360ProjectImage, Bim360Provider,
)

def tower(resource, name, **rest):
    return Bim360Project(resource, name=name, start_date="2027-01-01", end_date="2028-01-01",
                         project_type="Office", value=1, currency="USD", **rest)
"""
PICTURE = """
picture = pathlib.Path("tower.png")
picture.write_bytes(b"\\x89PNG\\r\\n\\x1a\\n" + bytes(60))
there = tower("there", "There")
Bim360ProjectImage("one", project_id=there.id, path=picture)
"""
TWICE = {
    "projects": ('tower("a", "Tower"); tower("b", "Tower")', "the name 'Tower'"),
    "projects in two forms": (
        'tower("a", "Caf\\u00e9"); tower("b", "Cafe\\u0301")',
        "the name 'Cafe\u0301'",
    ),
    "projects of outputs": (
        'tower("a", "Tower"); tower("b", Output.secret("Tower"))',
        "the name in common",
    ),
    "a secret and a name in the clear that is declared later": (
        'tower("a", Output.secret("Tower")).urn.apply(lambda _: tower("b", "Tower"))',
        "the name in common",
    ),
    "companies": (
        'Bim360Company("a", name="A", trade="x"); Bim360Company("b", name="A", trade="y")',
        "the name 'A'",
    ),
    "people": (
        'Bim360AccountUser("a", email="A@x.com"); Bim360AccountUser("b", email="a@X.com")',
        "the e-mail 'a@X.com'",
    ),
}
APART = """
other = Bim360Provider("other", account_id="a1d5e9b2-0000-4000-8000-000000000002", region="EMEA")
tower("a", "Tower"); tower("b", "Tower", opts=ResourceOptions(provider=other))
tower("c", "tower"); tower("d", "Tower ".strip() + " 2")
Bim360Company("company", name="Tower", trade="x")
"""


@pytest.fixture
def open_stack(bim360_stack: Callable[..., Bim360Stack], tmp_path: Path) -> Opened:
    """Return a function that gives the stack a program."""
    (tmp_path / "Pulumi.yaml").write_text("name: twice\nruntime: python\n")

    def put(program: str) -> Bim360Stack:
        (tmp_path / "__main__.py").write_text(HEAD + program, encoding="utf-8")
        return bim360_stack(tmp_path, stack="dev")

    return put


@pytest.mark.parametrize("case", TWICE)
def test_a_preview_reports_a_name_in_two_resources(open_stack: Opened, case: str) -> None:
    """In one line, and without a request; a value that may be a secret is not quoted."""
    program, text = TWICE[case]

    preview = open_stack(program).preview()

    found = [error for error in preview.errors if "which HQ keeps unique" in error]
    assert len(found) == 1, preview.errors
    assert text in found[0]
    assert "'a'" in found[0]
    assert "'b'" in found[0]
    assert "\n" not in found[0].strip()
    assert preview.requests == ()


def test_two_pictures_of_one_project_are_reported(open_stack: Opened) -> None:
    """As soon as the project has an id."""
    open_stack(PICTURE).up()
    again = 'Bim360ProjectImage("two", project_id=there.id, path=picture)'

    preview = open_stack(PICTURE + again).preview()

    assert [error for error in preview.errors if "have the project in common" in error]


def test_names_in_other_accounts_and_of_other_kinds_are_free(open_stack: Opened) -> None:
    """And so is a name in another case, and one that only a look-up uses."""
    stack = open_stack(APART)
    first = stack.up()
    (there,) = [row for row in stack.projects() if row["name"] == "Tower 2"]
    look = f'Bim360Project.get("look", "{there["id"]}")\n'

    result = open_stack(APART + look).up()

    assert first.errors == result.errors == ()
