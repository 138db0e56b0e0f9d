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
from tests.support.legacy_account import account, project_id

FEW = 60
EVERYTHING = "projects,business-units,companies,users,members"


@dataclass(frozen=True)
class Firm:
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
        rows = self.hq.ask("GET", "/requests")
        self.hq.ask("DELETE", "/requests")
        return [row["method"] for row in rows if not row["path"].startswith("/authentication/")]


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Firm]:
    """Return a firm with a few projects in its account, and an empty Pulumi project."""
    (tmp_path / "Pulumi.yaml").write_text("name: firm\nruntime: python\nmain: stacks\n")
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "stacks" / "__main__.py", tmp_path / "stacks")
    with emulator.serve(emulator.Emulator(emulator.parse_seed(account(FEW)))) as running:
        for name, value in {
            "APS_CLIENT_ID": emulator.CLIENT_ID,
            "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
            "BIM360_BASE_URL": running.url,
            "BIM360_REQUESTS_PER_MINUTE": "0",
        }.items():
            monkeypatch.setenv(name, value)
        yield Firm(tmp_path, running.emulator)


def european(seed: dict[str, Any]) -> dict[str, Any]:
    """Return a seed whose account is in Europe."""
    return {**seed, "accounts": [{**seed["accounts"][0], "region": "EMEA"}]}


def crowd() -> dict[str, Any]:
    """Return a seed of two projects, whose teams have access that no stack can declare."""
    seed = account(0)
    users = [{"email": f"m{number}@example.com", "status": "active"} for number in range(3)]
    web = [{"email": users[number]["email"], "modules": ["cost"]} for number in (0, 1)]
    declarable = {"email": "m2@example.com", "services": {"document_management": "user"}}
    projects = [
        {"name": "Alone", "id": project_id(1), "users": web[:1]},
        {"name": "Mixed", "id": project_id(2), "users": [web[1], declarable]},
    ]
    return {**seed, "accounts": [{**seed["accounts"][0], "users": users, "projects": projects}]}


def rows_of(firm: Firm) -> list[dict[str, Any]]:
    """Return the rows of the import file."""
    rows: list[dict[str, Any]] = json.loads(firm.import_file().read_text("utf-8"))["resources"]
    return rows


def test_after_the_import_there_is_nothing_to_change(firm: Firm) -> None:
    """Odd names, Unicode, nulls, twins: neither preview nor up asks HQ for anything."""
    firm.hq.ask("POST", "/seed", account())
    exported = firm.export()
    asked = firm.requests()

    imported = firm.engine().import_from(firm.import_file())
    preview = firm.engine().preview()
    up = firm.engine().up()

    assert exported.exit_code == 0, exported.output
    assert asked == ["GET"] * 5
    assert imported.errors == preview.errors == up.errors == ()
    assert [message.text for message in imported.messages] == []
    assert imported.changes == {"create": 1, "import": 271}
    assert preview.changes == up.changes == {"same": 272}
    assert firm.requests() == []


