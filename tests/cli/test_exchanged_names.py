"""Secret names that projects exchange and keep in replacements, on the real Pulumi CLI."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, serve
from tests.cli.test_projects_on_both import EngineProject, create_project

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

PROGRAM = """
import json, pathlib
from pulumi import Output, ResourceOptions
from bim360_provider import Bim360Project

declared = json.loads(pathlib.Path(__file__).with_name("declared.json").read_text())
for resource, name in declared["names"].items():
    Bim360Project(resource, name=Output.secret(name), start_date="2027-01-01",
                  end_date="2028-01-01", project_type="Office", value=1, currency="USD",
                  opts=ResourceOptions(**declared["options"]))
"""
UP = ("up", "--yes", "--skip-preview")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[EngineProject]:
    """Return a stack of two projects, a week after its first up; no run may archive."""
    hq = Emulator(options={"rate_limit_per_minute": 0})
    with serve(hq) as running:
        place = create_project(tmp_path / "towers", running.url, hq)
        place.env |= {"BIM360_REQUESTS_PER_MINUTE": "0", "BIM360_MAX_ARCHIVES": "0"}
        (place.folder / "Pulumi.yaml").write_text("name: towers\nruntime: python\n")
        (place.folder / "__main__.py").write_text(PROGRAM)
        declare_projects(place, a="Hidden North", b="Hidden South")
        place.run_pulumi("stack", "init", "dev")
        place.run_pulumi(*UP)
        hq.call_control_plane("POST", "/clock", {"advance": 7 * 86_400})
        yield place


def declare_projects(
    project: EngineProject, /, *, delete_first: bool = False, **names: str
) -> None:
    """Declare the projects by their names."""
    options = {"delete_before_replace": True} if delete_first else {}
    declared = {"names": names, "options": options}
    (project.folder / "declared.json").write_text(json.dumps(declared), encoding="utf-8")


def list_live_projects(stack: EngineProject) -> dict[str, tuple[str, str]]:
    """Return the name and the status of each project at HQ."""
    account: Any = stack.hq.call_control_plane("GET", "/state")["accounts"][0]
    return {row["id"]: (row["name"], row["status"]) for row in account["projects"]}


def list_replace_flags(stack: EngineProject) -> list[str]:
    """Return the flags that replace both projects."""
    rows = json.loads(stack.run_pulumi("stack", "export"))["deployment"]["resources"]
    return [f"--replace={row['urn']}" for row in rows if row["type"].endswith("bim360:Project")]


def test_secret_names_are_exchanged_in_updates_and_replacements(stack: EngineProject) -> None:
    """The projects stay, nothing is archived, and no line of the output contains a name."""
    first = list_live_projects(stack)
    swapped = {
        each: ({"Hidden North": "Hidden South", "Hidden South": "Hidden North"}[name], status)
        for each, (name, status) in first.items()
    }

    declare_projects(stack, a="Hidden South", b="Hidden North")
    said = stack.run_pulumi(*UP)
    after_the_swap = list_live_projects(stack)
    said += stack.run_pulumi(*UP, *list_replace_flags(stack))
    after_the_replacement = list_live_projects(stack)
    declare_projects(stack, delete_first=True, a="Hidden North", b="Hidden South")
    said += stack.run_pulumi(*UP, *list_replace_flags(stack))
    again = stack.record_requests(lambda: stack.run_pulumi(*UP, "--expect-no-changes"))

    assert after_the_swap == after_the_replacement == swapped
    assert list_live_projects(stack) == first
    assert again == []
    assert "Hidden" not in said
