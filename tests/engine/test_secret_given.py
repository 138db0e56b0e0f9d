"""Secret e-mails and keys are refused, since the state uses them as names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from bim360_provider.testing.stack import Bim360Stack

Opened = Callable[[str], Bim360Stack]

PROJECT = """
from pulumi import Output
from bim360_provider import Bim360AccountUser, Bim360BusinessUnits, Bim360Project, Bim360Team

tower = Bim360Project("tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01",
                      project_type="Office", value=1, currency="USD", service_types=["doc_manager"])
docs = {"document_management": "user"}
"""
ONE_SECRET = """
Bim360Team("crew", project_id=tower.id, members=[
    {"email": Output.secret("hidden@example.com"), **docs}, {"email": "bob@example.com", **docs}])
"""
ALL_SECRET = """
Bim360Team("crew", project_id=tower.id,
           members=Output.secret([{"email": "hidden@example.com", **docs}]))
"""
UNITS_SECRET = """
Bim360BusinessUnits("units", units=Output.secret({"hidden": {"name": "North"}}))
"""
NO_LONGER = ONE_SECRET.replace(
    'Output.secret("hidden@example.com")', 'Output.unsecret(Output.secret("ada@example.com"))'
)
DESCRIBED = """
Bim360BusinessUnits("units", units={
    "north": {"name": "North", "description": Output.secret("hidden text")}})
"""
COMPUTED = """
eve = Bim360AccountUser("eve", email="eve@example.com")
Bim360Team("crew", project_id=tower.id, members=[{"email": eve.email, **docs}])
Bim360BusinessUnits("units", units=Output.from_input({"north": {"name": "North"}}))
"""


@pytest.fixture
def open_stack(bim360_stack: Callable[..., Bim360Stack], tmp_path: Path) -> Opened:
    """Return a function that gives the stack a program."""
    (tmp_path / "Pulumi.yaml").write_text("name: closed\nruntime: python\n")

    def put(program: str) -> Bim360Stack:
        (tmp_path / "__main__.py").write_text(program, encoding="utf-8")
        stack = bim360_stack(tmp_path, stack="dev", env={"BIM360_ACTING_USER": ADMIN_EMAIL})
        stack.hq.call_control_plane("PATCH", "/options", {"import_strangers": "create"})
        return stack

    return put


def _states(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.rglob("*.json"))


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (ONE_SECRET, "Bim360Team 'crew' has a secret in members"),
        (ALL_SECRET, "Bim360Team 'crew' has a secret in members"),
        (UNITS_SECRET, "Bim360BusinessUnits 'units' has a secret in units"),
    ],
    ids=["one e-mail", "all members", "all units"],
)
def test_a_secret_that_the_state_would_show_is_refused(
    open_stack: Opened, tmp_path: Path, secret: str, text: str
) -> None:
    """In one line, in the preview; an up that continues sends and keeps none of it."""
    open_stack(PROJECT).up()
    stack = open_stack(PROJECT + secret)

    preview, up = stack.preview(), stack.up()

    for error in (*preview.errors, *up.errors):
        assert text in error
        assert "\n" not in error.strip()
    assert (len(preview.errors), len(up.errors)) == (1, 1)
    assert preview.requests == ()
    assert up.requests == ()
    assert "hidden" not in _states(tmp_path)


def test_after_a_refusal_the_stack_can_be_destroyed(open_stack: Opened) -> None:
    """The project that was created in the same run is archived."""
    open_stack(PROJECT).up()
    stack = open_stack(PROJECT + ONE_SECRET)
    stack.up()

    destroy = stack.destroy()

    assert destroy.errors == ()
    assert [each["status"] for each in stack.projects()] == ["archived"]


@pytest.mark.parametrize("program", [NO_LONGER, DESCRIBED, COMPUTED])
def test_all_other_outputs_are_accepted(open_stack: Opened, tmp_path: Path, program: str) -> None:
    """A former secret, a secret that is not part of a name, an unknown value."""
    stack = open_stack(PROJECT + program)

    preview, up, again = stack.preview(), stack.up(), stack.up()

    assert (preview.errors, up.errors, again.errors) == ((), (), ())
    assert again.requests == ()
    assert "hidden text" not in _states(tmp_path)


def test_a_secret_makes_no_secret_of_the_project(open_stack: Opened, tmp_path: Path) -> None:
    """The project's id stays readable in the state."""
    stack = open_stack(PROJECT + NO_LONGER)

    stack.up()

    (tower,) = stack.projects()
    assert f'"project_id": "{tower["id"]}"' in _states(tmp_path)
