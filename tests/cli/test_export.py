"""Adopt an account with the real ``pulumi import``, as documented."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bim360_provider import emulator
from tests.engine.crashes.crash_harness import RUNS_ALL_CASES
from tests.meta.source_files import ROOT
from tests.support.legacy_account import build_account

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

EVERYTHING = "projects,business-units,companies,users,members,folders"
PROJECT_COUNT = 300 if RUNS_ALL_CASES else 40
"""The local engine exports all 300 in tests/engine/commands/test_export.py."""
IMPORT = ("--generate-code=false", "--yes")
SCHOOL = 'name="School 28"'


class ExportProject:
    """A Pulumi project with its own backend, and the account to adopt."""

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
        """Run a command successfully and return its output."""
        done = subprocess.run(  # noqa: S603 - the CLI under test
            command, cwd=self.folder, env=self._env, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run_pulumi(self, *arguments: str) -> str:
        """Run the Pulumi CLI."""
        return self.run("pulumi", *arguments, "--non-interactive", "--color=never")

    def run_export(self, *flags: str) -> str:
        """Run the export."""
        return self.run(sys.executable, "-m", "bim360_provider.cli", "export", *flags)

    def count_import_rows(self) -> int:
        """Return the number of resources in the import file."""
        document = json.loads((self.folder / "stacks/existing.import.json").read_text("utf-8"))
        return len(document["resources"])

    def list_new_requests(self) -> list[str]:
        """Return the methods of new requests, without those for a token."""
        rows = self.hq.call_control_plane("GET", "/requests")
        self.hq.call_control_plane("DELETE", "/requests")
        return [row["method"] for row in rows if not row["path"].startswith("/authentication/")]


@pytest.fixture(scope="module")
def adopted_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExportProject]:
    """Yield a Pulumi project after the import of an account with every kind of object."""
    seed = emulator.parse_seed(build_account(PROJECT_COUNT))
    with emulator.serve(emulator.Emulator(seed)) as running:
        project = ExportProject(tmp_path_factory.mktemp("firm"), running)
        exported = project.run_export("--stack", "existing", "--include", EVERYTHING)
        project.list_new_requests()
        project.run_pulumi("stack", "init", "existing")
        imported = project.run_pulumi("import", "--file", "stacks/existing.import.json", *IMPORT)
        assert (
            f"{PROJECT_COUNT * 9 // 10} Bim360Project, {PROJECT_COUNT // 5} Bim360Team" in exported
        )
        assert "warning" not in imported
        assert f"{project.count_import_rows()} imported" in imported
        yield project


def test_an_import_adopts_a_complete_account_without_changes(
    adopted_account: ExportProject,
) -> None:
    """Import, preview and up make no changes and send no requests."""
    adopted_account.run_pulumi("preview", "--expect-no-changes")
    up = adopted_account.run_pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")

    assert f"{adopted_account.count_import_rows() + 1} unchanged" in up
    assert adopted_account.list_new_requests() == []


def test_a_refresh_after_the_import_finds_no_changes(adopted_account: ExportProject) -> None:
    """The imported state equals the state after a create, so a refresh only reads."""
    adopted_account.run_pulumi("refresh", "--preview-only", "--expect-no-changes")
    adopted_account.run_pulumi("up", "--refresh", "--run-program", "--yes", "--skip-preview")
    adopted_account.run_pulumi("preview", "--refresh", "--run-program", "--expect-no-changes")

    assert set(adopted_account.list_new_requests()) == {"GET"}


def test_an_up_sends_only_the_change_of_the_program(adopted_account: ExportProject) -> None:
    """Adopted resources are managed like others."""
    program = adopted_account.folder / "stacks" / "existing.py"
    before = program.read_text("utf-8")
    first, last = before.split(SCHOOL)
    program.write_text(SCHOOL.join((first, last.replace('"Seattle"', '"Portland"', 1))), "utf-8")

    adopted_account.run_pulumi("up", "--yes", "--skip-preview")

    rows = adopted_account.hq.call_control_plane("GET", "/requests")
    assert [row["body"] for row in rows if row["method"] == "PATCH"] == [{"city": "Portland"}]
    assert {row["method"] for row in rows} == {"POST", "PATCH"}  # the POST is for the token
