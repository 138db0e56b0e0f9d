"""Forced replacements: they keep the object at HQ, for each trigger and after each kind of kill."""

from itertools import product
from pathlib import Path
from typing import Final

import pytest

from bim360_provider.errors import ConflictError
from tests.client.http.replaying import (
    REPLACEMENT_TRIGGERS,
    EngineReplay,
    KillMoment,
    ReplacementTrigger,
    RunKilled,
    build_environment,
)
from tests.engine.crashes.crash_harness import RUNS_ALL_CASES
from tests.support.full_stack import create_full_stack
from tests.support.hq import HqFixture

ENTITIES = ("units", "company", "ada", "project", "image", "admin", "member", "team")
ORDERS = {False: "create first", True: "delete first"}
KILL_CASES: tuple[tuple[KillMoment, bool], ...] = (
    ("created", False),
    ("deleted", False),
    ("deleted", True),
)
"""The moment of the kill, and whether the engine then treats the resource as new (old ones)."""

STEP: Final = 1 if RUNS_ALL_CASES else 5
"""`make crashes` runs each combination, the usual suite every fifth."""

REPLACEMENTS = list(product(ENTITIES, REPLACEMENT_TRIGGERS, ORDERS))[::STEP]
KILLED_REPLACEMENTS = list(product(ENTITIES, ("changed", "targeted"), KILL_CASES))[::STEP]

CREATES = ("POST projects", "POST companies", "POST users", "POST import", "POST members")


