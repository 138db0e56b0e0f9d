"""States of released versions: today's code loads, refreshes, changes and destroys them."""

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.host.dynamic_host import DynamicHost, to_plain, to_struct
from tests.host.snapshots import SNAPSHOT_FOLDER, list_projects, restore_project
from tests.support.hq import FaultyEmulator
from tests.support.seeding import list_requests

ROOT = Path(__file__).parents[2]
NO_CHANGE = provider_pb2.DiffResponse.DIFF_NONE
STATES = [
    pytest.param(state, id=f"{path.stem}-{name}")
    for path in sorted(SNAPSHOT_FOLDER.glob("*.json"))
    for name, state in json.loads(path.read_text(encoding="utf-8")).items()
]


def test_every_release_has_a_state_snapshot() -> None:
    """`python -m tests.host.snapshots` writes it before the release."""
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", log, re.MULTILINE)

    assert {*released, version("bim360-provider")} <= {
        path.stem for path in SNAPSHOT_FOLDER.glob("*.json")
    }


@pytest.mark.parametrize("state", STATES)
def test_an_old_state_needs_no_change(
    host: DynamicHost, emulator: FaultyEmulator, state: Any
) -> None:
    """Upgrading sends no request."""
    declared = to_struct(state["inputs"])
    arguments = {name: each for name, each in state["inputs"].items() if name != "__provider"}

    checked = host.check(arguments, arguments)
    difference = host.diff(state["id"], to_struct(state["outputs"]), checked.inputs)

    assert list(checked.failures) == []
    assert to_plain(checked.inputs) == to_plain(declared)
    assert difference.changes == NO_CHANGE
    assert emulator.request_log == []


@pytest.mark.parametrize("state", STATES)
def test_an_old_state_is_refreshed_changed_and_destroyed(
    host: DynamicHost, emulator: FaultyEmulator, state: Any
) -> None:
    """The reference in the state finds today's code."""
    restore_project(emulator, state["project"])
    declared = to_struct(state["inputs"])
    wanted = to_struct({**state["inputs"], "city": "Bodø"})

    read = host.read(state["id"], to_struct(state["outputs"]), declared)
    changed = host.update(state["id"], read.properties, wanted)
    host.delete(state["id"], changed.properties)

    assert read.id == state["id"]
    assert host.diff(state["id"], read.properties, declared).changes == NO_CHANGE
    assert to_plain(changed.properties)["city"] == "Bodø"
    assert [project["status"] for project in list_projects(emulator)] == ["archived"]
    assert list_requests(emulator) == [
        "GET project",
        "PATCH project",
        "PATCH project",
    ]
