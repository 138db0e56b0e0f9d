"""Names that resources of one stack exchange: one `up` is enough, in any order."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core.names.renames import TEMPORARY_NAME_PREFIX
from bim360_provider.testing import LocalEngine, Result
from tests.engine.crashes.crash_harness import (
    CrashStack,
    create_crash_stack,
    mark_unsampled,
    needs_linux,
    only_in_make_crashes,
)
from tests.support.hq import PROJECT_BODY

PROGRAM = """
import json, pathlib
from bim360_provider import Bim360Company, Bim360Project

declared = json.loads(pathlib.Path("declared.json").read_text())
for resource, arguments in declared["projects"].items():
    Bim360Project(resource, **arguments)
for resource, name in declared["companies"].items():
    Bim360Company(resource, name=name, trade="Electrical")
"""

Names = Mapping[str, str]
"""The name of each resource."""


@pytest.fixture
def stack(tmp_path: Path) -> Any:
    """Return a stack whose projects and companies a test declares."""
    with create_crash_stack(tmp_path) as stack:
        (stack.folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        yield stack


def declare(
    stack: CrashStack, projects: Names, companies: Names | None = None, **fields: Any
) -> None:
    """Declare projects and companies by the names of their resources, in this order."""
    rows = {
        resource: {**PROJECT_BODY, **fields, "name": name} for resource, name in projects.items()
    }
    declared = {"projects": rows, "companies": companies or {}}
    (stack.folder / "declared.json").write_text(json.dumps(declared), encoding="utf-8")


def up(stack: CrashStack, parallel: int = 16) -> Result:
    """Run the stack, and record the requests from here on."""
    stack.hq.request_log.clear()
    state = stack.folder / "state.json"
    engine = LocalEngine(stack.folder, stack="dev", state=state, env=stack.env, parallel=parallel)
    return engine.up()


def names(stack: CrashStack, kind: str = "projects") -> dict[str, str]:
    """Return the name at HQ for each resource of the state."""
    hq: Any = stack.hq.call_control_plane("GET", "/state")
    live = {row["id"]: row["name"] for account in hq["accounts"] for row in account[kind]}
    state = json.loads((stack.folder / "state.json").read_text(encoding="utf-8"))
    end = {"projects": "bim360:Project", "companies": "bim360:Company"}[kind]
    mine = [row for row in state["resources"] if row["type"].endswith(end)]
    return {row["urn"].rpartition("::")[2]: live[row["id"]] for row in mine}


def rotate_names(
    count: int, by: int = 1, *, last: str = ""
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of some resources, and the same moved by one place."""
    resources = [f"r{number}" for number in range(count)]
    before = [f"Name {number}" for number in range(count)]
    after = [*before[by:], *before[:by]]
    if last:
        after[count - 1 if by > 0 else 0] = last
    return dict(zip(resources, before, strict=True)), dict(zip(resources, after, strict=True))


SWAP = rotate_names(2)
CASES = {
    "a swap": SWAP,
    "a circle": rotate_names(5),
    "a circle the other way": rotate_names(5, -1),
    "a chain": rotate_names(3, last="New"),
    "a chain the other way": rotate_names(3, -1, last="New"),
    "a long chain": rotate_names(12, last="New"),
    "a long chain the other way": rotate_names(12, -1, last="New"),
}
RUNS = [(case, parallel) for case in CASES for parallel in (1, 4, 16)]
SAMPLE = (("a swap", 16), ("a chain", 4), ("a circle the other way", 1))
"""The runs of the usual suite; `make crashes` runs all."""


@pytest.mark.parametrize(("case", "parallel"), mark_unsampled(RUNS, *SAMPLE))
def test_projects_that_exchange_names_have_them_after_one_up(
    stack: CrashStack, case: str, parallel: int
) -> None:
    """In any order and at any parallelism, with few requests, and the next runs send nothing.

    Where Pulumi compares too few resources at once to see the whole circle or chain, some stay
    marked as unfinished: one more run finds that they have their names.
    """
    before, after = CASES[case]
    declare(stack, before)
    assert up(stack).ok
    declare(stack, after)

    result = up(stack, parallel)
    requests, found = stack.list_requests(), names(stack)
    again, last = up(stack, parallel), up(stack, parallel)

    assert result.errors == again.errors == last.errors == ()
    assert found == names(stack) == after
    assert len(requests) <= 5 * len(after), requests
    assert stack.list_requests() == []


def test_a_swap_costs_few_requests(stack: CrashStack) -> None:
    """One PATCH that is refused, one with a temporary name, and one for each new name."""
    before, after = SWAP
    declare(stack, before)
    up(stack)
    declare(stack, after)

    up(stack, parallel=1)

    assert stack.list_requests() == ["PATCH project"] * 4


