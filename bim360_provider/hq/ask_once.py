"""Asked once: the answer to a question that does not change during a run."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["AskOnce"]

Answer = TypeVar("Answer")


class AskOnce(Generic[Answer]):
    """Remembers answers by their key; threads that ask the same thing at once ask it once.

    An error is not remembered: whoever asks next asks again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._answers: dict[str, Answer] = {}

    def answer(self, key: str, ask: Callable[[], Answer]) -> Answer:
        """Return what is known under the key, or ask for it."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._answers:
                self._answers[key] = ask()
            return self._answers[key]
