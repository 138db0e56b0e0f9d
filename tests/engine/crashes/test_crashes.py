"""A create that is killed anywhere: the next up has exactly one project, with no manual step.

``make crashes`` goes through every point with every victim; the normal suite through the telling
ones.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.crashes.crash_harness import (
    RUNS_ALL_CASES,
    CrashStack,
    create_crash_stack,
    find_messages,
    needs_linux,
)

pytestmark = needs_linux

ADOPTED = "is a leftover of an interrupted run and is adopted"

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
CASES = EVERY if RUNS_ALL_CASES else TELLING


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[CrashStack]:
    """Return a stack that declares one tower, and its HQ."""
    with create_crash_stack(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("at", "kills"), CASES)
def test_one_project_whenever_a_create_is_killed(stack: CrashStack, at: str, kills: str) -> None:
    """The next up makes it, adopts it with a word, or knows it already."""
    stack.crash("up", at, kills)
    left = stack.list_projects()
    known = bool(left) and bool(stack.list_project_ids())

    result = stack.up()

    (project,) = stack.list_projects()
    assert (result.ok, stack.list_project_ids()) == (True, [project["id"]]), result.errors
    adoption = ["POST projects", "GET projects", "GET project"]
    expected = [] if known else adoption if left else ["POST projects"]
    assert stack.list_requests() == expected
    assert len(find_messages(result, ADOPTED)) == (expected == adoption)