@pytest.fixture
def replay(hq: HqFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EngineReplay:
    """Return a stack that removes everything that can be removed when it is destroyed."""
    for name, value in build_environment(hq.url).items():
        monkeypatch.setenv(name, value)
    return EngineReplay(
        create_full_stack(hq, tmp_path / "tower.png", destructive=True), monkeypatch
    )


def is_unchanged(replay: EngineReplay) -> bool:
    """Return whether HQ stores the same as before, except for the time of the last change."""
    now, before = replay.stack.hq.emulator.call_control_plane("GET", "/state"), replay.stack.state
    rows = [each["accounts"][0] for each in (now, before)]
    for account in rows:
        for row in (*account["projects"], *account["companies"], *account["users"]):
            row.pop("updated_at", None)
    return bool(rows[0] == rows[1])


@pytest.mark.parametrize(("name", "trigger", "delete_first"), REPLACEMENTS)
def test_the_object_stays_and_the_next_run_sends_nothing(
    replay: EngineReplay, name: str, trigger: ReplacementTrigger, delete_first: bool
) -> None:
    """The value of ``adopt`` does not matter: it is 'never' here, or absent."""
    ids = {each: entries[0].id for each, entries in replay.entries.items()}

    replay.up(name, trigger, delete_first=delete_first)
    second_requests = replay.up()

    assert is_unchanged(replay)
    assert second_requests == []
    assert {each: [entry.id for entry in rows] for each, rows in replay.entries.items()} == {
        each: [id_] for each, id_ in ids.items()
    }


@pytest.mark.parametrize("trigger", REPLACEMENT_TRIGGERS)
@pytest.mark.parametrize("name", ["company", "ada", "project", "admin", "member", "team"])
def test_no_object_is_posted_if_the_calls_show_the_replacement(
    replay: EngineReplay, name: str, trigger: ReplacementTrigger
) -> None:
    """The engine's calls show each replacement that deletes first, and each one with a diff."""
    requests = replay.up(name, trigger, delete_first=True)

    assert not set(CREATES) & set(requests)
    assert any("cannot be created a second time" in line for line in replay.notifications)


@pytest.mark.parametrize(("name", "trigger", "kill_case"), KILLED_REPLACEMENTS)
def test_the_run_after_a_killed_one_keeps_the_object(
    replay: EngineReplay,
    name: str,
    trigger: ReplacementTrigger,
    kill_case: tuple[KillMoment, bool],
) -> None:
    """The state then has the old resource as deleted, or both resources."""
    killed_at, replay.forgets_pending_replacements = kill_case
    with pytest.raises(RunKilled):
        replay.up(name, trigger, delete_first=killed_at == "deleted", killed_at=killed_at)

    replay.up()
    second_requests = replay.up()

    assert is_unchanged(replay)
    assert second_requests == []


@pytest.mark.parametrize("name", ENTITIES)
def test_a_destroy_after_a_killed_run_removes_each_object_once(
    replay: EngineReplay, name: str
) -> None:
    """The state has two resources for one object."""
    routes = ["PATCH project", "PATCH user", "PATCH user", "DELETE member"]
    with pytest.raises(RunKilled):
        replay.up(name, "targeted", killed_at="created")

    requests = replay.destroy()

    assert [requests.count(each) for each in routes] == [1, 2, 2, 4]
    assert replay.stack.get_project()["status"] == "archived"


def test_a_project_renamed_after_a_killed_run_stays(replay: EngineReplay) -> None:
    """The state still has the old resource with the old name."""
    with pytest.raises(RunKilled):
        replay.up("project", "targeted", killed_at="created")
    replay.inputs["project"] = {**replay.inputs["project"], "name": "Tower II"}

    requests = replay.up()

    assert requests == ["PATCH project"]
    assert [replay.stack.get_project()[each] for each in ("name", "status")] == [
        "Tower II",
        "active",
    ]


@pytest.mark.parametrize("delete_first", ORDERS, ids=ORDERS.get)
def test_a_replacement_with_another_name_is_a_new_project(
    replay: EngineReplay, delete_first: bool
) -> None:
    """``replace_on_changes=["name"]``: HQ creates the new project; the old one is archived."""
    replay.inputs["project"] = {**replay.inputs["project"], "name": "Tower II"}

    requests = replay.up("project", "changed", delete_first=delete_first)
    second_requests = replay.up()

    assert [requests.count("POST projects"), requests.count("PATCH project")] == [1, 1]
    assert replay.stack.get_project()["status"] == "archived"
    assert second_requests == []


@pytest.mark.parametrize("delete_first", ORDERS, ids=ORDERS.get)
@pytest.mark.parametrize("trigger", REPLACEMENT_TRIGGERS)
def test_an_archived_project_is_reactivated_by_its_replacement(
    replay: EngineReplay, trigger: ReplacementTrigger, delete_first: bool
) -> None:
    """A user archived it, but a declared project should be active."""
    id_ = replay.entries["project"][0].id
    replay.stack.hq.emulator.call_control_plane("PATCH", f"/projects/{id_}", {"status": "archived"})

    replay.up("project", trigger, delete_first=delete_first)

    assert replay.entries["project"][0].id == id_
    assert replay.stack.get_project()["status"] == "active"


@pytest.mark.parametrize("delete_first", ORDERS, ids=ORDERS.get)
@pytest.mark.parametrize("trigger", REPLACEMENT_TRIGGERS)
def test_the_replacement_of_a_user_records_who_added_them(
    replay: EngineReplay, trigger: ReplacementTrigger, delete_first: bool
) -> None:
    """Otherwise a destroy would no longer deactivate users added by the stack."""
    replay.up("ada", trigger, delete_first=delete_first)

    (ada,) = replay.entries["ada"]
    assert ada.outputs["adopted"] is False


def test_a_replacement_does_not_count_as_archived(
    replay: EngineReplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is archived, so the limit may be 0."""
    monkeypatch.setenv("BIM360_MAX_ARCHIVES", "0")

    for trigger in REPLACEMENT_TRIGGERS:
        for delete_first in ORDERS:
            replay.up("project", trigger, delete_first=delete_first)

    assert is_unchanged(replay)


def test_without_the_state_a_name_in_use_is_an_error_with_advice(
    replay: EngineReplay,
) -> None:
    """For example if the CLI is not on PATH; deleting the old resource first resolves it."""
    replay.hides_state = True

    with pytest.raises(ConflictError, match="exists already"):
        replay.up("project", "targeted")
    replay.up("project", "targeted", delete_first=True)

    assert is_unchanged(replay)
