"""Plans of every kind, printed by the Pulumi CLI or by the local engine.

``python -m tests.cli.record_plans`` records those of the CLI on ``PATH`` for the tests of reviews.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from typer.testing import CliRunner

from bim360_provider.emulator import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    EMEA_ACCOUNT_ID,
    Emulator,
    serve,
)
from bim360_provider.testing.cli import app

PLAN_FOLDER: Final = Path(__file__).parents[1] / "unit" / "review" / "plans"

EngineKind = Literal["cli", "local"]
Declaration = dict[str, dict[str, Any]]

PROGRAM: Final = """
import json, pathlib
import bim360_provider, pulumi

resources = {}

def value(of):
    if isinstance(of, str) and of.startswith("@"):
        name, _, attribute = of[1:].partition(".")
        return getattr(resources[name], attribute)
    if isinstance(of, str) and of.startswith("!"):
        return pulumi.Output.secret(of[1:])
    if isinstance(of, list):
        return [value(each) for each in of]
    if isinstance(of, dict):
        return {key: value(each) for key, each in of.items()}
    return of

for key, row in json.loads(pathlib.Path("declared.json").read_text()).items():
    kind, name, opts = row.pop("is"), row.pop("called", key), row.pop("opts", {})
    opts = {name: resources[of] if name == "provider" else of for name, of in opts.items()}
    of = getattr(bim360_provider, kind)
    resources[key] = of(name, **value(row), opts=pulumi.ResourceOptions(**opts))
