"""The limit on archives, on the real Pulumi CLI."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bim360_provider.emulator import Emulator, serve
from tests.cli.test_projects_on_both import EngineProject, create_project

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

PROGRAM = """
from bim360_provider import Bim360Project

for number in range(10):
    Bim360Project(f"t{number}", name=f"Tower {number}", start_date="2027-01-02",
                  end_date="2028-06-30", project_type="Office", value=1, currency="USD")
"""

DESTROY = ("destroy", "--yes", "--skip-preview")


@pytest.fixture
def towers(tmp_path: Path) -> Iterator[EngineProject]:
    """Return a stack of ten towers that exist; a run may archive four."""
    hq = Emulator()
    with serve(hq) as running:
        project = create_project(tmp_path / "towers", running.url, hq)
        (project.folder / "__main__.py").write_text(PROGRAM)
        project.env["BIM360_MAX_ARCHIVES"] = "4"
        project.run_pulumi("stack", "init", "dev")
        project.run_pulumi("up", "--yes", "--skip-preview")
        yield project


def list_state_ids(towers: EngineProject) -> set[str]:
    """Return the ids of the projects in the state."""
    state = json.loads(towers.run_pulumi("stack", "export"))
    resources = state["deployment"].get("resources", [])
    return {each["id"] for each in resources if each["type"].endswith(":Project")}


def list_live_ids(towers: EngineProject) -> set[str]:
    """Return the ids of the projects that are not archived."""
    accounts = towers.hq.call_control_plane("GET", "/state")["accounts"]
    rows = [row for account in accounts for row in account["projects"]]
    return {row["id"] for row in rows if row["status"] != "archived"}


def test_a_destroy_stops_at_the_limit_and_the_next_one_continues(towers: EngineProject) -> None:
    """Archived projects are out of the state, the rest is in both, and a preview shows it."""
    requests = towers.record_requests(
        lambda: towers.run_pulumi(*DESTROY, "--continue-on-error", code=1)
    )

    assert requests == [("PATCH", {"status": "archived"})] * 4
    assert len(list_live_ids(towers)) == 6
    assert list_state_ids(towers) == list_live_ids(towers)
    assert "4 to create" in towers.run_pulumi("preview")

    towers.env["BIM360_MAX_ARCHIVES"] = "6"
    assert len(towers.record_requests(lambda: towers.run_pulumi(*DESTROY))) == 6
    assert list_state_ids(towers) == list_live_ids(towers) == set()


def test_the_first_refusal_ends_a_plain_destroy_and_says_how_to_continue(
    towers: EngineProject,
) -> None:
    """A destroy as people type it; the CLI prints the advice."""
    output = towers.run_pulumi(*DESTROY, code=1)

    assert "this run has archived 4 already, the limit of bim360:maxArchives" in output
    assert "Traceback" not in output
    assert list_state_ids(towers) == list_live_ids(towers)
    assert len(list_live_ids(towers)) == 6
