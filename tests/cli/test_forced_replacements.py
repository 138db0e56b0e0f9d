"""Forced replacements on the real Pulumi CLI keep their objects."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, serve
from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from tests.cli.test_projects_on_both import EngineProject, create_project
from tests.engine.crashes.crash_harness import mark_unsampled
from tests.support.replaced_stack import NON_KEY_CHANGES, ProgramFolder, list_surviving_values

pytestmark = [
    pytest.mark.pulumi_cli,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
]

UP = ("up", "--yes", "--skip-preview")
RESOURCE_NAMES = ("trigger", "units", "volt", "ada", "tower", "picture", "anna", "mia")
"""The resources to which options apply; the team is a component."""

WAYS = ("replace_on_changes", "replacement_trigger", "--replace", "taint")
CASES = [(way, delete_first) for way in WAYS for delete_first in (False, True)]
SAMPLE = (("replacement_trigger", False),)
"""The case of the usual suite, which has `--replace` in test_exchanged_names.py as well;
`make crashes` runs all.
"""


class ReplacedStack:
    """A stack with one of each entity."""

    def __init__(self, stack: EngineProject, place: ProgramFolder) -> None:
        self.stack, self.program = stack, place

    def list_surviving_values(self) -> dict[str, Any]:
        """Return the values at HQ."""
        return list_surviving_values(
            self.stack.hq.call_control_plane("GET", "/state")["accounts"][0]
        )

    def list_urns(self) -> list[str]:
        """Return the URNs of all resources of this provider."""
        rows = json.loads(self.stack.run_pulumi("stack", "export"))["deployment"]["resources"]
        return [row["urn"] for row in rows if "dynamic/bim360:" in row["type"]]

    def force_replacement(self, way: str, options: dict[str, Any]) -> str:
        """Replace every resource; return what the CLI prints."""
        options = {name: dict(options) for name in RESOURCE_NAMES}
        if way == "replace_on_changes":
            for each in options.values():
                each["replace_on_changes"] = ["*"]
            self.program.declare(NON_KEY_CHANGES, options)
        elif way == "replacement_trigger":
            for each in options.values():
                each["replacement_trigger"] = "second"
            self.program.declare({}, options)
        else:
            self.program.declare({}, options)
        if way == "taint":
            self.stack.run_pulumi("state", "taint", "--yes", *self.list_urns())
        targets = [f"--replace={urn}" for urn in self.list_urns()] if way == "--replace" else []
        return self.stack.run_pulumi(*UP, *targets)


@pytest.fixture
def replaced_stack(tmp_path: Path) -> Iterator[ReplacedStack]:
    """Return the stack a week after its first up."""
    hq = Emulator(options={"rate_limit_per_minute": 0, "remove_project_users": "allow"})
    hq.call_control_plane("PATCH", "/options", {"import_strangers": "create"})
    with serve(hq) as running:
        stack = create_project(tmp_path / "towers", running.url, hq)
        stack.env |= {"BIM360_ACTING_USER": ADMIN_EMAIL, "BIM360_REQUESTS_PER_MINUTE": "0"}
        stack.env["BIM360_MAX_ARCHIVES"] = "0"
        place = ProgramFolder(stack.folder)
        place.write_program()
        place.declare({}, {name: {"replacement_trigger": "first"} for name in RESOURCE_NAMES})
        stack.run_pulumi("stack", "init", "dev")
        stack.run_pulumi(*UP)
        hq.call_control_plane("POST", "/clock", {"advance": 7 * 86_400})
        yield ReplacedStack(stack, place)


@pytest.mark.parametrize(("way", "delete_first"), mark_unsampled(CASES, *SAMPLE))
def test_a_forced_replacement_keeps_its_object(
    replaced_stack: ReplacedStack, way: str, delete_first: bool
) -> None:
    """Nothing is archived, removed, duplicated or lost, and a second run sends nothing."""
    before = replaced_stack.list_surviving_values()

    output = replaced_stack.force_replacement(
        way, {"delete_before_replace": True} if delete_first else {}
    )
    again = replaced_stack.stack.record_requests(
        lambda: replaced_stack.stack.run_pulumi(*UP, "--expect-no-changes")
    )

    assert "'Tower' cannot be created a second time, so the replacement keeps project" in output
    assert replaced_stack.list_surviving_values() == before
    assert again == []
