"""An account is taken over by the real ``pulumi import``, step by step as the document says."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bim360_provider import emulator
from tests.meta.source_files import ROOT
from tests.support.legacy_account import build_account

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

EVERYTHING = "projects,business-units,companies,users,members"
IMPORT = ("--generate-code=false", "--yes")


class ExportProject:
    """A Pulumi project with a backend of its own, and the account that it is to take over."""

    def __init__(self, folder: Path, running: Any) -> None:
        self.folder = folder
        self.hq: emulator.Emulator = running.emulator
        (folder / "Pulumi.yaml").write_text("name: firm\nruntime: python\nmain: stacks\n")
        for name in ("stacks", "backend"):
            (folder / name).mkdir()
        shutil.copy(ROOT / "stacks" / "__main__.py", folder / "stacks")
        self._env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "only for tests",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "APS_CLIENT_ID": emulator.CLIENT_ID,
            "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
            "BIM360_ACTING_USER": "anna.halvorsen@example.com",
            "BIM360_BASE_URL": running.url,
            "BIM360_REQUESTS_PER_MINUTE": "0",
        }

    def run(self, *command: str) -> str:
        """Run a command to its good end, and return what it said."""
        done = subprocess.run(  # noqa: S603 - the CLI on PATH is what is under test
            command, cwd=self.folder, env=self._env, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run_pulumi(self, *words: str) -> str:
        """Run the Pulumi CLI."""
        return self.run("pulumi", *words, "--non-interactive", "--color=never")

    def run_export(self, *flags: str) -> str:
        """Run the export."""
        return self.run(sys.executable, "-m", "bim360_provider.cli", "export", *flags)

    def list_new_requests(self) -> list[str]:
        """Return the methods of all requests since the last time, those for a token left out."""
        rows = self.hq.call_control_plane("GET", "/requests")
        self.hq.call_control_plane("DELETE", "/requests")
        return [row["method"] for row in rows if not row["path"].startswith("/authentication/")]


@pytest.fixture
def export_project(tmp_path: Path) -> Iterator[ExportProject]:
    """Return a firm with 300 projects in its account."""
    with emulator.serve(emulator.Emulator(emulator.parse_seed(build_account()))) as running:
        yield ExportProject(tmp_path, running)


def test_a_whole_account_is_taken_over_without_a_change(export_project: ExportProject) -> None:
    """Export, import, preview, up: no change, no write, and after the export not one request."""
    exported = export_project.run_export("--stack", "existing", "--include", EVERYTHING)
    export_project.list_new_requests()

    export_project.run_pulumi("stack", "init", "existing")
    imported = export_project.run_pulumi("import", "--file", "stacks/existing.import.json", *IMPORT)
    export_project.run_pulumi("preview", "--expect-no-changes")
    up = export_project.run_pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    asked = export_project.list_new_requests()

    assert "270 Bim360Project, 60 Bim360Team" in exported
    assert "warning" not in imported
    assert "401 imported" in imported
    assert "402 unchanged" in up
    assert asked == []


def test_what_a_refresh_finds_is_no_change(export_project: ExportProject) -> None:
    """The state is what a create would have left; a refresh asks, and nobody writes."""
    names = ("--name", "*tower*", "--name", "in a*", "--name", "small")
    export_project.run_export("--stack", "existing", "--include", EVERYTHING, *names)
    export_project.run_pulumi("stack", "init", "existing")
    export_project.run_pulumi("import", "--file", "stacks/existing.import.json", *IMPORT)
    export_project.list_new_requests()

    export_project.run_pulumi("refresh", "--preview-only", "--expect-no-changes")
    export_project.run_pulumi("up", "--refresh", "--run-program", "--yes", "--skip-preview")
    export_project.run_pulumi("preview", "--refresh", "--run-program", "--expect-no-changes")
    asked = export_project.list_new_requests()

    assert set(asked) == {"GET"}


def test_a_change_of_the_program_is_that_change_alone(export_project: ExportProject) -> None:
    """What was taken over is managed from then on like anything else."""
    export_project.run_export("--stack", "existing", "--include", "projects", "--name", "School 28")
    export_project.run_pulumi("stack", "init", "existing")
    export_project.run_pulumi("import", "--file", "stacks/existing.import.json", *IMPORT)
    export_project.list_new_requests()
    program = export_project.folder / "stacks" / "existing.py"
    text = program.read_text("utf-8").replace('city="Seattle"', 'city="Portland"')
    program.write_text(text, "utf-8")

    export_project.run_pulumi("up", "--yes", "--skip-preview")

    rows = export_project.hq.call_control_plane("GET", "/requests")
    assert [row["body"] for row in rows if row["method"] == "PATCH"] == [{"city": "Portland"}]
    assert {row["method"] for row in rows} == {"POST", "PATCH"}  # the POST is for the token
