"""A create that is killed at any point: the next up has exactly one project, without manual work.

``make crashes`` covers every point with every victim; the normal suite covers a sample.
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
    "POST:received",
    "create:returned",
    "create:reported",
)
"""All points of a create: before any request, before and after HQ acted, on the way back."""

VICTIMS = ("host", "engine", "host engine")

SAMPLE = (
    ("POST:acted", "host"),
    ("create:reported", "engine"),
)

ALL_CASES = tuple((point, kills) for point in POINTS for kills in VICTIMS)
CASES = ALL_CASES if RUNS_ALL_CASES else SAMPLE


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[CrashStack]:
    """Return a stack that declares one tower, and its HQ."""
    with create_crash_stack(tmp_path) as created:
        yield created


@pytest.mark.parametrize(("at", "kills"), CASES)
def test_a_killed_create_leads_to_one_project(stack: CrashStack, at: str, kills: str) -> None:
    """The next up creates it, adopts it with a message, or has it in its state."""
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