def test_companies_exchange_names_as_projects_do(stack: CrashStack) -> None:
    """A project of the same name does not prevent it."""
    before, after = rotate_names(3)
    declare(stack, before, before)
    up(stack)
    declare(stack, before, after)

    result = up(stack)

    assert result.errors == ()
    assert names(stack, "companies") == after
    assert names(stack) == before


def test_other_changes_are_sent_with_the_name(stack: CrashStack) -> None:
    """Whichever update sets the name, the rest of the declaration follows in the same run."""
    before, after = SWAP
    declare(stack, before)
    up(stack)
    declare(stack, after, city="Oslo")

    result = up(stack)

    assert result.errors == ()
    assert names(stack) == after
    assert {row["city"] for row in stack.list_projects()} == {"Oslo"}
    up(stack)
    assert stack.list_requests() == []


@pytest.mark.parametrize(
    ("kind", "first"),
    mark_unsampled(
        [(kind, first) for kind in ("projects", "companies") for first in ("new", "old")],
        ("projects", "new"),
        ("companies", "old"),
    ),
)
def test_a_new_resource_gets_the_name_that_another_gives_up(
    stack: CrashStack, kind: str, first: str
) -> None:
    """In either order, and although companies are adopted by default."""
    before = {"old": "Tower"}
    after = {name: {"old": "Old Tower", "new": "Tower"}[name] for name in sorted(["old", "new"])}
    if first == "old":
        after = dict(reversed(after.items()))
    rows = {"projects": (before, after), "companies": (before, after)}[kind]
    declare(stack, *[rows[0] if kind == each else {} for each in ("projects", "companies")])
    up(stack)
    declare(stack, *[rows[1] if kind == each else {} for each in ("projects", "companies")])

    result = up(stack)

    assert result.errors == ()
    assert names(stack, kind) == after
    up(stack)
    assert stack.list_requests() == []


@pytest.mark.parametrize("parallel", mark_unsampled([2, 4, 16], 4))
def test_a_project_of_another_resource_in_the_stack_is_not_adopted(
    stack: CrashStack, parallel: int
) -> None:
    """Although Pulumi compares that one last; the new one gets its name and another project."""
    declare(stack, {"old": "Tower"})
    up(stack)
    (before,) = [row["id"] for row in stack.list_projects()]
    others = {f"r{number}": f"Name {number}" for number in range(30)}
    after = {"new": "Tower", **others, "old": "Old Tower"}
    declare(stack, after, adopt="any")

    result = up(stack, parallel)

    assert result.errors == ()
    assert names(stack) == after
    assert [row["id"] for row in stack.list_projects() if row["name"] == "Old Tower"] == [before]
    up(stack)
    assert stack.list_requests() == []


def test_a_name_in_use_is_an_error_that_names_its_owner(stack: CrashStack) -> None:
    """In one line, for a project outside the stack; nothing is left with a temporary name."""
    declare(stack, {"a": "A", "b": "B"})
    up(stack)
    (foreign,) = [row["id"] for row in stack.list_projects() if row["name"] == "B"]
    state = json.loads((stack.folder / "state.json").read_text(encoding="utf-8"))
    state["resources"] = [row for row in state["resources"] if row.get("id") != foreign]
    (stack.folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
    declare(stack, {"a": "B"})

    result = up(stack)

    assert f"project 'B' ({foreign}) has that name and is not renamed in this run" in str(
        result.errors
    )
    assert sorted(row["name"] for row in stack.list_projects()) == ["A", "B"]


POINTS = [
    f"PATCH:{when}:{number}" for when in ("before", "acted", "received") for number in (1, 2, 3, 4)
]


@needs_linux
@pytest.mark.parametrize("at", mark_unsampled(POINTS, "PATCH:acted:2"))
def test_a_swap_that_is_killed_is_finished_by_the_next_run(stack: CrashStack, at: str) -> None:
    """Also between the temporary name and the new one; the third run sends nothing."""
    before, after = SWAP
    declare(stack, before)
    up(stack)
    declare(stack, after)
    stack.crash("up", at, "host")

    result = up(stack)

    assert result.errors == ()
    assert names(stack) == after
    assert not any(row["name"].startswith(TEMPORARY_NAME_PREFIX) for row in stack.list_projects())
    up(stack)
    assert stack.list_requests() == []


@only_in_make_crashes
@needs_linux
def test_a_refresh_after_a_kill_finds_the_temporary_name(stack: CrashStack) -> None:
    """The state then has it; the same run sets the declared names."""
    before, after = SWAP
    declare(stack, before)
    up(stack)
    declare(stack, after)
    stack.crash("up", "PATCH:acted:2", "host")

    engine = stack.create_engine()
    engine.refresh()
    result = engine.up()

    assert result.errors == ()
    assert names(stack) == after
