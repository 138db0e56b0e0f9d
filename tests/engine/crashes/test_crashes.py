"""A create that is killed anywhere: the next up has exactly one project, with no manual step.

``make crashes`` goes through every point with every victim; the normal suite through the telling
ones.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.crashes.crash_harness import EVERYTHING, Site, needs_linux, site, told

pytestmark = needs_linux

ADOPTED = "is what an interrupted run left behind; it is adopted"

POINTS = (
    "token:before",
    "POST:before",
    "POST:acted",
    "POST:answered",
    "create:returned",
    "create:told",
)
"""All through a create: before anything is asked, before and after HQ acted, on the way back."""

VICTIMS = ("host", "engine", "host engine")

TELLING = (
    ("POST:acted", "host"),
    ("create:told", "engine"),
)

EVERY = tuple((point, kills) for point in POINTS for kills in VICTIMS)
CASES = EVERY if EVERYTHING else TELLING


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Site]:
    """Return a stack that declares one tower, and its HQ."""
    with site(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("at", "kills"), CASES)
def test_one_project_whenever_a_create_is_killed(stack: Site, at: str, kills: str) -> None:
    """The next up makes it, adopts it with a word, or knows it already."""
    stack.crash("up", at, kills)
    left = stack.projects()
    known = bool(left) and bool(stack.ids())

    result = stack.up()

    (project,) = stack.projects()
    assert (result.ok, stack.ids()) == (True, [project["id"]]), result.errors
    adoption = ["POST projects", "GET projects", "GET project"]
    expected = [] if known else adoption if left else ["POST projects"]
    assert stack.asked() == expected
    assert len(told(result, ADOPTED)) == (expected == adoption)
