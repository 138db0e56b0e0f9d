"""Memo: concurrent threads fetch a value once; errors are not cached."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bim360_provider.hq.api.cache import Memo


def test_sixteen_threads_fetch_a_value_once() -> None:
    """The others wait for the thread that fetches."""
    fetches: list[str] = []
    barrier = threading.Barrier(16)
    memo: Memo[str] = Memo()

    def fetch() -> str:
        fetches.append("key")
        return "value"

    def read(_: int) -> str:
        barrier.wait()
        return memo.get("key", fetch)

    with ThreadPoolExecutor(16) as pool:
        values = set(pool.map(read, range(16)))

    assert values == {"value"}
    assert fetches == ["key"]


def test_each_key_has_its_own_value() -> None:
    """Two projects have two lists of roles."""
    memo: Memo[str] = Memo()

    assert [memo.get(key, lambda key=key: f"of {key}") for key in "aba"] == [  # type: ignore[misc]  # bound at once
        "of a",
        "of b",
        "of a",
    ]


def test_an_error_is_not_cached() -> None:
    """The next call fetches again."""
    memo: Memo[int] = Memo()

    with pytest.raises(ZeroDivisionError):
        memo.get("key", lambda: 1 // 0)

    assert memo.get("key", lambda: 1) == 1
