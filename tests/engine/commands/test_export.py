"""Export an account, import it and preview it: no changes and no requests."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bim360_provider import emulator
from bim360_provider.cli.app import create_app
from bim360_provider.testing import LocalEngine
from tests.meta.source_files import ROOT
from tests.support.legacy_account import build_account, format_project_id

FEW = 60
EVERYTHING = "projects,business-units,companies,users,members"


@dataclass(frozen=True)
class ExportProject:
    """A Pulumi project and the account to adopt."""

    folder: Path
    hq: emulator.Emulator

    def export(self, *flags: str) -> Result:
        """Run the command, without a terminal."""
        out = str(self.folder / "stacks")
        arguments = ["export", "--stack", "existing", "--out", out, *flags]
        return CliRunner().invoke(create_app(), arguments)

    def engine(self) -> LocalEngine:
        """Return the engine of the stack."""
        return LocalEngine(self.folder, stack="existing")

    def files(self) -> dict[str, bytes]:
        """Return the contents of the exported files by name."""
        paths = self.folder.glob("stacks/existing.*")
        return {path.name: path.read_bytes() for path in paths}

    def import_file(self) -> Path:
        """Return the path of the import file."""
        return self.folder / "stacks" / "existing.import.json"

    def requests(self) -> list[str]:
        """Return the methods of new requests, without those for a token."""
        rows = self.hq.call_control_plane("GET", "/requests")
        self.hq.call_control_plane("DELETE", "/requests")
        return [row["method"] for row in rows if not row["path"].startswith("/authentication/")]


@pytest.fixture
def export_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExportProject]:
    """Yield an empty Pulumi project and an account with a few projects."""
    (tmp_path / "Pulumi.yaml").write_text("name: firm\nruntime: python\nmain: stacks\n")
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "stacks" / "__main__.py", tmp_path / "stacks")
    with emulator.serve(emulator.Emulator(emulator.parse_seed(build_account(FEW)))) as running:
        for name, value in {
            "APS_CLIENT_ID": emulator.CLIENT_ID,
            "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
            "BIM360_BASE_URL": running.url,
            "BIM360_REQUESTS_PER_MINUTE": "0",
        }.items():
            monkeypatch.setenv(name, value)
        yield ExportProject(tmp_path, running.emulator)


def move_to_emea(seed: dict[str, Any]) -> dict[str, Any]:
    """Return a seed whose account is in Europe."""
    return {**seed, "accounts": [{**seed["accounts"][0], "region": "EMEA"}]}


def build_members_seed() -> dict[str, Any]:
    """Return a seed with two projects whose members have access that a stack cannot declare."""
    seed = build_account(0)
    users = [{"email": f"m{number}@example.com", "status": "active"} for number in range(3)]
    web_members = [{"email": users[number]["email"], "modules": ["cost"]} for number in (0, 1)]
    declarable = {"email": "m2@example.com", "services": {"document_management": "user"}}
    projects = [
        {"name": "Alone", "id": format_project_id(1), "users": web_members[:1]},
        {"name": "Mixed", "id": format_project_id(2), "users": [web_members[1], declarable]},
    ]
    return {**seed, "accounts": [{**seed["accounts"][0], "users": users, "projects": projects}]}


def read_rows(export_project: ExportProject) -> list[dict[str, Any]]:
    """Return the rows of the import file."""
    rows: list[dict[str, Any]] = json.loads(export_project.import_file().read_text("utf-8"))[
        "resources"
    ]
    return rows


def test_a_preview_after_the_import_finds_no_changes(export_project: ExportProject) -> None:
    """Neither preview nor up sends a request, despite odd and equal names, Unicode and nulls."""
    exported = export_project.export()
    export_requests = export_project.requests()

    imported = export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview()
    up = export_project.engine().up()

    assert exported.exit_code == 0, exported.output
    assert export_requests == ["GET"] * 3
    assert imported.errors == preview.errors == up.errors == ()
    assert [message.text for message in imported.messages] == []
    assert imported.changes == {"create": 1, "import": 55}
    assert preview.changes == up.changes == {"same": 56}
    assert export_project.requests() == []


def test_an_import_adopts_a_complete_account_without_changes(
    export_project: ExportProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Including companies, users and teams: one list each, and one for each project's members."""
    export_project.hq.call_control_plane("POST", "/seed", build_account())
    monkeypatch.setenv("BIM360_ACTING_USER", "anna.halvorsen@example.com")
    exported = export_project.export("--include", EVERYTHING)
    export_requests = export_project.requests()

    imported = export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview()
    preview_requests = export_project.requests()
    refreshed = export_project.engine().preview(refresh=True)

    assert exported.exit_code == 0, exported.output
    assert export_requests == ["GET"] * (5 + 1 + 1 + 1 + 270)
    assert imported.errors == preview.errors == refreshed.errors == ()
    assert [message.text for message in imported.messages] == []
    assert imported.changes == {"create": 1, "import": 401}
    assert preview.changes == refreshed.changes == {"same": 402}
    assert preview_requests == []
    assert set(export_project.requests()) == {"GET"}


