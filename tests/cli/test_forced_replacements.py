"""Forced replacements on the real Pulumi CLI keep their objects."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, serve
from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from tests.cli.test_projects_on_both import Site, site
from tests.support.replaced_stack import CHANGES, Place, held

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="there is no Pulumi CLI on PATH"),
]

UP = ("up", "--yes", "--skip-preview")
OURS = ("trigger", "units", "volt", "ada", "tower", "picture", "anna", "mia")
"""The resources to which options apply; the team is a component."""


class Towers:
    """A stack with one of each entity."""

    def __init__(self, made: Site, place: Place) -> None:
        self.site, self.place = made, place

    def held(self) -> dict[str, Any]:
        """Return what HQ holds."""
        return held(self.site.hq.ask("GET", "/state")["accounts"][0])

    def urns(self) -> list[str]:
        """Return the URNs of all resources of this provider."""
        rows = json.loads(self.site.pulumi("stack", "export"))["deployment"]["resources"]
        return [row["urn"] for row in rows if "dynamic/bim360:" in row["type"]]

    def forced(self, way: str, options: dict[str, Any]) -> str:
        """Replace every resource; return what the CLI prints."""
        options = {name: dict(options) for name in OURS}
        if way == "replace_on_changes":
            for each in options.values():
                each["replace_on_changes"] = ["*"]
            self.place.declare(CHANGES, options)
        elif way == "replacement_trigger":
            for each in options.values():
                each["replacement_trigger"] = "second"
            self.place.declare({}, options)
        else:
            self.place.declare({}, options)
        if way == "taint":
            self.site.pulumi("state", "taint", "--yes", *self.urns())
        targets = [f"--replace={urn}" for urn in self.urns()] if way == "--replace" else []
        return self.site.pulumi(*UP, *targets)


@pytest.fixture
def towers(tmp_path: Path) -> Iterator[Towers]:
    """Return the stack a week after its first up."""
    hq = Emulator(options={"rate_limit_per_minute": 0, "remove_project_users": "allow"})
    hq.ask("PATCH", "/options", {"import_strangers": "create"})
    with serve(hq) as running:
        made = site(tmp_path / "towers", running.url, hq)
        made.env |= {"BIM360_ACTING_USER": ADMIN_EMAIL, "BIM360_REQUESTS_PER_MINUTE": "0"}
        made.env["BIM360_MAX_ARCHIVES"] = "0"
        place = Place(made.folder)
        place.lay_out()
        place.declare({}, {name: {"replacement_trigger": "first"} for name in OURS})
        made.pulumi("stack", "init", "dev")
        made.pulumi(*UP)
        hq.ask("POST", "/clock", {"advance": 7 * 86_400})
        yield Towers(made, place)


@pytest.mark.parametrize("delete_first", [False, True])
@pytest.mark.parametrize("way", ["replace_on_changes", "replacement_trigger", "--replace", "taint"])
def test_a_forced_replacement_keeps_its_object(
    towers: Towers, way: str, delete_first: bool
) -> None:
    """Nothing is archived, removed, created twice or lost, and a second run sends nothing."""
    before = towers.held()

    said = towers.forced(way, {"delete_before_replace": True} if delete_first else {})
    again = towers.site.asked(lambda: towers.site.pulumi(*UP, "--expect-no-changes"))

    assert "'Tower' cannot be created a second time, so the replacement keeps project" in said
    assert towers.held() == before
    assert again == []
