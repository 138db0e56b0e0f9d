"""An account that exists, exported, imported and previewed: nothing changes, nobody is asked."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bim360_provider import emulator
from bim360_provider.cli.app import app
from bim360_provider.testing import LocalEngine
from tests.meta.source_files import ROOT
from tests.support.legacy_account import build_account, format_project_id

FEW = 60
EVERYTHING = "projects,business-units,companies,users,members"


@dataclass(frozen=True)
class ExportProject:
    """A Pulumi project, and the account that it is to take over."""

    folder: Path
    hq: emulator.Emulator

    def export(self, *flags: str) -> Result:
        """Run the command, without a terminal."""
        out = str(self.folder / "stacks")
        words = ["export", "--stack", "existing", "--out", out, *flags]
        return CliRunner().invoke(app, words)

    def engine(self) -> LocalEngine:
        """Return the engine of the stack."""
        return LocalEngine(self.folder, stack="existing")

    def files(self) -> dict[str, bytes]:
        """Return what was written."""
        found = self.folder.glob("stacks/existing.*")
        return {path.name: path.read_bytes() for path in found}

    def import_file(self) -> Path:
        """Return the import file's place."""
        return self.folder / "stacks" / "existing.import.json"

    def requests(self) -> list[str]:
        """Return the methods of all requests since the last time, those for a token left out."""
        rows = self.hq.call_control_plane("GET", "/requests")
        self.hq.call_control_plane("DELETE", "/requests")
        return [row["method"] for row in rows if not row["path"].startswith("/authentication/")]


@pytest.fixture
def export_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExportProject]:
    """Return a firm with a few projects in its account, and an empty Pulumi project."""
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


def european(seed: dict[str, Any]) -> dict[str, Any]:
    """Return a seed whose account is in Europe."""
    return {**seed, "accounts": [{**seed["accounts"][0], "region": "EMEA"}]}


def crowd() -> dict[str, Any]:
    """Return a seed of two projects, whose teams have access that no stack can declare."""
    seed = build_account(0)
    users = [{"email": f"m{number}@example.com", "status": "active"} for number in range(3)]
    web = [{"email": users[number]["email"], "modules": ["cost"]} for number in (0, 1)]
    declarable = {"email": "m2@example.com", "services": {"document_management": "user"}}
    projects = [
        {"name": "Alone", "id": format_project_id(1), "users": web[:1]},
        {"name": "Mixed", "id": format_project_id(2), "users": [web[1], declarable]},
    ]
    return {**seed, "accounts": [{**seed["accounts"][0], "users": users, "projects": projects}]}


def rows_of(export_project: ExportProject) -> list[dict[str, Any]]:
    """Return the rows of the import file."""
    rows: list[dict[str, Any]] = json.loads(export_project.import_file().read_text("utf-8"))[
        "resources"
    ]
    return rows


def test_after_the_import_there_is_nothing_to_change(export_project: ExportProject) -> None:
    """Odd names, Unicode, nulls, twins: neither preview nor up asks HQ for anything."""
    export_project.hq.call_control_plane("POST", "/seed", build_account())
    exported = export_project.export()
    asked = export_project.requests()

    imported = export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview()
    up = export_project.engine().up()

    assert exported.exit_code == 0, exported.output
    assert asked == ["GET"] * 5
    assert imported.errors == preview.errors == up.errors == ()
    assert [message.text for message in imported.messages] == []
    assert imported.changes == {"create": 1, "import": 271}
    assert preview.changes == up.changes == {"same": 272}
    assert export_project.requests() == []