"""


def build_project(name: str, **changes: Any) -> dict[str, Any]:
    """Return a declared project."""
    return {
        "is": "Bim360Project",
        "name": name,
        "start_date": "2027-03-01",
        "end_date": "2029-09-30",
        "project_type": "Office",
        "value": 184500000,
        "currency": "USD",
        **changes,
    }


FULL_DECLARATION: Final[Declaration] = {
    "europe": {
        "is": "Bim360Provider",
        "account_id": EMEA_ACCOUNT_ID,
        "region": "EMEA",
        "client_secret": f"!{CLIENT_SECRET}",
    },
    "builder": {"is": "Bim360Company", "name": "Cable & Sons", "trade": "Electrical"},
    "cy": {"is": "Bim360AccountUser", "email": "cy@example.com", "company_id": "@builder.id"},
    "bob": {"is": "Bim360AccountUser", "email": "bob@example.com"},
    "eve": {"is": "Bim360AccountUser", "email": "eve@example.com"},
    "units": {
        "is": "Bim360BusinessUnits",
        "units": {"North": {}, "North/West": {"description": "cold"}},
    },
    "tower": build_project(
        "Harbor Point Tower", service_types=["doc_manager", "pm"], city="Seattle", job_number="HC-1"
    ),
    "lab": build_project("Harbor Lab", job_number="!HC-1042"),
    "bridge": build_project("Øresund Cycle Bridge", currency="DKK", opts={"provider": "europe"}),
    "depot": build_project("Depot"),
    "garage": build_project("Riverside Garage", on_destroy="retain"),
    "tower-anna": {
        "is": "Bim360ProjectAdmin",
        "project_id": "@tower.id",
        "email": "ada@example.com",
        "service_type": "doc_manager",
        "company_id": "@builder.id",
    },
    "tower-eve": {
        "is": "Bim360ProjectMember",
        "project_id": "@tower-anna.project_id",
        "email": "@eve.email",
        "document_management": "admin",
        "on_destroy": "remove",
    },
    "team": {
        "is": "Bim360Team",
        "called": "tower",
        "project_id": "@tower-anna.project_id",
        "members": [
            {
                "email": "@cy.email",
                "company_id": "@builder.id",
                "industry_roles": ["Architect", "BIM Manager"],
                "document_management": "user",
            },
            {"email": "@bob.email", "document_management": "admin"},
        ],
    },
}


def build_declaration(*without: str, **changes: dict[str, Any]) -> Declaration:
    """Return the declaration, without some of it and with other arguments."""
    spec = deepcopy(FULL_DECLARATION)
    for key, arguments in changes.items():
        spec[key].update(arguments)
    return {key: row for key, row in spec.items() if key not in without}


def change_in_browser(hq: Emulator, named: str, /, **changes: Any) -> None:
    """Change a project as a user does in the browser."""
    state: Any = hq.call_control_plane("GET", "/state")
    projects = [each for account in state["accounts"] for each in account["projects"]]
    (found,) = [each["id"] for each in projects if each["name"] == named]
    hq.call_control_plane("PATCH", f"/projects/{found}", changes)


def cause_drift(hq: Emulator) -> None:
    """Rename and move one project, archive another one."""
    change_in_browser(hq, "Harbor Point Tower", city="Bergen", name="Harbor Tower")
    change_in_browser(hq, "Depot", status="archived")


CHANGED_DECLARATION: Final = build_declaration(
    tower={
        "city": "Tacoma",
        "end_date": "2030-01-31",
        "value": 191000000.5,
        "service_types": ["doc_manager", "cost"],
    },
    units={"units": {"North": {"description": "mild"}, "East": {}}},
    team={
        "members": [
            {
                "email": "@cy.email",
                "company_id": "@builder.id",
                "industry_roles": ["Architect"],
                "document_management": "admin",
            },
            {"email": "dee@example.com", "document_management": "user"},
        ]
    },
)


@dataclass(frozen=True)
class PlanCase:
    """One plan: what is declared, the changes by hand before, and the command."""

    name: str
    declaration: Declaration
    args: tuple[str, ...] = ("preview",)
    prepare: Callable[[Emulator], None] | None = None
    fails: bool = False


CHANGED_END_DATE: Final = build_declaration(tower={"end_date": "2030-01-31"})

PLAN_CASES: Final = (
    PlanCase("no_change", build_declaration()),
    PlanCase("change", CHANGED_DECLARATION),
    PlanCase(
        "secrets", build_declaration(lab={"job_number": "!HC-77"}, depot={"job_number": "!HC-78"})
    ),
    PlanCase(
        "archive",
        build_declaration("depot", "garage", "tower-eve", "team", lab={"status": "archived"}),
    ),
    PlanCase("replace", build_declaration(depot={"opts": {"provider": "europe"}, "city": "Oslo"})),
    PlanCase(
        "failed",
        build_declaration(tower={"currency": "EURO", "end_date": "2020-01-01"}),
        fails=True,
    ),
    PlanCase("drift_found", CHANGED_END_DATE, ("refresh", "--preview-only"), cause_drift),
    PlanCase("drift", CHANGED_END_DATE, ("preview", "--refresh")),
    PlanCase("drift_run_program", CHANGED_END_DATE, ("preview", "--refresh", "--run-program")),
)
"""In order; after the first plan, which creates everything, one `up` applies it."""


FOLDER_PROJECT_ID: Final = "b3f2c1d0-0000-4000-8000-0000000000f1"


def build_folder_declaration(folders: dict[str, Any], **levels: str) -> Declaration:
    """Return a tree of folders below Project Files, and the permissions of another top folder."""
    return {
        "standard": {
            "is": "Bim360ProjectFolderTree",
            "project_id": FOLDER_PROJECT_ID,
            "folders": {"Project Files": {"folders": folders}},
        },
        "plans": {
            "is": "Bim360FolderPermissions",
            "project_id": FOLDER_PROJECT_ID,
            "folder": "Plans",
            "roles": levels,
        },
    }


FOLDER_DECLARATION: Final = build_folder_declaration(
    {
        "01 WIP": {
            "roles": {"Architect": "edit", "Engineer": "view"},
            "folders": {"Models": {}, "Sketches": {"roles": {"Architect": "view"}}},
        },
        "02 Shared": {"roles": {"Architect": "view"}},
        "03 Published": {"roles": {"Architect": "view"}},
    },
    Architect="view",
)

CHANGED_FOLDER_DECLARATION: Final = build_folder_declaration(
    {
        "01 WIP": {"roles": {"Architect": "view_download"}},
        "Shared": {
            "was": "Project Files/02 Shared",
            "roles": {"Architect": "edit", "Engineer": "view"},
        },
        "03 Published": {"roles": {"Architect": "view"}},
        "04 Archive": {
            "roles": {"Architect": "view"},
            "folders": {"Models": {"was": "Project Files/01 WIP/Models"}},
        },
    },
    Architect="upload",
)
"""Levels changed and removed; a folder each renamed, moved into a new one, and removed."""


class RecordedStack:
    """A stack on one of the two engines, with its own HQ."""

    def __init__(self, folder: Path, kind: EngineKind, hq: Emulator, url: str) -> None:
        """Write the files of the stack."""
        self.hq = hq
        self._kind = kind
        self._folder = folder
        (folder / "backend").mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text("name: towers\nruntime: python\n")
        (folder / "__main__.py").write_text(PROGRAM)
        self._environ = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "APS_CLIENT_ID": CLIENT_ID,
            "APS_CLIENT_SECRET": CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": ACCOUNT_ID,
            "BIM360_ACTING_USER": "anna.halvorsen@example.com",
            "BIM360_BASE_URL": url,
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "only for tests",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
        if kind == "cli":
            self._run("stack", "init", "dev")

    def declare(self, spec: Declaration) -> None:
        """Write the declaration that the program reads."""
        (self._folder / "declared.json").write_text(json.dumps(spec))

    def run_up(self) -> None:
        """Apply the declaration."""
        self._run("up", *(("--yes", "--skip-preview") if self._kind == "cli" else ()))

    def run_plan(self, story: PlanCase) -> str:
        """Return the plan of a case, as the engine prints it."""
        self.declare(story.declaration)
        if story.prepare is not None:
            story.prepare(self.hq)
        return self._run(*story.args, "--json", fails=story.fails)

    def _run(self, *arguments: str, fails: bool = False) -> str:
        if self._kind == "local":
            return self._run_local(*arguments, fails=fails)
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        completed = subprocess.run(  # noqa: S603 - the CLI, with arguments of our own
            command,
            cwd=self._folder,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(completed.returncode) is fails, completed.stdout + completed.stderr
        return completed.stdout

    def _run_local(self, *arguments: str, fails: bool) -> str:
        place = [f"--cwd={self._folder}", "--stack=dev"]
        secret = ["--secret", f"bim360:clientSecret={CLIENT_SECRET}"]
        completed = CliRunner().invoke(app, [*arguments, *place, *secret], env=self._environ)
        assert bool(completed.exit_code) is fails, completed.output
        return completed.stdout


@contextmanager
def create_stack(folder: Path, kind: EngineKind) -> Iterator[RecordedStack]:
    """Serve an HQ and write the files of a stack."""
    hq = Emulator()
    with serve(hq) as served:
        yield RecordedStack(folder, kind, hq, served.url)


def record_plans(
    folder: Path, kind: EngineKind, cases: Sequence[PlanCase] = PLAN_CASES
) -> Iterator[tuple[str, str]]:
    """Yield the name and the plan of the first create and of each case, in order."""
    with create_stack(folder, kind) as on:
        yield "create", on.run_plan(PlanCase("create", build_declaration()))
        on.run_up()
        for story in cases:
            if kind == "local" and "--run-program" in story.args:
                continue  # the local engine has no such flag; it always uses the current config
            yield story.name, on.run_plan(story)


def record_folder_plans(folder: Path, kind: EngineKind) -> Iterator[tuple[str, str]]:
    """Yield the names and the plans of the first create of folders, and of their change."""
    with create_stack(folder, kind) as stack:
        state: Any = stack.hq.call_control_plane("GET", "/state")
        project = {"id": FOLDER_PROJECT_ID, "name": "Harbor Tower", "status": "active"}
        state["accounts"][0]["projects"].append(project)
        stack.hq.call_control_plane("PUT", "/state", state)
        case = PlanCase("folders_create", FOLDER_DECLARATION)
        yield case.name, stack.run_plan(case)
        stack.run_up()
        yield "folders", stack.run_plan(PlanCase("folders", CHANGED_FOLDER_DECLARATION))


VOLATILE_KEYS: Final = frozenset(
    {"sourcePosition", "stackTrace", "created", "modified", "duration"}
)
"""Values of the machine or of the moment, which say nothing about the plan."""

TIMESTAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def remove_volatile_values(of: Any) -> Any:
    """Return a plan without values of the machine that it was recorded on."""
    if isinstance(of, dict):
        kept = {
            key: remove_volatile_values(each)
            for key, each in of.items()
            if key not in VOLATILE_KEYS
        }
        if str(of.get("severity")) == "info#err":
            kept["message"] = "Traceback (most recent call last): …"
        return kept
    if isinstance(of, list):
        return [remove_volatile_values(each) for each in of]
    return TIMESTAMP.sub("2026-11-26T10:00:00Z", of) if isinstance(of, str) else of


def main() -> None:
    """Record the plans of the CLI."""
    PLAN_FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plans = record_plans(Path(folder) / "stack", "cli")
        for name, plan in (*plans, *record_folder_plans(Path(folder) / "folders", "cli")):
            text = json.dumps(
                remove_volatile_values(json.loads(plan)), indent=1, ensure_ascii=False
            )
            (PLAN_FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
