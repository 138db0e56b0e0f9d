"""Decide whether a resource is declared: once Pulumi has compared it, or stops comparing."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bim360_provider.dynamic import stack_state
from bim360_provider.dynamic.stack_state import MAX_WAITING_THREADS, ComparedResources


def test_a_resource_that_was_compared_is_declared() -> None:
    """Any of the given resources."""
    seen = ComparedResources()
    seen.record_diff("a")

    assert seen.wait_for_any({"a", "b"})


def test_a_resource_that_is_compared_meanwhile_is_waited_for() -> None:
    """A check of another one does not end the wait."""
    seen = ComparedResources()
    with ThreadPoolExecutor() as threads:
        found = threads.submit(seen.wait_for_any, {"a"})
        seen.record_check()
        seen.record_diff("a")

        assert found.result()


def test_a_resource_that_is_not_compared_before_pulumi_is_quiet_is_not_declared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was taken out of the program; that is found out once for all."""
    monkeypatch.setattr(stack_state, "QUIET_SECONDS", 0.0)
    seen = ComparedResources()
    seen.record_check()

    assert not seen.wait_for_any({"a"})
    monkeypatch.setattr(stack_state, "QUIET_SECONDS", None)  # a wait would never end
    assert not seen.wait_for_any({"b"})


def test_one_thread_of_the_host_does_not_wait() -> None:
    """Or Pulumi could compare nothing."""
    seen = ComparedResources()
    with ThreadPoolExecutor() as threads:
        found = [threads.submit(seen.wait_for_any, {"a"}) for _ in range(MAX_WAITING_THREADS + 1)]
        while not any(each.done() for each in found):
            pass
        seen.record_diff("a")

        assert sorted(each.result() for each in found) == [False, *[True] * MAX_WAITING_THREADS]
