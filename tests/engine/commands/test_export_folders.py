"""Export the folders of projects, import them and preview them: no changes."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from bim360_provider import emulator
from bim360_provider.cli.app import create_app
from bim360_provider.testing import LocalEngine
from tests.meta.source_files import ROOT
from tests.support.hq import route_label

VIEW: Final = ("VIEW", "COLLABORATE")
EDIT: Final = (*VIEW, "DOWNLOAD", "PUBLISH", "EDIT")

COMPANY_ID: Final = "c17e6837-0000-4000-8000-0000000000c1"


def permit(*actions: str, **subject: str) -> dict[str, Any]:
    """Return the permissions of a subject in the form of a seed."""
    return {**subject, "actions": [*actions]}


STANDARD: Final = {
    "name": "Standard project",
    "folders": [
        {
            "name": "Project Files",
            "permissions": [permit(*VIEW, role="Architect")],
            "folders": [
                {
                    "name": "01 WIP",
                    "permissions": [
                        permit(*EDIT, role="Architect"),
                        permit(*VIEW, company_id=COMPANY_ID),
                        permit(*VIEW, email="ada@example.com"),
                    ],
                    "folders": [{"name": "Models"}, {"name": "Ærø & Sons"}],
                },
                {"name": "02 Shared"},
                {"name": "Deleted", "hidden": True},
            ],
        }
    ],
}

DEPOT: Final = {
    "name": "Depot",
    "folders": [
        {
            "name": "Project Files",
            "permissions": [permit(*VIEW, role="Architect")],
            "folders": [
                {
                    "name": "01 wip",
                    "permissions": [
                        permit(*VIEW, role="Architect"),
                        permit("VIEW", "DOWNLOAD", role="IT"),
                        permit(*VIEW, email="ada@example.com"),
                    ],
                    "folders": [{"name": "Models"}, {"name": "Ærø & Sons"}],
                },
                {"name": "Photos", "folders": [{"name": "Drone"}]},
            ],
        }
    ],
}

SEED: Final[dict[str, Any]] = {
    "accounts": [
        {
            "id": emulator.ACCOUNT_ID,
            "name": "Halvorsen",
            "region": "US",
            "companies": [{"id": COMPANY_ID, "name": "Volt & Sons", "trade": "Electrical"}],
            "users": [{"email": "ada@example.com", "status": "active"}],
            "projects": [
                {**project, "users": [{"email": "ada@example.com"}]}
                for project in (STANDARD, DEPOT)
            ]
            + [{"name": "Handed over", "status": "archived"}, {"name": "New", "status": "pending"}],
        }
    ],
    "clients": [
        {
            "client_id": emulator.CLIENT_ID,
            "client_secret": emulator.CLIENT_SECRET,
            "accounts": [emulator.ACCOUNT_ID],
        }
    ],
}


class Account:
    """A Pulumi project, and the account to export."""

    def __init__(self, folder: Path, hq: emulator.Emulator) -> None:
        self.folder = folder
        self.hq = hq

    def export(self, *flags: str) -> Result:
        """Export projects and folders."""
        out = ["--out", str(self.folder / "stacks"), "--include", "projects,folders"]
        return CliRunner().invoke(create_app(), ["export", "--stack", "existing", *out, *flags])

    def engine(self) -> LocalEngine:
        """Return the engine of the stack."""
        return LocalEngine(self.folder, stack="existing")

    def count_requests(self) -> dict[str, int]:
        """Return the number of new requests by label."""
        rows = self.hq.call_control_plane("GET", "/requests")
        self.hq.call_control_plane("DELETE", "/requests")
        labels = (route_label(row["method"], row["path"]) for row in rows)
        return dict(Counter(each for each in labels if "token" not in each))


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Yield an empty Pulumi project and an account with two folder structures."""
    (tmp_path / "Pulumi.yaml").write_text("name: firm\nruntime: python\nmain: stacks\n")
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "stacks" / "__main__.py", tmp_path / "stacks")
    with emulator.serve(emulator.Emulator(emulator.parse_seed(SEED))) as running:
        for name, value in {
            "APS_CLIENT_ID": emulator.CLIENT_ID,
            "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
            "BIM360_BASE_URL": running.url,
            "BIM360_REQUESTS_PER_MINUTE": "0",
        }.items():
            monkeypatch.setenv(name, value)
        yield Account(tmp_path, running.emulator)


