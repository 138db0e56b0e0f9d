"""A person declared for one project by two resources of a program: the error has both names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from bim360_provider.testing.stack import Bim360Stack

Opened = Callable[[str], Bim360Stack]

PROJECT = """
from pulumi import Output
from bim360_provider import Bim360AccountUser, Bim360Project, Bim360ProjectMember, Bim360Team

tower = Bim360Project("tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01",
                      project_type="Office", value=1, currency="USD", service_types=["doc_manager"])
docs = {"document_management": "user"}
"""
TEAM = """
Bim360Team("crew", project_id=tower.id, members=[{"email": "Ada@example.com", **docs}])
"""
MEMBER = """
Bim360ProjectMember("ada", project_id=tower.id, email="ada@example.com", **docs)
"""
OTHER_TEAM = """
Bim360Team("office", project_id=tower.id, members=Output.from_input(
    [{"email": "bob@example.com", **docs}, {"email": "ada@EXAMPLE.com", **docs}]))
"""
MANY = """
eve = Bim360AccountUser("eve", email="eve@example.com")
emails = (eve.email, "bob@example.com")
Bim360Team("crew", project_id=tower.id, members=[{"email": each, **docs} for each in emails])
Bim360ProjectMember("ada", project_id=tower.id, email="ada@example.com", **docs)
"""


@pytest.fixture
def open_stack(bim360_stack: Callable[..., Bim360Stack], tmp_path: Path) -> Opened:
    """Return a function that gives the stack a program."""
    (tmp_path / "Pulumi.yaml").write_text("name: twice\nruntime: python\n")

    def put(program: str) -> Bim360Stack:
        (tmp_path / "__main__.py").write_text(program, encoding="utf-8")
        stack = bim360_stack(tmp_path, stack="dev", env={"BIM360_ACTING_USER": ADMIN_EMAIL})
        stack.hq.call_control_plane("PATCH", "/options", {"import_strangers": "create"})
        return stack

    return put


@pytest.mark.parametrize(
    ("twice", "names"),
    [
        (TEAM + MEMBER, "by Bim360Team 'crew' and by Bim360ProjectMember 'ada'"),
        (TEAM + OTHER_TEAM, "by Bim360Team 'crew' and by Bim360Team 'office'"),
        (MEMBER + MEMBER.replace('"ada",', '"a",'), "Member 'ada' and by Bim360ProjectMember 'a'"),
    ],
    ids=["a team and a member", "two teams", "two members"],
)
def test_a_preview_names_a_person_who_is_declared_twice(
    open_stack: Opened, twice: str, names: str
) -> None:
    """In one line with both resources, and without a request: the project is known."""
    open_stack(PROJECT).up()
    stack = open_stack(PROJECT + twice)

    preview = stack.preview()

    (error,) = preview.errors
    assert names in error or _turned(names) in error
    assert "ada@example.com is declared twice in project" in error
    assert "\n" not in error.strip()
    assert preview.requests == ()


def _turned(names: str) -> str:
    """Return the names in the other order: which output comes first is not defined."""
    first, _, second = names.partition(" and by ")
    return f"by {second} and {first}"


def test_in_a_new_project_the_second_declaration_fails_before_its_request(
    open_stack: Opened,
) -> None:
    """The preview cannot find it: the project has no id yet."""
    stack = open_stack(PROJECT + TEAM + MEMBER)

    preview, up = stack.preview(), stack.up()

    imports = [row for row in up.requests if row["path"].endswith("/import")]
    assert preview.errors == ()
    assert [each for each in up.errors if "ada@example.com is declared twice" in each]
    assert len(imports) <= 1
    assert stack.projects()[0]["name"] == "Tower"


def test_people_who_are_declared_once_cause_no_request_and_no_change(
    open_stack: Opened,
) -> None:
    """A team and a member in one project; an e-mail that the preview does not know."""
    stack = open_stack(PROJECT + MANY)

    preview, up, again, later = stack.preview(), stack.up(), stack.up(), stack.preview()

    assert (preview.errors, up.errors, again.errors) == ((), (), ())
    assert again.requests == ()
    assert {*again.changes} == {*later.changes} == {"same"}
