"""A team, and business units with a project and its image, on the local engine and on the CLI."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Emulator, serve
from bim360_provider.testing import LocalEngine, Result
from tests.engine.crashes.crash_harness import only_in_make_crashes

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

STACKS = Path(__file__).parents[2] / "stacks"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""Which of two companies is created first is left to chance, and so are their ids."""

PARTS = """
from pathlib import Path

from bim360_provider import Bim360BusinessUnits, Bim360Project, Bim360ProjectImage

units = Bim360BusinessUnits("units", units={"North": {"description": "cold"}, "North/West": {}})
tower = Bim360Project(
    "tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01", project_type="Office",
    value=1, currency="USD", business_unit_id=units.ids["North/West"],
)
Bim360ProjectImage("picture", project_id=tower.id, path=Path(__file__).with_name("tower.png"))
"""

CLI_ARGS = {
    "preview": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
RunRecord = tuple[list[str], dict[str, list[str]], list[str]]
"""The operations of a run, the property paths that changed, and the requests to HQ."""


@dataclass
class EngineProject:
    """A project folder with its own HQ."""

    folder: Path
    hq: Emulator
    env: dict[str, str]

    def record_run(self, run: Callable[[], tuple[Any, Any]]) -> RunRecord:
        """Return what a run did and which requests it sent, in a fixed order."""
        before = len(self._list_requests())
        ops, paths = run()
        rows = [row for row in self._list_requests()[before:] if "/token" not in row["path"]]
        lines = [json.dumps([r["method"], r["path"], r["body"]], sort_keys=True) for r in rows]
        return ops, paths, sorted(UUID.sub("*", line) for line in lines)

    def _list_requests(self) -> list[Any]:
        rows: list[Any] = self.hq.call_control_plane("GET", "/requests")
        return rows

    def run_local(self, command: str) -> tuple[list[str], dict[str, list[str]]]:
        """Run the local engine."""
        state = self.folder.parent / "state.json"
        engine = LocalEngine(self.folder, stack="team", state=state, env=self.env)
        result: Result = getattr(engine, command)()
        assert result.errors == ()
        paths = {step.name: sorted(step.paths) for step in result.steps if step.paths}
        return sorted({f"{step.op} {step.name}" for step in result.steps}), paths

    def run_cli(self, command: str) -> tuple[list[str], dict[str, list[str]]]:
        """Run the CLI."""
        log = self.folder.parent / "events.jsonl"
        log.unlink(missing_ok=True)
        self.run_pulumi(*CLI_ARGS[command], f"--event-log={log}")
        events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        done = [each["resOutputsEvent"]["metadata"] for each in events if "resOutputsEvent" in each]
        steps = [step for step in done if "pulumi:providers:" not in step["urn"]]
        paths = {
            _resource_name(s): sorted(s["detailedDiff"]) for s in steps if s.get("detailedDiff")
        }
        return sorted({f"{step['op']} {_resource_name(step)}" for step in steps}), paths

    def run_pulumi(self, *arguments: str) -> None:
        """Run a command of the CLI, which must succeed."""
        completed = subprocess.run(  # noqa: S603 - the CLI on PATH is what is under test
            ["pulumi", *arguments, "--non-interactive", "--color=never"],  # noqa: S607 - found on PATH
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, completed.stdout + completed.stderr


def _resource_name(step: dict[str, Any]) -> str:
    return str(step["urn"]).rsplit("::", 1)[-1]


def create_project(folder: Path, url: str, hq: Emulator) -> EngineProject:
    """Write a project with the settings of the team's stack."""
    project, backend = folder / "project", folder / "backend"
    for each in (project, backend):
        each.mkdir(parents=True)
    (project / "Pulumi.yaml").write_text("name: site\nruntime: python\n", encoding="utf-8")
    shutil.copy(STACKS / "Pulumi.team.yaml", project)
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": url,
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "only for tests",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DEBUG_COMMANDS": "true",
    }
    return EngineProject(project, hq, env)


class ProjectPair:
    """Two equal projects, one for each engine, which run the same commands."""

    def __init__(self, local: EngineProject, real: EngineProject) -> None:
        self.local = local
        self.pulumi = real

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file into both."""
        data = content.encode() if isinstance(content, str) else content
        for each in (self.local, self.pulumi):
            (each.folder / name).write_bytes(data)

    def change_in_browser(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change both accounts as a user in the browser would."""
        for each in (self.local, self.pulumi):
            state: Any = each.hq.call_control_plane("GET", "/state")
            change(state["accounts"][0])
            each.hq.call_control_plane("PUT", "/state", state)

    def run(self, command: str) -> RunRecord:
        """Run a command on both, check that they did the same, and return the record."""
        one = self.local.record_run(lambda: self.local.run_local(command))
        other = self.pulumi.record_run(lambda: self.pulumi.run_cli(command))
        assert one[:2] == other[:2], command
        assert sorted(set(one[2]) ^ set(other[2])) == [], command
        assert one[2] == other[2], command
        return one


@pytest.fixture
def project_pair(tmp_path: Path) -> Iterator[ProjectPair]:
    """Return two equal projects."""
    with ExitStack() as served:
        hqs = {name: Emulator() for name in ("local", "real")}
        urls = {name: served.enter_context(serve(hq)).url for name, hq in hqs.items()}
        pair = ProjectPair(
            *(create_project(tmp_path / name, urls[name], hq) for name, hq in hqs.items())
        )
        pair.pulumi.run_pulumi("stack", "init", "team")
        yield pair


def list_requests(completed: RunRecord) -> list[str]:
    """Return each request by its method and the end of its path."""
    rows = [json.loads(line) for line in completed[2]]
    return [f"{method} {path.rsplit('/', 1)[-1]}" for method, path, _ in rows]


def _promote_lena(account: dict[str, Any]) -> None:
    (library,) = account["projects"]
    lena = next(user["id"] for user in account["users"] if user["email"].startswith("lena"))
    member = next(each for each in library["users"] if each["user_id"] == lena)
    member["services"] = {"document_management": "admin"}


def test_a_teams_lifecycle_is_the_same_on_both(project_pair: ProjectPair) -> None:
    """Created, no changes, one more member, changed by hand, restored, and destroyed."""
    team = (STACKS / "team.py").read_text(encoding="utf-8")
    last = """"email": ruth.email,"""
    more = f'"email": "eve@example.com", "document_management": "user"}}, {{{last}'
    project_pair.write("__main__.py", team)

    preview, up, again = project_pair.run("preview"), project_pair.run("up"), project_pair.run("up")
    project_pair.write("__main__.py", team.replace(last, more))
    for each in (project_pair.local, project_pair.pulumi):
        each.hq.call_control_plane("PATCH", "/options", {"import_strangers": "create"})
    planned_addition, added = project_pair.run("preview"), project_pair.run("up")
    project_pair.change_in_browser(_promote_lena)
    refreshed, restored, destroyed = (
        project_pair.run("refresh"),
        project_pair.run("up"),
        project_pair.run("destroy"),
    )

    assert list_requests(preview) == list_requests(again) == list_requests(planned_addition) == []
    assert list_requests(up).count("POST import") == list_requests(added).count("POST import") == 1
    assert planned_addition[1] == {"library-team": ['members["eve@example.com"]']}
    assert {each.split()[0] for each in list_requests(refreshed)} == {"GET"}
    assert restored[1] == {
        "library-team": ['members["lena.fischer@example.com"].document_management']
    }
    assert list_requests(restored) == ["GET search", "PATCH *"]
    assert "delete library-team" in destroyed[0]
    assert "PATCH *" in list_requests(destroyed)


def _rename_west(account: dict[str, Any]) -> None:
    (west,) = (unit for unit in account["business_units"] if unit["name"] == "West")
    west["name"] = "Far West"


@only_in_make_crashes
def test_the_lifecycle_of_units_and_an_image_is_the_same_on_both(project_pair: ProjectPair) -> None:
    """Created, no changes, a new image, renamed by hand, restored, and destroyed."""
    project_pair.write("tower.png", b"\x89PNG\r\n\x1a\n a tower")
    project_pair.write("__main__.py", PARTS)

    preview, up, again = project_pair.run("preview"), project_pair.run("up"), project_pair.run("up")
    project_pair.write("tower.png", b"\x89PNG\r\n\x1a\n a tower by night")
    changed_image = project_pair.run("up")
    project_pair.change_in_browser(_rename_west)
    refreshed, restored, destroyed = (
        project_pair.run("refresh"),
        project_pair.run("up"),
        project_pair.run("destroy"),
    )

    units = ["GET business_units_structure", "PUT business_units_structure"]
    assert list_requests(preview) == list_requests(again) == []
    assert list_requests(up) == [units[0], "PATCH image", "POST projects", units[1]]
    assert list_requests(changed_image) == ["PATCH image"]
    assert {each.split()[0] for each in list_requests(refreshed)} == {"GET"}
    assert restored[1] == {"units": ['units["North/West"].name']}
    assert list_requests(restored) == units
    assert list_requests(destroyed) == ["PATCH *"]