def read_trees(account: Account) -> str:
    """Return the exported program."""
    return (account.folder / "stacks" / "existing.py").read_text("utf-8")


def test_a_preview_after_the_import_of_folders_finds_no_changes(account: Account) -> None:
    """Two requests for each visible folder; archived and pending projects do not show theirs."""
    exported = account.export()
    export_requests = account.count_requests()

    imported = account.engine().import_from(account.folder / "stacks" / "existing.import.json")
    preview = account.engine().preview()
    preview_requests = account.count_requests()
    refreshed = account.engine().preview(refresh=True)
    up = account.engine().up()

    assert exported.exit_code == 0, exported.output
    assert "3 Bim360Project, 2 Bim360ProjectFolderTree" in exported.output
    assert export_requests == {
        "GET projects": 1,
        "GET projects of any platform": 1,
        "GET platform": 2,
        "GET top folders": 2,
        "GET permissions": 13,
        "GET contents": 13,
    }
    assert imported.errors == preview.errors == refreshed.errors == up.errors == ()
    assert imported.changes == {"create": 1, "import": 18}
    assert preview.changes == refreshed.changes == up.changes == {"same": 19}
    assert preview_requests == {}


def test_the_program_has_one_tree_for_each_project(account: Account) -> None:
    """Without hidden folders, and with the subjects by name."""
    account.export("--name", "Standard*")

    assert (
        read_trees(account).partition("    folders=")[2]
        == """{
        "Project Files": {
            "roles": {"Architect": "view"},
            "folders": {
                "01 WIP": {
                    "roles": {"Architect": "edit"},
                    "companies": {"Volt & Sons": "view"},
                    "users": {"ada@example.com": "view"},
                    "folders": {"Models": {}, "Ærø & Sons": {}},
                },
                "02 Shared": {},
            },
        },
    },
)
"""
    )


def test_the_export_reports_actions_that_are_not_a_level(account: Account) -> None:
    exported = account.export()

    reason = "is left as it is: DOWNLOAD+VIEW is not a level"
    assert f"depot: role 'IT' of folder 'Project Files/01 wip' {reason}" in exported.output
    assert "IT" not in read_trees(account)


def test_an_export_shows_how_a_project_differs_from_another_one(account: Account) -> None:
    """Case does not matter, and a folder stands for those in it."""
    text = account.export("--like", "Standard project").output
    document = json.loads(account.export("--like", "Standard project", "--json").stdout)

    lines = [
        "Project Files/01 wip: company Volt & Sons has none instead of view",
        "Project Files/01 wip: role Architect has view instead of edit",
        "Project Files/01 wip: role IT has DOWNLOAD+VIEW instead of none",
        "Project Files/02 Shared: missing",
        "Project Files/Photos: additional",
    ]
    assert document["deviations"] == {"depot": lines}
    assert "\n  ".join(["Folders of depot: 5 differences", *lines]) in text


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--like", "Tower"), "the export has no active project of this name"),
        (("--like", "New"), "the export has no active project of this name"),
        (("--include", "projects", "--like", "Depot"), "--like compares folders; add them"),
    ],
)
def test_a_comparison_needs_a_project_with_exported_folders(
    account: Account, flags: tuple[str, ...], message: str
) -> None:
    exported = account.export(*flags)

    assert exported.exit_code == 2
    assert message in exported.output
    assert not (account.folder / "stacks" / "existing.py").exists()


def test_an_export_without_access_to_folders_is_an_error(account: Account) -> None:
    clients = [{**SEED["clients"][0], "document_management": False}]
    account.hq.call_control_plane("POST", "/seed", {**SEED, "clients": clients})

    exported = account.export()

    assert exported.exit_code == 2
    assert "could not read the platform of project" in exported.output
