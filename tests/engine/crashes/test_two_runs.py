"""Two runs at once: of two stacks that declare one name, and of one stack."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bim360_provider.core.create_once import SHARED_OWNERSHIP_RISK
from bim360_provider.testing import LocalEngine, LocalEngineError
from tests.engine.crashes.crash_harness import create_crash_stack, only_in_make_crashes

A_MOMENT = 0.01
"""Seconds between two checks for the lock."""


def test_two_stacks_create_one_project_of_one_name(tmp_path: Path) -> None:
    """The slower one fails with one clear error, and its state has only its own resources."""
    with create_crash_stack(tmp_path) as stack, ThreadPoolExecutor(2) as pool:
        engines = [
            LocalEngine(stack.folder, stack=name, state=tmp_path / f"{name}.json", env=stack.env)
            for name in ("one", "two")
        ]
        results = list(pool.map(LocalEngine.up, engines))

        (project,) = stack.list_projects()
        failed = next(result for result in results if not result.ok)

    assert sorted(result.ok for result in results) == [False, True]
    text = f"'Tower A' ({project['id']}) was created by another user or pipeline during this run"
    assert [text in error for error in failed.errors] == [True]
    assert project["id"] not in failed.state.read_text(encoding="utf-8")
    assert stack.list_requests().count("POST projects") == 2


def test_the_loser_of_two_pipelines_is_warned_when_it_adopts(tmp_path: Path) -> None:
    """Its second run mistakes the winner's project for a leftover, and states the risk."""
    with create_crash_stack(tmp_path) as stack:
        one, two = [
            LocalEngine(stack.folder, stack=name, state=tmp_path / f"{name}.json", env=stack.env)
            for name in ("one", "two")
        ]
        won, lost = one.up(), two.up()
        stack.hq.clock.advance(60)
        again = two.up()
        projects = stack.list_projects()

    assert (won.ok, lost.ok, again.ok) == (True, False, True)
    assert len(projects) == 1
    warnings = [each.text for each in again.messages if SHARED_OWNERSHIP_RISK in each.text]
    assert [projects[0]["id"] in each for each in warnings] == [True]


@only_in_make_crashes
def test_one_stack_has_one_run_at_a_time(tmp_path: Path) -> None:
    """The second one is refused before it begins, and sends no request."""
    with create_crash_stack(tmp_path) as stack:
        lock = stack.folder / "state.json.lock"
        with stack.start("up") as first:
            while not lock.exists():
                assert first.poll() is None
                threading.Event().wait(A_MOMENT)

            with pytest.raises(LocalEngineError, match=f"another run \\(process {first.pid}\\)"):
                stack.create_engine().up()

            first.communicate()

        assert first.returncode == 0
        assert [what for what in stack.hq.request_log if what != "token"] == ["POST projects"]
