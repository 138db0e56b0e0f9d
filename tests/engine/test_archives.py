"""A destroy by mistake: it stops, nothing is half done, and the next run continues."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.testing.stack import Bim360Stack

PROGRAM = """
import json
from pathlib import Path

from bim360_provider import Bim360Project, Bim360Provider
from pulumi import ResourceOptions

declared = json.loads(Path(__file__).with_name("declared.json").read_text())
opts = None
if declared.get("provider"):
    opts = ResourceOptions(provider=Bim360Provider("other", **declared["provider"]))
for number in range(declared["count"]):
    Bim360Project(
        f"t{number}", name=f"Tower {number}", start_date="2027-01-01", end_date="2028-01-01",
        project_type="Office", value=1, currency="USD", opts=opts, **declared["arguments"],
    )
"""

MOST = {"BIM360_MAX_ARCHIVES": "4"}


class TowerStack:
    """A stack of some towers."""

    def __init__(
        self, folder: Path, open_stack: Callable[..., Bim360Stack], env: dict[str, str]
    ) -> None:
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text("name: towers\nruntime: python\n")
        (folder / "__main__.py").write_text(PROGRAM)
        self.folder = folder
        self._open_stack = open_stack
        self.stack = self.open_stack(env)

    def open_stack(self, env: dict[str, str]) -> Bim360Stack:
        """Return the stack in a shell with another environment."""
        return self._open_stack(self.folder, stack="dev", env=env)

    def declare(self, count: int, provider: Any = None, **arguments: Any) -> None:
        """Declare the number of towers, and their common arguments."""
        declared = {"count": count, "provider": provider, "arguments": arguments}
        (self.folder / "declared.json").write_text(json.dumps(declared))

    def list_live_projects(self) -> set[str]:
        """Return the towers that are not archived at HQ."""
        return {each["name"] for each in self.stack.projects() if each["status"] != "archived"}


@pytest.fixture
def site(tmp_path: Path, bim360_stack: Callable[..., Bim360Stack]) -> TowerStack:
    """Return a stack of ten towers that exist; a run may archive four."""
    site = TowerStack(tmp_path / "towers", bim360_stack, MOST)
    site.declare(10)
    assert site.stack.up().ok
    return site


def list_state_ids(site: TowerStack) -> set[str]:
    """Return the towers in the state."""
    result = site.stack.preview()
    return {f"Tower {step.name[1:]}" for step in result.steps if step.op == "same"} & {
        f"Tower {number}" for number in range(10)
    }


def test_a_destroy_stops_at_the_limit_and_the_next_one_continues(site: TowerStack) -> None:
    """Archived towers are out of the state, the others are in it, as at HQ."""
    first = site.stack.destroy()
    left = list_state_ids(site)
    second = site.stack.destroy()
    third = site.stack.destroy()

    assert not first.ok
    assert first.changes["delete"] == len(first.requests) == 4
    assert len(first.errors) == 6
    assert all("this run has archived 4 already" in each for each in first.errors)
    assert len(left) == 6
    assert not second.ok
    assert second.changes["delete"] == len(second.requests) == 4
    assert third.ok
    assert len(third.requests) == 2
    assert site.list_live_projects() == set()


def test_after_a_refusal_the_same_program_restores_everything(site: TowerStack) -> None:
    """One up reactivates what was archived by mistake."""
    site.stack.destroy()
    left = site.list_live_projects()
    site.declare(10, adopt="archived")

    back = site.stack.up()

    assert len(left) == 6
    assert back.ok, back.errors
    assert len(site.list_live_projects()) == 10
    assert site.stack.up().requests == ()


def test_towers_removed_from_the_program_are_archived_over_several_ups(site: TowerStack) -> None:
    """A table that lost its lines: four go, six still exist to be declared again."""
    site.declare(0)
    first = site.stack.up()
    remaining = site.list_live_projects()
    site.declare(10, adopt="archived")
    back = site.stack.up()

    assert not first.ok
    assert len(first.requests) == 4
    assert len(remaining) == 6
    assert back.ok, back.errors
    assert back.changes == {"same": 7, "create": 4}


def test_archiving_by_status_counts_too(site: TowerStack) -> None:
    """Ten updates, of which four are sent; the next up continues, until nothing is left."""
    site.declare(10, status="archived")

    first, second, third = site.stack.up(), site.stack.up(), site.stack.up()

    assert [len(run.requests) for run in (first, second, third)] == [4, 4, 2]
    assert [run.ok for run in (first, second, third)] == [False, False, True]
    assert site.stack.up().requests == ()


def test_the_environment_overrides_what_the_last_up_said_of_an_explicit_provider(
    tmp_path: Path, bim360_stack: Callable[..., Bim360Stack]
) -> None:
    """A destroy does not run the program: the provider's arguments come from the state."""
    site = TowerStack(tmp_path / "other", bim360_stack, {"BIM360_MAX_ARCHIVES": ""})
    account = "a1d5e9b2-0000-4000-8000-000000000001"
    site.declare(3, provider={"account_id": account, "max_archives": 1})
    site.stack.up()

    strict = site.stack.destroy()
    confirmed = site.open_stack({"BIM360_MAX_ARCHIVES": "2"}).destroy()

    assert len(strict.requests) == 1
    assert "this run has archived 1 already" in strict.errors[0]
    assert confirmed.ok
    assert len(confirmed.requests) == 2


def test_twenty_are_allowed_by_default(
    tmp_path: Path, bim360_stack: Callable[..., Bim360Stack]
) -> None:
    """Without a limit of the environment; tests/unit/core/test_settings.py has other limits."""
    site = TowerStack(tmp_path / "many", bim360_stack, {"BIM360_MAX_ARCHIVES": ""})
    site.declare(21)
    site.stack.up()

    result = site.stack.destroy()

    assert len(result.requests) == 20
    assert not result.ok
