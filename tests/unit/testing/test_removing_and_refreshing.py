"""Deletions in the right order, and a look at what has drifted."""

from typing import Any

import pytest

from bim360_provider.testing.engine.deployment.deletion import remove_all
from bim360_provider.testing.engine.deployment.refresh import refresh_all
from bim360_provider.testing.engine.deployment.run import Run
from bim360_provider.testing.engine.state.values import Secret
from tests.unit.testing.fake_host import Bench, errors, goal, ops, urn


def destroyed(bench: Bench) -> Run:
    """Delete everything."""
    run = bench.run()
    remove_all(run, run.state.all(), 2)
    return run


def refreshed(bench: Bench, *, dry_run: bool = False) -> Run:
    """Read everything."""
    run = bench.run(dry_run=dry_run)
    refresh_all(run, 2, as_command=True)
    return run


def test_dependents_go_first() -> None:
    """Whatever the order in which they were made."""
    bench = Bench()
    bench.up(goal("a"), goal("b", dependencies=(urn("a"),)), goal("c", dependencies=(urn("b"),)))

    run = destroyed(bench)

    assert ops(run) == ["delete c", "delete b", "delete a"]
    assert bench.resources == []


def test_what_could_not_be_deleted_keeps_what_it_needs() -> None:
    """The rest goes."""
    bench = Bench()
    bench.up(goal("a"), goal("b", dependencies=(urn("a"),)), goal("c"))
    bench.shelf.broken.add("delete b")

    run = destroyed(bench)

    assert errors(run) == ["delete b went wrong"]
    assert [item.id for item in bench.resources] == ["a-1", "b-2"]


@pytest.mark.parametrize("option", [{"retain_on_delete": True}, {"deleted_with": urn("a")}])
def test_some_deletions_need_no_call(option: dict[str, Any]) -> None:
    """The resource leaves the state all the same."""
    bench = Bench()
    bench.up(goal("a"), goal("b", **option))

    run = destroyed(bench)

    assert "delete b" in ops(run)
    assert "delete b" not in bench.shelf.calls
    assert bench.resources == []


def test_a_protected_resource_stays() -> None:
    """And says so."""
    bench = Bench()
    bench.up(goal("a", protect=True))

    run = destroyed(bench)

    assert "is protected" in errors(run)[0]
    assert [item.id for item in bench.resources] == ["a-1"]


def test_a_refresh_takes_over_what_is_there() -> None:
    """Outputs and inputs, so that the next preview shows the way back."""
    bench = Bench()
    bench.up(goal("a", {"size": 1}))
    bench.shelf.things["a-1"] = {"size": 7, "new": 1}

    run = refreshed(bench)

    assert ops(run) == ["update a"]
    assert run.recorder.steps[0].paths == {"new": "add", "size": "update"}
    assert bench.resources[0].inputs == {"size": 7, "new": 1}


def test_a_secret_that_is_read_again_is_no_change() -> None:
    """The state has only its digest, but what was read has the same one."""
    bench = Bench()
    bench.up(goal("a", {"word": Secret("correct horse"), "list": [1, Secret("correct cow")]}))
    bench.shelf.things["a-1"] = {"word": "correct horse", "list": [1, "correct cow"]}
    bench.forget_secrets()

    run = refreshed(bench)

    assert ops(run) == ["same a"]


def test_a_refresh_drops_what_is_gone() -> None:
    """The next up makes it again."""
    bench = Bench()
    bench.up(goal("a"))
    bench.shelf.things.clear()

    run = refreshed(bench)

    assert ops(run) == ["delete a"]
    assert bench.resources == []


def test_a_previewed_refresh_saves_nothing() -> None:
    """It only tells."""
    bench = Bench()
    bench.up(goal("a", {"size": 1}))
    bench.shelf.things["a-1"] = {"size": 7}
    before = len(bench.saves)

    run = refreshed(bench, dry_run=True)

    assert ops(run) == ["update a"]
    assert len(bench.saves) == before


def test_a_failed_read_leaves_the_state_alone() -> None:
    """The others are refreshed."""
    bench = Bench()
    bench.up(goal("a"), goal("b"))
    bench.shelf.broken.add("read a")

    run = refreshed(bench)

    assert (errors(run), ops(run)) == (["read a went wrong"], ["same b"])
