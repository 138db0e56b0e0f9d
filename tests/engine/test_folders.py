"""Whole programs: a tree of 60 folders with permissions of five subjects each."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.testing.stack import Bim360Stack, StackResult
from tests.support.hq import route_label

ROOT = Path(__file__).parents[2]
COMPANY = "Halvorsen Construction"

PROGRAM = """
import json
from pathlib import Path

import pulumi
from bim360_provider import Bim360ProjectFolderTree, get_project

tree = Bim360ProjectFolderTree(
    "tower",
    project_id=get_project(name="Headquarters").id,
    folders=json.loads(Path(__file__).with_name("tree.json").read_text()),
)
pulumi.export("ids", tree.folder_ids)
"""

CHAIN = """
from bim360_provider import Bim360FolderPermissions, Bim360ProjectFolder, get_project

project_id = get_project(name="Headquarters").id
wip = Bim360ProjectFolder("wip", project_id=project_id, parent="Project Files", name="01 WIP")
models = Bim360ProjectFolder("models", project_id=project_id, parent=wip, name="Models")
Bim360FolderPermissions("models", project_id=project_id, folder=models, roles={"Architect": "edit"})
"""


def build_tree(inner: int = 9) -> dict[str, Any]:
    """Return six folders with nine folders in each, and five subjects for every folder."""
    roles = {"Architect": "view", "Engineer": "edit", "IT": "view_download", "Owner": "manage"}
    levels = {"roles": roles, "companies": {COMPANY: "upload"}}
    parts = {f"part {number}": levels for number in range(inner)}
    areas = {f"area {number}": {**levels, "folders": parts} for number in range(6)}
    tree: dict[str, Any] = json.loads(json.dumps({"Project Files": {"folders": areas}}))
    return tree


Opened = Callable[..., Bim360Stack]


@pytest.fixture
def open_stack(bim360_stack: Opened, tmp_path: Path) -> Opened:
    """Return a function that writes a program and opens its stack, with an active project."""
    (tmp_path / "Pulumi.yaml").write_text("name: folders\nruntime: python\n")

    def put(program: str = PROGRAM) -> Bim360Stack:
        (tmp_path / "__main__.py").write_text(program, encoding="utf-8")
        stack = bim360_stack(tmp_path, stack="dev")
        state: Any = stack.hq.call_control_plane("GET", "/state")
        state["accounts"][0]["projects"].append({"name": "Headquarters", "status": "active"})
        stack.hq.call_control_plane("PUT", "/state", state)
        return stack

    return put


def write_tree(tmp_path: Path, tree: dict[str, Any]) -> None:
    """Write the tree that the program reads."""
    (tmp_path / "tree.json").write_text(json.dumps(tree), encoding="utf-8")


def count_requests(result: StackResult) -> dict[str, int]:
    """Return the number of requests of a run by their label, without the look-up by name."""
    assert result.errors == ()
    labels = Counter(route_label(row["method"], row["path"]) for row in result.requests)
    return {label: number for label, number in labels.items() if label != "GET projects"}


def test_a_tree_of_60_folders_takes_one_request_for_each_folder_and_its_permissions(
    open_stack: Opened, tmp_path: Path
) -> None:
    """A second up sends nothing, a changed level is one request, a refresh reads each once."""
    stack, tree = open_stack(), build_tree()
    write_tree(tmp_path, tree)

    up, again = stack.up(), stack.up()
    areas = tree["Project Files"]["folders"]
    areas["area 3"]["folders"]["part 4"]["roles"]["IT"] = "manage"
    write_tree(tmp_path, tree)
    change, refresh, destroy = stack.up(), stack.refresh(), stack.destroy()

    reads = {"GET top folders": 1, "GET contents": 1, "GET platform": 1}
    subjects = {"GET roles": 1, "search companies": 1}
    assert count_requests(up) == {**reads, **subjects, "POST folders": 60, "grant": 60}
    assert count_requests(again) == {}
    assert count_requests(change) == {"change grants": 1}
    assert count_requests(refresh) == {"GET contents": 7, "GET permissions": 60}
    assert [step.op for step in refresh.steps if step.op != "same"] == []
    assert count_requests(destroy) == {"revoke": 60, "PATCH folder": 60}


def test_a_renamed_folder_of_a_tree_keeps_its_content(open_stack: Opened, tmp_path: Path) -> None:
    """With its earlier path in `was`; the folders below follow."""
    stack, tree = open_stack(), build_tree(inner=1)
    write_tree(tmp_path, tree)
    before = stack.up().outputs["ids"]
    areas = tree["Project Files"]["folders"]
    areas["Facade"] = {**areas.pop("area 3"), "was": "Project Files/area 3"}
    write_tree(tmp_path, tree)

    up = stack.up()

    assert count_requests(up) == {"PATCH folder": 1}
    assert up.outputs["ids"]["Project Files/Facade"] == before["Project Files/area 3"]
    inner = up.outputs["ids"]["Project Files/Facade/part 0"]
    assert inner == before["Project Files/area 3/part 0"]


def test_folders_in_each_other_are_created_in_order_and_drift_is_reverted(
    open_stack: Opened,
) -> None:
    """The id of one is the parent of the other."""
    stack = open_stack(CHAIN)

    preview, up, again = stack.preview(), stack.up(), stack.up()
    (project,) = [each for each in stack.projects() if each["name"] == "Headquarters"]
    path = f"/projects/{project['id']}/folders"
    (files,) = [
        each for each in stack.hq.call_control_plane("GET", path) if each["name"] == "Project Files"
    ]
    (wip,) = files["folders"]
    stack.hq.call_control_plane("PATCH", f"/folders/{wip['id']}", {"hidden": True, "name": "X"})
    fixed = stack.up(refresh=True)

    assert count_requests(preview) == count_requests(again) == {}
    assert count_requests(up)["POST folders"] == 2
    assert count_requests(fixed)["PATCH folder"] >= 1
    (found,) = [
        each["folders"]
        for each in stack.hq.call_control_plane("GET", path)
        if each["name"] == "Project Files"
    ]
    assert [(each["name"], each["hidden"]) for each in found] == [("01 WIP", False)]


def test_the_stack_of_standard_folders_runs_in_each_project(bim360_stack: Opened) -> None:
    """Its file has the structure; a destroy leaves the folders."""
    stack = bim360_stack(ROOT, stack="folders")
    state: Any = stack.hq.call_control_plane("GET", "/state")
    library = {"name": "Lakeside Public Library", "status": "active"}
    state["accounts"][0]["projects"].append(library)
    stack.hq.call_control_plane("PUT", "/state", state)

    up, again, destroy = stack.up(), stack.up(), stack.destroy()

    assert count_requests(up)["POST folders"] == len(up.outputs["Lakeside Public Library"]) == 5
    assert count_requests(up)["grant"] == 4
    assert count_requests(again) == count_requests(destroy) == {}