def test_a_whole_account_is_taken_over_without_a_change(
    export_project: ExportProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies, people and teams too: one list each, and one more for each project's members."""
    export_project.hq.call_control_plane("POST", "/seed", build_account())
    monkeypatch.setenv("BIM360_ACTING_USER", "anna.halvorsen@example.com")
    exported = export_project.export("--include", EVERYTHING)
    asked = export_project.requests()

    imported = export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview()
    without_asking = export_project.requests()
    refreshed = export_project.engine().preview(refresh=True)

    assert exported.exit_code == 0, exported.output
    assert asked == ["GET"] * (5 + 1 + 1 + 270)
    assert imported.errors == preview.errors == refreshed.errors == ()
    assert [message.text for message in imported.messages] == []
    assert imported.changes == {"create": 1, "import": 401}
    assert preview.changes == refreshed.changes == {"same": 402}
    assert without_asking == []
    assert set(export_project.requests()) == {"GET"}


def test_members_who_cannot_be_declared_are_told_about(
    export_project: ExportProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the team, and above the project where nobody is left to make a team of."""
    monkeypatch.setenv("BIM360_ACTING_USER", "anna.halvorsen@example.com")
    export_project.hq.call_control_plane("POST", "/seed", crowd())

    done = export_project.export("--include", "members")
    program = export_project.files()["existing.py"].decode()

    said = "is left alone: document_management is missing, and so is project_administration"
    above_alone, _, mixed = program.partition("Bim360Project(")
    above_team, _, team = mixed.partition("Bim360Team(")
    assert done.exit_code == 0, done.output
    assert f"# 'm0@example.com' {said}" in above_alone
    assert f"# 'm1@example.com' {said}" in above_team
    assert "m2@example.com" in team
    assert "Bim360Team(" not in team


def test_members_need_somebody_on_whose_behalf(export_project: ExportProject) -> None:
    """The stack would be refused later; it is told before anything is asked."""
    done = export_project.export("--include", EVERYTHING)

    assert done.exit_code == 2
    assert "set BIM360_ACTING_USER" in done.output
    assert export_project.requests() == []


def test_a_refresh_after_the_import_finds_nothing_changed(export_project: ExportProject) -> None:
    """The state is what a create would have left, so a refresh finds what it knows."""
    export_project.export("--name", "*tower*", "--name", "in a*")
    export_project.requests()

    export_project.engine().import_from(export_project.import_file())
    refreshed = export_project.engine().refresh()
    preview = export_project.engine().preview(refresh=True)

    assert refreshed.errors == preview.errors == ()
    assert refreshed.changes == preview.changes == {"same": 10}
    assert set(export_project.requests()) == {"GET"}


def test_a_second_export_is_the_same_to_the_byte(export_project: ExportProject) -> None:
    """Also when somebody signed in, or touched a project and put it back: git shows no change."""
    export_project.export()
    before = export_project.files()
    for place in (31, 16):
        where = f"/projects/{format_project_id(place)}"
        export_project.hq.call_control_plane("PATCH", where, {"city": "Oslo"})
        export_project.hq.call_control_plane("PATCH", where, {"city": "Seattle"})

    again = export_project.export()

    assert "Both files are up to date" in again.output
    assert export_project.files() == before


def test_a_project_that_was_renamed_is_a_change_of_its_name_alone(
    export_project: ExportProject,
) -> None:
    """Its resource name stays, because another one would be another project to Pulumi."""
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


def test_services_cost_a_request_for_each_project_and_change_nothing_either(
    export_project: ExportProject,
) -> None:
    """HQ tells services nobody asked for; they are not declared."""
    exported = export_project.export(
        "--name", "Services", "--service-types", "--include", "projects"
    )
    asked = export_project.requests()

    export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview(refresh=True)

    assert exported.exit_code == 0, exported.output
    assert asked == ["GET"] * 2
    assert rows_of(export_project)[0]["inputs"]["service_types"] == ["doc_manager", "pm"]
    assert preview.errors == ()
    assert preview.changes == {"same": 2}


def test_a_program_of_another_layout_imports_the_file(export_project: ExportProject) -> None:
    """It declares, and does nothing else."""
    export_project.export("--name", "School 28", "--include", "projects")
    program = "import existing\nfrom bim360_provider import Bim360Project\n"
    (export_project.folder / "stacks" / "__main__.py").write_text(program)
    export_project.engine().import_from(export_project.import_file())
    export_project.requests()

    preview = export_project.engine().preview()

    assert preview.errors == ()
    assert preview.changes == {"same": 2}
    assert export_project.requests() == []


def test_another_region_is_kept_too(
    export_project: ExportProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack of another region would replace everything, so it shows in the first preview."""
    export_project.hq.call_control_plane("POST", "/seed", european(build_account(FEW)))
    monkeypatch.setenv("BIM360_REGION", "EMEA")
    export_project.export("--name", "School 28", "--include", "projects")

    export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview(refresh=True)
    monkeypatch.setenv("BIM360_REGION", "US")
    moved = export_project.engine().preview()

    assert "in region EMEA has" in export_project.files()["existing.py"].decode()
    assert preview.errors == ()
    assert preview.changes == {"same": 2}
    assert "'region'" in repr([step.replaces for step in moved.steps])


def test_archived_projects_are_declared_archived(export_project: ExportProject) -> None:
    """Their twins keep their names, and nobody is brought back."""
    export_project.export("--name", "tower a", "--name", "handed over", "--status", "archived")

    export_project.engine().import_from(export_project.import_file())
    preview = export_project.engine().preview(refresh=True)

    assert {row["inputs"].get("status") for row in rows_of(export_project)[1:]} == {"archived"}
    assert preview.errors == ()
    assert set(preview.changes) == {"same"}


def test_json_tells_what_was_written(export_project: ExportProject) -> None:
    """For pipelines."""
    done = export_project.export("--json")

    told = json.loads(done.stdout)
    assert told["declared"] == {"Bim360BusinessUnits": 1, "Bim360Project": 54}
    assert told["skippedProjects"] == 6
    assert told["requests"] == 2
    assert len(told["written"]) == 2


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--name", "nobody"), "60 projects skipped by your filters"),
        (
            ("--status", "gone"),
            "--status must be a comma-separated list of active, pending, inactive, archived",
        ),
        (("--include", ""), "--include must be a comma-separated list of projects"),
    ],
)
def test_where_nothing_is_found_nothing_is_written(
    export_project: ExportProject, flags: tuple[str, ...], words: str
) -> None:
    """One line that says why, and exit code 2."""
    done = export_project.export(*flags)

    assert done.exit_code == 2
    assert words in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert export_project.files() == {}


def test_a_thousand_projects_take_eleven_lists(export_project: ExportProject) -> None:
    """A hundred to a page, and one more to know that there are no others."""
    export_project.hq.call_control_plane("POST", "/seed", build_account(1000))
    export_project.requests()

    done = export_project.export("--include", "projects")

    assert done.exit_code == 0, done.output
    assert export_project.requests() == ["GET"] * 11


def test_an_import_of_what_is_there_changes_nothing(export_project: ExportProject) -> None:
    """And of another thing under a name that is taken, neither."""
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
    assert "'school-30' is in the state already, with the id" in other.errors[0]