def test_the_export_reports_members_that_cannot_be_declared(
    export_project: ExportProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the team, or above the project if it has no team."""
    monkeypatch.setenv("BIM360_ACTING_USER", "anna.halvorsen@example.com")
    export_project.hq.call_control_plane("POST", "/seed", build_members_seed())

    done = export_project.export("--include", "members")
    program = export_project.files()["existing.py"].decode()

    reason = "is left as it is: document_management is missing, and so is project_administration"
    before_first, _, mixed = program.partition("Bim360Project(")
    before_team, _, team = mixed.partition("Bim360Team(")
    assert done.exit_code == 0, done.output
    assert f"# 'm0@example.com' {reason}" in before_first
    assert f"# 'm1@example.com' {reason}" in before_team
    assert "m2@example.com" in team
    assert "Bim360Team(" not in team


def test_an_export_of_members_requires_an_acting_user(export_project: ExportProject) -> None:
    """The export fails before the first request."""
    done = export_project.export("--include", EVERYTHING)

    assert done.exit_code == 2
    assert "set BIM360_ACTING_USER" in done.output
    assert export_project.requests() == []


def test_a_refresh_after_the_import_finds_nothing_changed(export_project: ExportProject) -> None:
    """The imported state equals the state after a create."""
    export_project.export("--name", "*tower*", "--name", "in a*")
    export_project.requests()

    export_project.engine().import_from(export_project.import_file())
    refreshed = export_project.engine().refresh()
    preview = export_project.engine().preview(refresh=True)

    assert refreshed.errors == preview.errors == ()
    assert refreshed.changes == preview.changes == {"same": 10}
    assert set(export_project.requests()) == {"GET"}


def test_a_second_export_writes_the_same_bytes(export_project: ExportProject) -> None:
    """Even after sign-ins and reverted changes, so that git shows no change."""
    export_project.export()
    before = export_project.files()
    for number in (31, 16):
        path = f"/projects/{format_project_id(number)}"
        export_project.hq.call_control_plane("PATCH", path, {"city": "Oslo"})
        export_project.hq.call_control_plane("PATCH", path, {"city": "Seattle"})

    again = export_project.export()

    assert "Both files are up to date" in again.output
    assert export_project.files() == before


def test_a_second_export_changes_only_the_name_of_a_renamed_project(
    export_project: ExportProject,
) -> None:
    """Its resource name stays: Pulumi would treat another name as another project."""
    export_project.export()
    before = export_project.files()["existing.py"].decode().splitlines()
    export_project.hq.call_control_plane(
        "PATCH", f"/projects/{format_project_id(30)}", {"name": "Höhere Schule"}
    )

    export_project.export()

    after = export_project.files()["existing.py"].decode().splitlines()
    changed = set(after) ^ set(before)
    assert {line for line in changed if "seal" not in line} == {
        '    name="School 30",',
        '    name="Höhere Schule",',
    }


def test_an_export_of_service_types_reads_each_project(
    export_project: ExportProject,
) -> None:
    """HQ also returns implicit services, which are not declared."""
    exported = export_project.export(
        "--name", "Services", "--service-types", "--include", "projects"
    )
    export_requests = export_project.requests()

    export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview(refresh=True)

    assert exported.exit_code == 0, exported.output
    assert export_requests == ["GET"] * 3
    assert read_rows(export_project)[0]["inputs"]["service_types"] == ["doc_manager", "pm"]
    assert preview.errors == ()
    assert preview.changes == {"same": 2}


def test_a_program_with_another_layout_imports_the_file(export_project: ExportProject) -> None:
    """The import only declares resources."""
    export_project.export("--name", "School 28", "--include", "projects")
    program = "import existing\nfrom bim360_provider import Bim360Project\n"
    (export_project.folder / "stacks" / "__main__.py").write_text(program)
    export_project.engine().import_from(export_project.import_file())
    export_project.requests()

    preview = export_project.engine().preview()

    assert preview.errors == ()
    assert preview.changes == {"same": 2}
    assert export_project.requests() == []


def test_an_export_keeps_the_region(
    export_project: ExportProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack in another region would replace all resources; the first preview shows it."""
    export_project.hq.call_control_plane("POST", "/seed", move_to_emea(build_account(FEW)))
    monkeypatch.setenv("BIM360_REGION", "EMEA")
    export_project.export("--name", "School 28", "--include", "projects")

    export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview(refresh=True)
    monkeypatch.setenv("BIM360_REGION", "US")
    moved_preview = export_project.engine().preview()

    assert "in region EMEA has" in export_project.files()["existing.py"].decode()
    assert preview.errors == ()
    assert preview.changes == {"same": 2}
    assert "'region'" in repr([step.replaces for step in moved_preview.steps])


def test_archived_projects_are_declared_archived(export_project: ExportProject) -> None:
    """Active projects with the same name keep it, and no project is reactivated."""
    export_project.export("--name", "tower a", "--name", "handed over", "--status", "archived")

    export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview(refresh=True)

    assert {row["inputs"].get("status") for row in read_rows(export_project)[1:]} == {"archived"}
    assert preview.errors == ()
    assert set(preview.changes) == {"same"}


def test_the_json_output_lists_the_written_files(export_project: ExportProject) -> None:
    """Pipelines read it."""
    done = export_project.export("--json")

    document = json.loads(done.stdout)
    assert document["declared"] == {"Bim360BusinessUnits": 1, "Bim360Project": 54}
    assert document["skippedProjects"] == 6
    assert document["requests"] == 3
    assert len(document["written"]) == 2


@pytest.mark.parametrize("option", ["hide", "serve"])
def test_acc_projects_are_listed_and_skipped(export_project: ExportProject, option: str) -> None:
    """Whether HQ's list has them is not documented."""
    for number in (28, 30):
        path = f"/projects/{format_project_id(number)}"
        export_project.hq.call_control_plane("PATCH", path, {"platform": "acc"})
    export_project.hq.call_control_plane("PATCH", "/options", {"acc_projects_in_hq": option})

    document = json.loads(export_project.export("--json").stdout)
    text = export_project.export().output

    assert document["declared"]["Bim360Project"] == 52
    assert [row["platform"] for row in document["accProjects"]] == ["acc", "acc"]
    assert document["skippedProjects"] == 6
    note = "2 ACC projects skipped, which HQ cannot change: 'School 28' (acc), 'School 30' (acc)\n"
    assert note in text


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--name", "unknown"), "60 projects skipped by your filters"),
        (
            ("--status", "deleted"),
            "--status must be a comma-separated list of active, pending, inactive, archived",
        ),
        (("--include", ""), "--include must be a comma-separated list of projects"),
    ],
)
def test_an_export_without_matches_writes_no_files(
    export_project: ExportProject, flags: tuple[str, ...], message: str
) -> None:
    """A one-line error and exit code 2."""
    done = export_project.export(*flags)

    assert done.exit_code == 2
    assert message in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert export_project.files() == {}


def test_an_export_of_1000_projects_sends_12_requests(export_project: ExportProject) -> None:
    """A page has 100 projects, an empty page ends the list, and one page has the ACC projects."""
    export_project.hq.call_control_plane("POST", "/seed", build_account(1000))
    export_project.requests()

    done = export_project.export("--include", "projects")

    assert done.exit_code == 0, done.output
    assert export_project.requests() == ["GET"] * 12


def test_a_second_import_changes_nothing(export_project: ExportProject) -> None:
    """An import of another project under a used name fails."""
    export_project.export("--name", "School 3*", "--include", "projects")
    export_project.engine().import_from(export_project.import_file())
    again = export_project.engine().import_from(export_project.import_file())
    text = (
        export_project.import_file()
        .read_text("utf-8")
        .replace(format_project_id(30), format_project_id(31))
    )
    export_project.import_file().write_text(text, "utf-8")

    other = export_project.engine().import_from(export_project.import_file())

    assert set(again.changes) == {"same"}
    assert len(other.errors) == 1
    assert "'school-30' is already in the state, with the id" in other.errors[0]
