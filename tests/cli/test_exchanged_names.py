"""Secret names that projects exchange and keep in replacements, on the real Pulumi CLI."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, serve
from tests.cli.test_projects_on_both import Site, site

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no Pulumi CLI on PATH"),
]

PROGRAM = """
import json, pathlib
from pulumi import Output, ResourceOptions
from bim360_provider import Bim360Project

declared = json.loads(pathlib.Path(__file__).with_name("declared.json").read_text())
for resource, name in declared["names"].items():
    Bim360Project(resource, name=Output.secret(name), start_date="2027-01-01",
                  end_date="2028-01-01", project_type="Office", value=1, currency="USD",
                  opts=ResourceOptions(**declared["options"]))
"""
UP = ("up", "--yes", "--skip-preview")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Site]:
    """Return a stack of two projects, a week after its first up; no run may archive."""
    hq = Emulator(options={"rate_limit_per_minute": 0})
    with serve(hq) as running:
        place = site(tmp_path / "towers", running.url, hq)
        place.env |= {"BIM360_REQUESTS_PER_MINUTE": "0", "BIM360_MAX_ARCHIVES": "0"}
        (place.folder / "Pulumi.yaml").write_text("name: towers\nruntime: python\n")
        (place.folder / "__main__.py").write_text(PROGRAM)
        declare(place, a="Hidden North", b="Hidden South")
        place.pulumi("stack", "init", "dev")
        place.pulumi(*UP)
        hq.ask("POST", "/clock", {"advance": 7 * 86_400})
        yield place


def declare(made: Site, /, *, delete_first: bool = False, **names: str) -> None:
    """Declare the projects by their names."""
    options = {"delete_before_replace": True} if delete_first else {}
    declared = {"names": names, "options": options}
    (made.folder / "declared.json").write_text(json.dumps(declared), encoding="utf-8")


def live(made: Site) -> dict[str, tuple[str, str]]:
    """Return the name and the status of each project at HQ."""
    account: Any = made.hq.ask("GET", "/state")["accounts"][0]
    return {row["id"]: (row["name"], row["status"]) for row in account["projects"]}


def targets(made: Site) -> list[str]:
    """Return the flags that replace both projects."""
    rows = json.loads(made.pulumi("stack", "export"))["deployment"]["resources"]
    return [f"--replace={row['urn']}" for row in rows if row["type"].endswith("bim360:Project")]


def test_secret_names_are_exchanged_in_updates_and_replacements(made: Site) -> None:
    """The projects stay, nothing is archived, and no line of the output has a name."""
    first = live(made)
    swapped = {
        each: ({"Hidden North": "Hidden South", "Hidden South": "Hidden North"}[name], status)
        for each, (name, status) in first.items()
    }

    declare(made, a="Hidden South", b="Hidden North")
    said = made.pulumi(*UP)
    after_the_swap = live(made)
    said += made.pulumi(*UP, *targets(made))
    after_the_replacement = live(made)
    declare(made, delete_first=True, a="Hidden North", b="Hidden South")
    said += made.pulumi(*UP, *targets(made))
    again = made.asked(lambda: made.pulumi(*UP, "--expect-no-changes"))

    assert after_the_swap == after_the_replacement == swapped
    assert live(made) == first
    assert again == []
    assert "Hidden" not in said
