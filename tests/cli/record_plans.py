"""Plans of every kind, printed by the Pulumi CLI or by the local engine.

``python -m tests.cli.record_plans`` records those of the CLI on ``PATH`` for the tests of reviews.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from bim360_provider.emulator import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    EMEA_ACCOUNT_ID,
    Emulator,
    serve,
)

RECORDED: Final = Path(__file__).parents[1] / "unit" / "review" / "plans"

Kind = Literal["cli", "local"]
Spec = dict[str, dict[str, Any]]

PROGRAM: Final = """
import json, pathlib
import bim360_provider, pulumi

made = {}

def value(of):
    if isinstance(of, str) and of.startswith("@"):
        name, _, attribute = of[1:].partition(".")
        return getattr(made[name], attribute)
    if isinstance(of, str) and of.startswith("!"):
        return pulumi.Output.secret(of[1:])
    if isinstance(of, list):
        return [value(each) for each in of]
    if isinstance(of, dict):
        return {key: value(each) for key, each in of.items()}
    return of

for key, row in json.loads(pathlib.Path("declared.json").read_text()).items():
    kind, name, opts = row.pop("is"), row.pop("called", key), row.pop("opts", {})
    opts = {name: made[of] if name == "provider" else of for name, of in opts.items()}
    of = getattr(bim360_provider, kind)
    made[key] = of(name, **value(row), opts=pulumi.ResourceOptions(**opts))
"""


def project(name: str, **changes: Any) -> dict[str, Any]:
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


EVERYTHING: Final[Spec] = {
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
    "tower": project(
        "Harbor Point Tower", service_types=["doc_manager", "pm"], city="Seattle", job_number="HC-1"
    ),
    "lab": project("Harbor Lab", job_number="!HC-1042"),
    "bridge": project("Øresund Cycle Bridge", currency="DKK", opts={"provider": "europe"}),
    "depot": project("Depot"),
    "garage": project("Riverside Garage", on_destroy="retain"),
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


def declared(*without: str, **changes: dict[str, Any]) -> Spec:
    """Return the declaration, without some of it and with other arguments."""
    spec = deepcopy(EVERYTHING)
    for key, arguments in changes.items():
        spec[key].update(arguments)
    return {key: row for key, row in spec.items() if key not in without}


def by_hand(hq: Emulator, named: str, /, **changes: Any) -> None:
    """Change a project as somebody does in the browser."""
    state: Any = hq.ask("GET", "/state")
    projects = [each for account in state["accounts"] for each in account["projects"]]
    (found,) = [each["id"] for each in projects if each["name"] == named]
    hq.ask("PATCH", f"/projects/{found}", changes)


def drift(hq: Emulator) -> None:
    """Rename and move one project, archive another one."""
    by_hand(hq, "Harbor Point Tower", city="Bergen", name="Harbor Tower")
    by_hand(hq, "Depot", status="archived")


CHANGED: Final = declared(
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
class Story:
    """One plan: what is declared, what somebody did by hand before, and what is asked."""

    name: str
    spec: Spec
    words: tuple[str, ...] = ("preview",)
    before: Callable[[Emulator], None] | None = None
    fails: bool = False


INTENT: Final = declared(tower={"end_date": "2030-01-31"})

STORIES: Final = (
    Story("no_change", declared()),
    Story("change", CHANGED),
    Story("secrets", declared(lab={"job_number": "!HC-77"}, depot={"job_number": "!HC-78"})),
    Story("archive", declared("depot", "garage", "tower-eve", "team", lab={"status": "archived"})),
    Story("replace", declared(depot={"opts": {"provider": "europe"}, "city": "Oslo"})),
    Story("failed", declared(tower={"currency": "EURO", "end_date": "2020-01-01"}), fails=True),
    Story("drift_found", INTENT, ("refresh", "--preview-only"), drift),
    Story("drift", INTENT, ("preview", "--refresh")),
    Story("drift_run_program", INTENT, ("preview", "--refresh", "--run-program")),
)
"""In order; after the first plan, of everything that is new, it is all made once."""


class Stack:
    """A stack on one of the two engines, with an HQ of its own."""

    def __init__(self, folder: Path, kind: Kind, hq: Emulator, url: str) -> None:
        """Lay it out."""
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

    def declare(self, spec: Spec) -> None:
        """Write down what the program declares."""
        (self._folder / "declared.json").write_text(json.dumps(spec))

    def up(self) -> None:
        """Make it so."""
        self._run("up", *(("--yes", "--skip-preview") if self._kind == "cli" else ()))

    def plan(self, story: Story) -> str:
        """Return the plan of a story, as the engine prints it."""
        self.declare(story.spec)
        if story.before is not None:
            story.before(self.hq)
        return self._run(*story.words, "--json", fails=story.fails)

    def _run(self, *words: str, fails: bool = False) -> str:
        if self._kind == "cli":
            command = ["pulumi", *words, "--non-interactive", "--color=never"]
        else:
            place = ["--stack=dev", "--secret", f"bim360:clientSecret={CLIENT_SECRET}"]
            command = [sys.executable, "-m", "bim360_provider.testing", *words, *place]
        ran = subprocess.run(  # noqa: S603 - one of the two engines, arguments of our own
            command,
            cwd=self._folder,
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(ran.returncode) is fails, ran.stdout + ran.stderr
        return ran.stdout


@contextmanager
def stack(folder: Path, kind: Kind) -> Iterator[Stack]:
    """Run an HQ and lay out a stack."""
    hq = Emulator()
    with serve(hq) as served:
        yield Stack(folder, kind, hq, served.url)


def played(folder: Path, kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield the name and the plan of every story, from the first one on."""
    with stack(folder, kind) as on:
        yield "create", on.plan(Story("create", declared()))
        on.up()
        for story in STORIES:
            if kind == "local" and "--run-program" in story.words:
                continue  # it has no such flag: it looks at HQ with the configuration of now
            yield story.name, on.plan(story)


TRACE: Final = frozenset({"sourcePosition", "stackTrace", "created", "modified", "duration"})
"""What is of the machine, or of the moment, and says nothing about the plan."""

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def cleaned(of: Any) -> Any:
    """Return a plan without what is of the machine that it was made on."""
    if isinstance(of, dict):
        kept = {key: cleaned(each) for key, each in of.items() if key not in TRACE}
        if str(of.get("severity")) == "info#err":
            kept["message"] = "Traceback (most recent call last): …"
        return kept
    if isinstance(of, list):
        return [cleaned(each) for each in of]
    return MOMENT.sub("2026-11-26T10:00:00Z", of) if isinstance(of, str) else of


def main() -> None:
    """Record the plans of the CLI."""
    RECORDED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, plan in played(Path(folder) / "stack", "cli"):
            text = json.dumps(cleaned(json.loads(plan)), indent=1, ensure_ascii=False)
            (RECORDED / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