def test_a_whole_account_is_taken_over_without_a_change(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies, people and teams too: one list each, and one more for each project's members."""
    firm.hq.ask("POST", "/seed", account())
    monkeypatch.setenv("BIM360_ACTING_USER", "anna.halvorsen@example.com")
    exported = firm.export("--include", EVERYTHING)
    asked = firm.requests()

    imported = firm.engine().import_from(firm.import_file())
    preview = firm.engine().preview()
    without_asking = firm.requests()
    refreshed = firm.engine().preview(refresh=True)

    assert exported.exit_code == 0, exported.output
    assert asked == ["GET"] * (5 + 1 + 1 + 270)
    assert imported.errors == preview.errors == refreshed.errors == ()
    assert [message.text for message in imported.messages] == []
    assert imported.changes == {"create": 1, "import": 401}
    assert preview.changes == refreshed.changes == {"same": 402}
    assert without_asking == []
    assert set(firm.requests()) == {"GET"}


def test_members_who_cannot_be_declared_are_told_about(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the team, and above the project where nobody is left to make a team of."""
    monkeypatch.setenv("BIM360_ACTING_USER", "anna.halvorsen@example.com")
    firm.hq.ask("POST", "/seed", crowd())

    done = firm.export("--include", "members")
    program = firm.files()["existing.py"].decode()

    said = "is left alone: document_management is missing, and so is project_administration"
    above_alone, _, mixed = program.partition("Bim360Project(")
    above_team, _, team = mixed.partition("Bim360Team(")
    assert done.exit_code == 0, done.output
    assert f"# 'm0@example.com' {said}" in above_alone
    assert f"# 'm1@example.com' {said}" in above_team
    assert "m2@example.com" in team
    assert "Bim360Team(" not in team


def test_members_need_somebody_on_whose_behalf(firm: Firm) -> None:
    """The stack would be refused later; it is told before anything is asked."""
    done = firm.export("--include", EVERYTHING)

    assert done.exit_code == 2
    assert "set BIM360_ACTING_USER" in done.output
    assert firm.requests() == []


def test_a_refresh_after_the_import_finds_nothing_changed(firm: Firm) -> None:
    """The state is what a create would have left, so a refresh finds what it knows."""
    firm.export("--name", "*tower*", "--name", "in a*")
    firm.requests()

    firm.engine().import_from(firm.import_file())
    refreshed = firm.engine().refresh()
    preview = firm.engine().preview(refresh=True)

    assert refreshed.errors == preview.errors == ()
    assert refreshed.changes == preview.changes == {"same": 10}
    assert set(firm.requests()) == {"GET"}


def test_a_second_export_is_the_same_to_the_byte(firm: Firm) -> None:
    """Also when somebody signed in, or touched a project and put it back: git shows no change."""
    firm.export()
    before = firm.files()
    for place in (31, 16):
        where = f"/projects/{project_id(place)}"
        firm.hq.ask("PATCH", where, {"city": "Oslo"})
        firm.hq.ask("PATCH", where, {"city": "Seattle"})

    again = firm.export()

    assert "Both files are as they were" in again.output
    assert firm.files() == before


def test_a_project_that_was_renamed_is_a_change_of_its_name_alone(firm: Firm) -> None:
    """Its resource name stays, because another one would be another project to Pulumi."""
    firm.export()
    before = firm.files()["existing.py"].decode().splitlines()
    firm.hq.ask("PATCH", f"/projects/{project_id(30)}", {"name": "Höhere Schule"})

    firm.export()

    after = firm.files()["existing.py"].decode().splitlines()
    changed = set(after) ^ set(before)
    assert {line for line in changed if "seal" not in line} == {
        '    name="School 30",',
        '    name="Höhere Schule",',
    }


def test_services_cost_a_request_for_each_project_and_change_nothing_either(firm: Firm) -> None:
    """HQ tells services nobody asked for; they are not declared."""
    exported = firm.export("--name", "Services", "--service-types", "--include", "projects")
    asked = firm.requests()

    firm.engine().import_from(firm.import_file())
    preview = firm.engine().preview(refresh=True)

    assert exported.exit_code == 0, exported.output
    assert asked == ["GET"] * 2
    assert rows_of(firm)[0]["inputs"]["service_types"] == ["doc_manager", "pm"]
    assert preview.errors == ()
    assert preview.changes == {"same": 2}


def test_a_program_of_another_layout_imports_the_file(firm: Firm) -> None:
    """It declares, and does nothing else."""
    firm.export("--name", "School 28", "--include", "projects")
    program = "import existing\nfrom bim360_provider import Bim360Project\n"
    (firm.folder / "stacks" / "__main__.py").write_text(program)
    firm.engine().import_from(firm.import_file())
    firm.requests()

    preview = firm.engine().preview()

    assert preview.errors == ()
    assert preview.changes == {"same": 2}
    assert firm.requests() == []


def test_another_region_is_kept_too(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack of another region would replace everything, so it shows in the first preview."""
    firm.hq.ask("POST", "/seed", european(account(FEW)))
    monkeypatch.setenv("BIM360_REGION", "EMEA")
    firm.export("--name", "School 28", "--include", "projects")

    firm.engine().import_from(firm.import_file())
    preview = firm.engine().preview(refresh=True)
    monkeypatch.setenv("BIM360_REGION", "US")
    moved = firm.engine().preview()

    assert "in region EMEA has" in firm.files()["existing.py"].decode()
    assert preview.errors == ()
    assert preview.changes == {"same": 2}
    assert "'region'" in repr([step.replaces for step in moved.steps])


def test_archived_projects_are_declared_archived(firm: Firm) -> None:
    """Their twins keep their names, and nobody is brought back."""
    firm.export("--name", "tower a", "--name", "handed over", "--status", "archived")

    firm.engine().import_from(firm.import_file())
    preview = firm.engine().preview(refresh=True)

    assert {row["inputs"].get("status") for row in rows_of(firm)[1:]} == {"archived"}
    assert preview.errors == ()
    assert set(preview.changes) == {"same"}


def test_json_tells_what_was_written(firm: Firm) -> None:
    """For pipelines."""
    done = firm.export("--json")

    told = json.loads(done.stdout)
    assert told["declared"] == {"Bim360BusinessUnits": 1, "Bim360Project": 54}
    assert told["passedOver"] == 6
    assert told["requests"] == 2
    assert len(told["written"]) == 2


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--name", "nobody"), "60 projects have another status, name or day"),
        (("--status", "gone"), "--status takes words of active, pending, inactive, archived"),
        (("--include", ""), "--include takes words of projects"),
    ],
)
def test_where_nothing_is_found_nothing_is_written(
    firm: Firm, flags: tuple[str, ...], words: str
) -> None:
    """One line that says why, and exit code 2."""
    done = firm.export(*flags)

    assert done.exit_code == 2
    assert words in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert firm.files() == {}


def test_a_thousand_projects_take_eleven_lists(firm: Firm) -> None:
    """A hundred to a page, and one more to know that there are no others."""
    firm.hq.ask("POST", "/seed", account(1000))
    firm.requests()

    done = firm.export("--include", "projects")

    assert done.exit_code == 0, done.output
    assert firm.requests() == ["GET"] * 11


def test_an_import_of_what_is_there_changes_nothing(firm: Firm) -> None:
    """And of another thing under a name that is taken, neither."""
    firm.export("--name", "School 3*", "--include", "projects")
    firm.engine().import_from(firm.import_file())
    again = firm.engine().import_from(firm.import_file())
    text = firm.import_file().read_text("utf-8").replace(project_id(30), project_id(31))
    firm.import_file().write_text(text, "utf-8")

    other = firm.engine().import_from(firm.import_file())

    assert set(again.changes) == {"same"}
    assert len(other.errors) == 1
    assert "'school-30' is in the state already, with the id" in other.errors[0]
