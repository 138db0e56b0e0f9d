"""A team, and business units with a project and its picture, on the local engine and on the CLI."""

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

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no Pulumi CLI on PATH"),
]

STACKS = Path(__file__).parents[2] / "stacks"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""Which of two companies is made first is left to chance, and so are their ids."""

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

WORDS = {
    "preview": ("preview",),
    "up": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
Ran = tuple[list[str], dict[str, list[str]], list[str]]
"""The operations of a run, the property paths that changed, and what HQ was asked."""


@dataclass
class Site:
    """A project folder with an HQ of its own."""

    folder: Path
    hq: Emulator
    env: dict[str, str]

    def asked(self, run: Callable[[], tuple[Any, Any]]) -> Ran:
        """Return what a run did, and what HQ was asked in it, in a fixed order."""
        before = len(self._journal())
        ops, paths = run()
        rows = [row for row in self._journal()[before:] if "/token" not in row["path"]]
        lines = [json.dumps([r["method"], r["path"], r["body"]], sort_keys=True) for r in rows]
        return ops, paths, sorted(UUID.sub("*", line) for line in lines)

    def _journal(self) -> list[Any]:
        rows: list[Any] = self.hq.ask("GET", "/requests")
        return rows

    def local(self, command: str) -> tuple[list[str], dict[str, list[str]]]:
        """Run the local engine."""
        state = self.folder.parent / "state.json"
        engine = LocalEngine(self.folder, stack="team", state=state, env=self.env)
        result: Result = getattr(engine, command)()
        assert result.errors == ()
        paths = {step.name: sorted(step.paths) for step in result.steps if step.paths}
        return sorted({f"{step.op} {step.name}" for step in result.steps}), paths

    def cli(self, command: str) -> tuple[list[str], dict[str, list[str]]]:
        """Run the CLI."""
        log = self.folder.parent / "events.jsonl"
        log.unlink(missing_ok=True)
        self.pulumi(*WORDS[command], f"--event-log={log}")
        events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        done = [each["resOutputsEvent"]["metadata"] for each in events if "resOutputsEvent" in each]
        steps = [step for step in done if "pulumi:providers:" not in step["urn"]]
        paths = {_name(s): sorted(s["detailedDiff"]) for s in steps if s.get("detailedDiff")}
        return sorted({f"{step['op']} {_name(step)}" for step in steps}), paths

    def pulumi(self, *words: str) -> None:
        """Run a command of the CLI to a good end."""
        ran = subprocess.run(  # noqa: S603 - the CLI on PATH is what is under test
            ["pulumi", *words, "--non-interactive", "--color=never"],  # noqa: S607 - on PATH, wherever
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def _name(step: dict[str, Any]) -> str:
    return str(step["urn"]).rsplit("::", 1)[-1]


def site(folder: Path, url: str, hq: Emulator) -> Site:
    """Lay out a project with the settings of the team's stack."""
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
    return Site(project, hq, env)


class Both:
    """Two equal sites, one for each engine, on which everything happens twice."""

    def __init__(self, local: Site, real: Site) -> None:
        self.local = local
        self.real = real

    def write(self, name: str, content: str | bytes) -> None:
        """Put a file into both."""
        data = content.encode() if isinstance(content, str) else content
        for each in (self.local, self.real):
            (each.folder / name).write_bytes(data)

    def by_hand(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change both accounts as somebody in the browser would."""
        for each in (self.local, self.real):
            state: Any = each.hq.ask("GET", "/state")
            change(state["accounts"][0])
            each.hq.ask("PUT", "/state", state)

    def run(self, command: str) -> Ran:
        """Run a command on both, see that they did the same, and return what."""
        one = self.local.asked(lambda: self.local.local(command))
        other = self.real.asked(lambda: self.real.cli(command))
        assert one[:2] == other[:2], command
        assert sorted(set(one[2]) ^ set(other[2])) == [], command
        assert one[2] == other[2], command
        return one


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """Return two equal sites."""
    with ExitStack() as served:
        hqs = {name: Emulator() for name in ("local", "real")}
        urls = {name: served.enter_context(serve(hq)).url for name, hq in hqs.items()}
        made = Both(*(site(tmp_path / name, urls[name], hq) for name, hq in hqs.items()))
        made.real.pulumi("stack", "init", "team")
        yield made


def methods(ran: Ran) -> list[str]:
    """Return each request by its method and the end of its path."""
    rows = [json.loads(line) for line in ran[2]]
    return [f"{method} {path.rsplit('/', 1)[-1]}" for method, path, _ in rows]


def _promote_lena(account: dict[str, Any]) -> None:
    (library,) = account["projects"]
    lena = next(user["id"] for user in account["users"] if user["email"].startswith("lena"))
    member = next(each for each in library["users"] if each["user_id"] == lena)
    member["services"] = {"document_management": "admin"}


def test_a_team_lives_alike_on_both(both: Both) -> None:
    """Made, nothing to do, one more member, changed by hand, put back, and taken down."""
    team = (STACKS / "team.py").read_text(encoding="utf-8")
    last = """"email": ruth.email,"""
    more = f'"email": "eve@example.com", "document_management": "user"}}, {{{last}'
    both.write("__main__.py", team)

    preview, up, again = both.run("preview"), both.run("up"), both.run("up")
    both.write("__main__.py", team.replace(last, more))
    for each in (both.local, both.real):
        each.hq.ask("PATCH", "/options", {"import_strangers": "create"})
    planned, joined = both.run("preview"), both.run("up")
    both.by_hand(_promote_lena)
    seen, mended, destroyed = both.run("refresh"), both.run("up"), both.run("destroy")

    assert methods(preview) == methods(again) == methods(planned) == []
    assert methods(up).count("POST import") == methods(joined).count("POST import") == 1
    assert planned[1] == {"library-team": ['members["eve@example.com"]']}
    assert {each.split()[0] for each in methods(seen)} == {"GET"}
    assert mended[1] == {
        "library-team": ['members["lena.fischer@example.com"].document_management']
    }
    assert methods(mended) == ["GET search", "PATCH *"]
    assert "delete library-team" in destroyed[0]
    assert "PATCH *" in methods(destroyed)


def _rename_west(account: dict[str, Any]) -> None:
    (west,) = (unit for unit in account["business_units"] if unit["name"] == "West")
    west["name"] = "Far West"


def test_units_a_project_and_a_picture_live_alike_on_both(both: Both) -> None:
    """Made, nothing to do, repainted, renamed by hand, put back, and taken down."""
    both.write("tower.png", b"\x89PNG\r\n\x1a\n a tower")
    both.write("__main__.py", PARTS)

    preview, up, again = both.run("preview"), both.run("up"), both.run("up")
    both.write("tower.png", b"\x89PNG\r\n\x1a\n a tower by night")
    repainted = both.run("up")
    both.by_hand(_rename_west)
    seen, mended, destroyed = both.run("refresh"), both.run("up"), both.run("destroy")

    units = ["GET business_units_structure", "PUT business_units_structure"]
    assert methods(preview) == methods(again) == []
    assert methods(up) == [units[0], "PATCH image", "POST projects", units[1]]
    assert methods(repainted) == ["PATCH image"]
    assert {each.split()[0] for each in methods(seen)} == {"GET"}
    assert mended[1] == {"units": ['units["North/West"].name']}
    assert methods(mended) == units
    assert methods(destroyed) == ["PATCH *"]
