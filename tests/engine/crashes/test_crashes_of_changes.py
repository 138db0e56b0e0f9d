"""Changes in several steps, killed between the steps: the next run does what is left."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.crashes.crash_harness import (
    CrashStack,
    create_crash_stack,
    find_messages,
    needs_linux,
    only_in_make_crashes,
)
from tests.engine.crashes.test_crashes import ADOPTED

pytestmark = needs_linux

OLD = {"created_at": "2026-01-02T03:04:05.678Z"}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[CrashStack]:
    """Return a stack that declares one tower, and its HQ."""
    with create_crash_stack(tmp_path) as created:
        yield created


def one(stack: CrashStack) -> dict[str, Any]:
    """Return the only project, which must be in the state."""
    (project,) = stack.list_projects()
    assert stack.list_project_ids() == [project["id"]]
    return project


@only_in_make_crashes
@pytest.mark.parametrize(
    ("at", "kills"),
    [
        ("PATCH:before", "host"),
        ("PATCH:acted", "host engine"),
        ("PATCH:acted", "engine"),
        ("update:returned", "host"),
        ("update:reported", "engine"),
    ],
)
def test_an_update_that_is_killed_is_sent_again(stack: CrashStack, at: str, kills: str) -> None:
    """One PATCH with the same fields, which does no harm if the first one was applied."""
    stack.up()
    stack.declare(city="Oslo")
    stack.crash("up", at, kills)

    result = stack.up()

    assert result.ok
    assert (one(stack)["city"], one(stack)["status"]) == ("Oslo", "pending")
    assert stack.list_requests() == ["PATCH project"]


@only_in_make_crashes
def test_after_a_kill_only_the_unsaved_update_is_sent_again(stack: CrashStack) -> None:
    """The update that was saved before the crash is not repeated."""
    stack.declare({"name": "Other"})
    stack.up()
    stack.declare({"name": "Other", "city": "Bergen"}, city="Oslo")
    stack.crash("up", "PATCH:acted:2", "host")

    result = stack.up()

    assert result.ok
    assert {project["city"] for project in stack.list_projects()} == {"Oslo", "Bergen"}
    assert stack.list_requests() in (["PATCH project"], ["PATCH project"] * 2)


@only_in_make_crashes
@pytest.mark.parametrize(
    ("at", "kills"),
    [
        ("PATCH:before", "host"),
        ("PATCH:acted", "host engine"),
        ("delete:returned", "host"),
        ("delete:reported", "engine"),
    ],
)
def test_an_archive_that_is_killed_is_done_again(stack: CrashStack, at: str, kills: str) -> None:
    """Archiving an archived project does no harm."""
    stack.up()
    stack.crash("destroy", at, kills)
    stack.hq.request_log.clear()

    result = stack.create_engine().destroy()

    assert result.ok
    assert [project["status"] for project in stack.list_projects()] == ["archived"]
    assert stack.list_requests() == ["PATCH project"]


@pytest.mark.parametrize(
    ("at", "kills", "requests"),
    [
        pytest.param("PATCH:before", "host", ["PATCH project"], marks=only_in_make_crashes),
        ("PATCH:acted", "host", []),
        pytest.param("create:reported", "engine", [], marks=only_in_make_crashes),
    ],
)
def test_a_project_archived_from_the_start_is_found_again(
    stack: CrashStack, at: str, kills: str, requests: list[str]
) -> None:
    """Killed between POST and PATCH, or after both."""
    stack.declare(status="archived")
    stack.crash("up", at, kills)

    result = stack.up()

    assert result.ok, result.errors
    assert one(stack)["status"] == "archived"
    assert len(find_messages(result, ADOPTED)) == 1
    assert stack.list_requests() == ["POST projects", "GET projects", "GET project", *requests]


@only_in_make_crashes
@pytest.mark.parametrize("at", ["PATCH:before", "PATCH:acted"])
def test_a_suspended_project_is_found_again(stack: CrashStack, at: str) -> None:
    """HQ cannot suspend a project without members; the adopted one warns as a new one would."""
    stack.declare(status="inactive")
    stack.crash("up", at, "host")

    result = stack.up()

    assert result.ok, result.errors
    assert one(stack)["status"] == "pending"
    assert len(find_messages(result, ADOPTED)) == 1
    assert len(find_messages(result, "The project exists; the next `pulumi up` tries again.")) == 1


@only_in_make_crashes
@pytest.mark.parametrize("at", ["PATCH:before", "PATCH:acted", "create:reported"])
def test_an_interrupted_adoption_is_completed(stack: CrashStack, at: str) -> None:
    """The next up adopts the project again, and sends the fields that still differ."""
    created = stack.create_engine().up()
    stack.hq.call_control_plane(
        "PATCH", f"/projects/{stack.list_project_ids()[0]}", {"status": "active", **OLD}
    )
    created.state.unlink()
    stack.declare(adopt="any", city="Oslo")
    stack.crash("up", at, "engine" if at == "create:reported" else "host")

    result = stack.up()

    assert result.ok, result.errors
    assert one(stack)["city"] == "Oslo"
    left = ["PATCH project"] if at == "PATCH:before" else []
    assert stack.list_requests() == ["POST projects", "GET projects", "GET project", *left]


@only_in_make_crashes
@pytest.mark.parametrize(
    ("at", "ok"), [("PATCH:before", True), ("PATCH:acted:1", False), ("PATCH:acted:2", False)]
)
def test_a_reactivated_project_in_no_state_is_an_error_with_advice(
    stack: CrashStack, at: str, ok: bool
) -> None:
    """An active project may belong to another user: adopt='archived' does not take it."""
    created = stack.create_engine().up()
    stack.hq.call_control_plane(
        "PATCH", f"/projects/{stack.list_project_ids()[0]}", {"status": "archived", **OLD}
    )
    created.state.unlink()
    stack.declare(adopt="archived", city="Oslo")
    stack.crash("up", at, "host")

    result = stack.up()

    assert result.ok == ok
    assert [error for error in result.errors if "adopt it with adopt='any'" not in error] == []
    stack.declare(adopt="any", city="Oslo")
    assert stack.up().ok
    assert (one(stack)["city"], one(stack)["status"]) == ("Oslo", "active")


@pytest.mark.parametrize(
    "at",
    [
        "POST:acted",
        pytest.param("job:before", marks=only_in_make_crashes),
        pytest.param("job:acted", marks=only_in_make_crashes),
    ],
)
def test_a_template_copy_is_followed_after_the_crash(stack: CrashStack, at: str) -> None:
    """The adopted project reports its job, so that the end of the copy is known."""
    template = stack.create_engine()
    assert template.up().ok
    stack.hq.call_control_plane(
        "PATCH", f"/projects/{stack.list_project_ids()[0]}", {**OLD, "status": "active"}
    )
    new = {
        "name": "Copy",
        "template_project_id": stack.list_project_ids()[0],
        "include_locations": True,
    }
    stack.declare(new)
    stack.crash("up", at, "host")

    result = stack.up()

    assert result.ok, result.errors
    assert [project["name"] for project in stack.list_projects()] == ["Tower A", "Copy"]
    assert len(find_messages(result, ADOPTED)) == 1
    assert find_messages(result, "the template is not copied") == []
    assert stack.list_requests() == ["POST projects", "GET projects", "GET project", "GET job"]
    assert '"copy_status": "done"' in (stack.folder / "state.json").read_text(encoding="utf-8")
