"""Asked once: threads that ask the same thing at once ask it once; errors are not remembered."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bim360_provider.hq.api.cache import Memo


def test_sixteen_threads_ask_once() -> None:
    """All of them wait for the one that asks."""
    asked: list[str] = []
    everybody = threading.Barrier(16)
    once: Memo[str] = Memo()

    def ask() -> str:
        asked.append("asked")
        return "answer"

    def arrive(_: int) -> str:
        everybody.wait()
        return once.get("key", ask)

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(arrive, range(16)))

    assert answers == {"answer"}
    assert asked == ["asked"]


def test_each_key_has_its_own_answer() -> None:
    """Two projects have two lists of roles."""
    once: Memo[str] = Memo()

    assert [once.get(key, lambda key=key: f"of {key}") for key in "aba"] == [  # type: ignore[misc]  # bound at once
        "of a",
        "of b",
        "of a",
    ]


def test_an_error_is_not_remembered() -> None:
    """Whoever asks next asks again."""
    once: Memo[int] = Memo()

    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 // 0)

    assert once.get("key", lambda: 1) == 1
