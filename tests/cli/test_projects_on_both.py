"""A project on the real Pulumi CLI: its plan, drift, state and mistakes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Emulator, serve

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

PROGRAM = """
import json, pathlib
from bim360_provider import Bim360Project

arguments = json.loads(pathlib.Path("arguments.json").read_text())
Bim360Project("tower", start_date="2027-01-02", end_date="2028-06-30", project_type="Office",
              **{"name": "Tower", "value": 3000, "currency": "USD", **arguments})
"""

ARGUMENTS = {"city": "Oslo", "service_types": ["pm", "doc_manager"]}

FAILED = 1
NO_CHANGES_EXPECTED = 7
"""The CLI's exit code when there were changes although none were expected."""


@dataclass
class EngineProject:
    """A project folder with its own HQ."""

    folder: Path
    hq: Emulator
    env: dict[str, str]

    def declare(self, **arguments: Any) -> None:
        """Change the arguments of the declared project."""
        (self.folder / "arguments.json").write_text(json.dumps(arguments))

    def record_requests(self, run: Callable[[], object]) -> list[tuple[str, Any]]:
        """Return the requests of a run: method and body, without tokens."""
        before = len(self._list_requests())
        run()
        rows = self._list_requests()[before:]
        return [(r["method"], r["body"]) for r in rows if "/token" not in r["path"]]

    def _list_requests(self) -> list[Any]:
        rows: list[Any] = self.hq.call_control_plane("GET", "/requests")
        return rows

    def run_pulumi(self, *arguments: str, code: int = 0) -> str:
        """Run the CLI; return what it printed."""
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        completed = subprocess.run(  # noqa: S603 - the CLI on PATH is what is under test
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert completed.returncode == code, completed.stdout + completed.stderr
        return completed.stdout


def create_project(folder: Path, url: str, hq: Emulator) -> EngineProject:
    """Write the files of a project."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: towers\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    backend = folder.parent / "backend"
    backend.mkdir(exist_ok=True)
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": url,
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_HOME": str(folder.parent / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "only for tests",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }
    project = EngineProject(folder, hq, env)
    project.declare()
    return project


@pytest.fixture
def project_pair(tmp_path: Path) -> Iterator[tuple[EngineProject, EngineProject]]:
    """Return two equal projects: one for the local engine, one for the CLI."""
    first, second = Emulator(), Emulator()
    with serve(first) as one, serve(second) as two:
        local = create_project(tmp_path / "local", one.url, first)
        real = create_project(tmp_path / "real", two.url, second)
        real.run_pulumi("stack", "init", "dev")
        yield local, real


def change_in_browser(hq: Emulator, **changes: Any) -> None:
    """Change the project as a user does in the browser."""
    state: Any = hq.call_control_plane("GET", "/state")
    projects = [p for account in state["accounts"] for p in account["projects"]]
    hq.call_control_plane("PATCH", f"/projects/{projects[0]['id']}", changes)


@pytest.fixture(scope="module")
def applied_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProject]:
    """Return a project after its first up on the CLI."""
    hq = Emulator()
    with serve(hq) as running:
        project = create_project(tmp_path_factory.mktemp("shared") / "real", running.url, hq)
        project.declare(**ARGUMENTS)
        project.run_pulumi("stack", "init", "dev")
        project.run_pulumi("up", "--yes", "--skip-preview")
        yield project


@pytest.fixture
def real(applied_project: EngineProject) -> EngineProject:
    """Return the project, which HQ and the program describe as after the up."""
    applied_project.declare(**ARGUMENTS)
    change_in_browser(applied_project.hq, city=ARGUMENTS["city"])
    return applied_project


def test_the_preview_of_the_cli_shows_the_one_path_that_changes(real: EngineProject) -> None:
    """In the text for people and in the JSON for machines; no other path is called changed."""
    real.declare(**ARGUMENTS, job_number="HC-1")

    text = real.run_pulumi("preview", "--diff")
    steps = json.loads(real.run_pulumi("preview", "--json"))["steps"]

    changed = [line.strip() for line in text.splitlines() if line.strip().startswith(("+ ", "~ "))]
    assert [line for line in changed if "job_number" in line] == ['+ job_number: "HC-1"']
    details = [step["detailedDiff"] for step in steps if step["op"] == "update"]
    assert [list(detail) for detail in details] == [["job_number"]]


def test_nothing_is_expected_to_change_after_up_and_after_refresh(real: EngineProject) -> None:
    """What GitOps pipelines check: does the account match the repository?"""
    real.run_pulumi("preview", "--expect-no-changes")
    real.run_pulumi("refresh", "--yes", "--skip-preview")
    real.run_pulumi("preview", "--expect-no-changes")
    change_in_browser(real.hq, city="Bergen")

    real.run_pulumi("refresh", "--preview-only", "--expect-no-changes", code=NO_CHANGES_EXPECTED)


def test_the_state_of_the_cli_holds_no_secret_and_a_short_provider(real: EngineProject) -> None:
    """Search the exported stack for the secret; check every provider reference."""
    state = real.run_pulumi("stack", "export")

    assert CLIENT_SECRET not in state
    assert "Bearer" not in state
    resources = json.loads(state)["deployment"]["resources"]
    bags = [resource.get("inputs", {}) for resource in resources]
    references = {bag["__provider"] for bag in bags if "__provider" in bag}
    assert [len(reference) < 120 for reference in references] == [True]


def test_the_cli_reports_a_mistake_before_it_sends_a_request(real: EngineProject) -> None:
    """Three mistakes at once, each by its property, and not one request."""
    real.declare(currency="EURO", city="x" * 256, value=True)

    output: list[str] = []

    requests = real.record_requests(lambda: output.append(real.run_pulumi("preview", code=FAILED)))

    assert requests == []
    for text in ("currency 'EURO' is not a valid", "city has 256 characters", "value must be"):
        assert text in output[0]
