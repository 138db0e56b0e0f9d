"""Deletions in the right order, and a look at what has drifted."""

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


def destroyed(bench: EngineFixture) -> EngineRun:
    """Delete everything."""
    run = bench.begin_run()
    delete_resources(run, run.state.list_resources(), 2)
    return run


def refreshed(bench: EngineFixture, *, dry_run: bool = False) -> EngineRun:
    """Read everything."""
    run = bench.begin_run(dry_run=dry_run)
    refresh_resources(run, 2, as_command=True)
    return run


def test_dependents_go_first() -> None:
    """Whatever the order in which they were made."""
    bench = EngineFixture()
    bench.run_up(
        build_registration("a"),
        build_registration("b", dependencies=(build_urn("a"),)),
        build_registration("c", dependencies=(build_urn("b"),)),
    )

    run = destroyed(bench)

    assert list_steps(run) == ["delete c", "delete b", "delete a"]
    assert bench.resources == []


def test_what_could_not_be_deleted_keeps_what_it_needs() -> None:
    """The rest goes."""
    bench = EngineFixture()
    bench.run_up(
        build_registration("a"),
        build_registration("b", dependencies=(build_urn("a"),)),
        build_registration("c"),
    )
    bench.provider.failing_calls.add("delete b")

    run = destroyed(bench)

    assert list_errors(run) == ["delete b went wrong"]
    assert [item.id for item in bench.resources] == ["a-1", "b-2"]


@pytest.mark.parametrize("option", [{"retain_on_delete": True}, {"deleted_with": build_urn("a")}])
def test_some_deletions_need_no_call(option: dict[str, Any]) -> None:
    """The resource leaves the state all the same."""
    bench = EngineFixture()
    bench.run_up(build_registration("a"), build_registration("b", **option))

    run = destroyed(bench)

    assert "delete b" in list_steps(run)
    assert "delete b" not in bench.provider.calls
    assert bench.resources == []


def test_a_protected_resource_stays() -> None:
    """And says so."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", protect=True))

    run = destroyed(bench)

    assert "is protected" in list_errors(run)[0]
    assert [item.id for item in bench.resources] == ["a-1"]


def test_a_refresh_takes_over_what_is_there() -> None:
    """Outputs and inputs, so that the next preview shows the way back."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"size": 1}))
    bench.provider.objects["a-1"] = {"size": 7, "new": 1}

    run = refreshed(bench)

    assert list_steps(run) == ["update a"]
    assert run.recorder.steps[0].paths == {"new": "add", "size": "update"}
    assert bench.resources[0].inputs == {"size": 7, "new": 1}


def test_a_secret_that_is_read_again_is_no_change() -> None:
    """The state has only its digest, but what was read has the same one."""
    bench = EngineFixture()
    bench.run_up(
        build_registration(
            "a", {"word": Secret("correct horse"), "list": [1, Secret("correct cow")]}
        )
    )
    bench.provider.objects["a-1"] = {"word": "correct horse", "list": [1, "correct cow"]}
    bench.reload_state()

    run = refreshed(bench)

    assert list_steps(run) == ["same a"]


def test_a_refresh_drops_what_is_gone() -> None:
    """The next up makes it again."""
    bench = EngineFixture()
    bench.run_up(build_registration("a"))
    bench.provider.objects.clear()

    run = refreshed(bench)

    assert list_steps(run) == ["delete a"]
    assert bench.resources == []


def test_a_previewed_refresh_saves_nothing() -> None:
    """It only tells."""
    bench = EngineFixture()
    bench.run_up(build_registration("a", {"size": 1}))
    bench.provider.objects["a-1"] = {"size": 7}
    before = len(bench.snapshots)

    run = refreshed(bench, dry_run=True)

    assert list_steps(run) == ["update a"]
    assert len(bench.snapshots) == before


def test_a_failed_read_leaves_the_state_alone() -> None:
    """The others are refreshed."""
    bench = EngineFixture()
    bench.run_up(build_registration("a"), build_registration("b"))
    bench.provider.failing_calls.add("read a")

    run = refreshed(bench)

    assert (list_errors(run), list_steps(run)) == (["read a went wrong"], ["same b"])
