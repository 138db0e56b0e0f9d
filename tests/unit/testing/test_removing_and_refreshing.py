"""Deletions in the order of dependencies, and refreshes."""

from typing import Any

import pytest

from bim360_provider.testing.engine.deployment.deletion import delete_resources
from bim360_provider.testing.engine.deployment.refresh import refresh_resources
from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.state.values import Secret
from tests.unit.testing.fake_host import (
    EngineFixture,
    build_registration,
    build_urn,
    list_errors,
    list_steps,
)


def destroy(engine: EngineFixture) -> EngineRun:
    """Delete all resources."""
    run = engine.begin_run()
    delete_resources(run, run.state.list_resources(), 2)
    return run


def refresh(engine: EngineFixture, *, dry_run: bool = False) -> EngineRun:
    """Refresh all resources."""
    run = engine.begin_run(dry_run=dry_run)
    refresh_resources(run, 2, as_command=True)
    return run


def test_dependents_are_deleted_first() -> None:
    """The order of creation does not matter."""
    engine = EngineFixture()
    engine.run_up(
        build_registration("a"),
        build_registration("b", dependencies=(build_urn("a"),)),
        build_registration("c", dependencies=(build_urn("b"),)),
    )

    run = destroy(engine)

    assert list_steps(run) == ["delete c", "delete b", "delete a"]
    assert engine.resources == []


def test_dependencies_of_a_resource_that_could_not_be_deleted_are_kept() -> None:
    """All other resources are deleted."""
    engine = EngineFixture()
    engine.run_up(
        build_registration("a"),
        build_registration("b", dependencies=(build_urn("a"),)),
        build_registration("c"),
    )
    engine.provider.failing_calls.add("delete b")

    run = destroy(engine)

    assert list_errors(run) == ["delete b failed"]
    assert [item.id for item in engine.resources] == ["a-1", "b-2"]


@pytest.mark.parametrize("option", [{"retain_on_delete": True}, {"deleted_with": build_urn("a")}])
def test_some_deletions_need_no_provider_call(option: dict[str, Any]) -> None:
    """The resource is removed from the state nevertheless."""
    engine = EngineFixture()
    engine.run_up(build_registration("a"), build_registration("b", **option))

    run = destroy(engine)

    assert "delete b" in list_steps(run)
    assert "delete b" not in engine.provider.calls
    assert engine.resources == []


def test_a_protected_resource_is_not_deleted() -> None:
    """The error names the protection."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", protect=True))

    run = destroy(engine)

    assert "is protected" in list_errors(run)[0]
    assert [item.id for item in engine.resources] == ["a-1"]


def test_a_refresh_updates_inputs_and_outputs() -> None:
    """The next preview shows how to undo the drift."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"size": 1}))
    engine.provider.objects["a-1"] = {"size": 7, "new": 1}

    run = refresh(engine)

    assert list_steps(run) == ["update a"]
    assert run.recorder.steps[0].paths == {"new": "add", "size": "update"}
    assert engine.resources[0].inputs == {"size": 7, "new": 1}


def test_an_unchanged_secret_is_not_a_change() -> None:
    """The state has only its digest, which the response has too."""
    engine = EngineFixture()
    engine.run_up(
        build_registration(
            "a", {"word": Secret("correct horse"), "list": [1, Secret("correct cow")]}
        )
    )
    engine.provider.objects["a-1"] = {"word": "correct horse", "list": [1, "correct cow"]}
    engine.reload_state()

    run = refresh(engine)

    assert list_steps(run) == ["same a"]


def test_a_refresh_removes_deleted_resources() -> None:
    """The next up creates the resource again."""
    engine = EngineFixture()
    engine.run_up(build_registration("a"))
    engine.provider.objects.clear()

    run = refresh(engine)

    assert list_steps(run) == ["delete a"]
    assert engine.resources == []


def test_a_previewed_refresh_saves_nothing() -> None:
    """It only reports the drift."""
    engine = EngineFixture()
    engine.run_up(build_registration("a", {"size": 1}))
    engine.provider.objects["a-1"] = {"size": 7}
    before = len(engine.snapshots)

    run = refresh(engine, dry_run=True)

    assert list_steps(run) == ["update a"]
    assert len(engine.snapshots) == before


def test_a_failed_read_keeps_the_state() -> None:
    """The other resources are refreshed."""
    engine = EngineFixture()
    engine.run_up(build_registration("a"), build_registration("b"))
    engine.provider.failing_calls.add("read a")

    run = refresh(engine)

    assert (list_errors(run), list_steps(run)) == (["read a failed"], ["same b"])
